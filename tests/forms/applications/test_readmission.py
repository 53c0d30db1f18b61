"""Readmission, from the form over three signers to the register (RDM-01, RDM-02)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.forms.applications import desk
from services.forms.applications.deadlines import tidy
from services.forms.people import register
from shared.clock import SEOUL
from shared.messages import DocumentRequested
from tests.forms.applications.requesting import ask, go_to, refused, student
from tests.forms.applications.test_journey import newest_link, see, sign
from tests.forms.campus import HAN, Campus

KIND, TEAM = "readmission", "jihun.baek"
LEFT, BARRED = "2025-1384", "2022-1177"  # left in 2022 spring; expelled in 2020
REASON = "집안 사정이 나아져 연구를 마치고자 합니다."


def send(campus: Campus, **answers: Any) -> str:
    return ask(campus, LEFT, KIND, reason=REASON, **answers)


def professor(campus: Campus, name: str) -> str:
    with campus.write() as session:
        return register.search_professors(session, name)[0].id


def test_three_agree_and_the_student_is_back_when_the_semester_begins(campus: Campus) -> None:
    adviser = professor(campus, "Weber")
    application = send(campus, advisor=adviser)
    case = see(campus, application, LEFT)
    earned = case.answers["credits"]
    told = {one.rule: one for one in case.findings if one.figures}
    assert told["RDM-02"].figures["semesters_attended"] == 3
    assert told["TUI-02"].figures["krw"] == 2_500_000
    assert [one.roles[0] for one in case.steps] == [
        "prospective_advisor",
        "major_professor",
        "dean",
    ]
    for _ in case.steps:
        sign(campus, newest_link(campus))
    team = campus.person(TEAM)
    with campus.write() as session:
        fewer = {"decision": "approve", "granted": str(earned - 3)}
        desk.decide(session, campus.parts, team, application, **fewer)
    paper = next(one for one in campus.said() if isinstance(one, DocumentRequested))
    assert paper.facts["values"]["extent_granted"] == f"{earned - 3}학점"
    assert paper.facts["values"]["prospective_advisor"]["name"] == "다니엘 베버"
    now = student(campus, LEFT)
    assert (now.standing, now.ended_on) == ("admitted", None)
    assert now.advisor is not None
    assert now.advisor.id == adviser
    assert [(str(one.semester), one.credits) for one in now.readmissions] == [
        ("2023-spring", earned - 3)
    ]
    go_to(campus, 2023, 3, 1)
    tidy(campus.parts, campus.clock.now())
    assert student(campus, LEFT).standing == "enrolled"


def test_what_stands_against_it_is_named_with_its_rule(campus: Campus) -> None:
    given = {"reason": REASON, "advisor": "nobody"}
    assert ("RDM-01", None) in refused(campus, HAN, KIND, **given)
    assert refused(campus, BARRED, KIND, reason=REASON)[0] == ("RDM-01", None)
    assert refused(campus, LEFT, KIND, **given) == [("RDM-02", "advisor")]
    assert refused(campus, LEFT, KIND, reason=REASON, credits=150) == [("RDM-02", "credits")]
    assert refused(campus, LEFT, KIND, reason=REASON, year=2024) == [("RDM-01", "semester")]
    campus.clock.advance(datetime(2023, 3, 1, tzinfo=SEOUL) - campus.clock.now())
    late = {"year": 2023, "semester": "spring", "reason": REASON}
    assert ("RDM-01", None) in refused(campus, LEFT, KIND, **late)
