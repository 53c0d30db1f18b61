"""A return from a leave, from the form to the register (LEA-01 to LEA-08, TUI-02)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from services.forms.applications import desk, life
from services.forms.applications.deadlines import tidy
from services.forms.people import register
from services.forms.people.values import Student
from shared.clock import SEOUL
from shared.errors import Refused
from shared.messages import DocumentRequested
from tests.forms.applications.test_journey import newest_link, see, sign
from tests.forms.campus import Campus

ON_LEAVE, TEAM = "2024-1068", "jihun.baek"  # of 2022 spring and fall, as the demo is moved
NEXT = {"year": 2023, "semester": "spring"}


def ask(campus: Campus, login: str = ON_LEAVE, **changes: Any) -> str:
    person = campus.person(login)
    answers = {**NEXT, "reason": "가족이 회복하여 다시 연구하고자 합니다.", **changes}
    with campus.write() as session:
        made = life.start(session, campus.parts, person, "return_from_leave", answers)
        life.submit(session, campus.parts, person, made.id)
    return made.id


def refused(campus: Campus, login: str = ON_LEAVE, **changes: Any) -> list[tuple[str, str | None]]:
    with pytest.raises(Refused) as refusal:
        ask(campus, login, **changes)
    found = refusal.value.facts["findings"]
    return [(one["rule"], one.get("field")) for one in found if one["severity"] == "block"]


def student(campus: Campus, login: str = ON_LEAVE) -> Student:
    person = campus.person(login)
    with campus.write() as session:
        return register.find_student(session, person.id)


def grant(campus: Campus, application: str) -> DocumentRequested:
    sign(campus, newest_link(campus))
    team = campus.person(TEAM)
    with campus.write() as session:
        desk.decide(session, campus.parts, team, application, decision="approve")
    return next(one for one in campus.said() if isinstance(one, DocumentRequested))


def test_granted_the_student_studies_again_when_the_semester_begins(campus: Campus) -> None:
    request = grant(campus, ask(campus))
    assert request.facts["values"]["return_semester"] == "2023학년도 1학기"
    assert request.facts["values"]["leave_period"] == "2022학년도 1학기 ~ 2022학년도 2학기"
    assert student(campus).standing == "on_leave"
    assert student(campus).registrations[-1].attendance == "returning"
    campus.clock.advance(datetime(2023, 3, 1, 9, tzinfo=SEOUL) - campus.clock.now())
    tidy(campus.parts, campus.clock.now())
    assert student(campus).standing == "enrolled"
    assert [str(one.last) for one in student(campus).leaves] == ["2022-fall"]


def test_an_early_return_gives_the_rest_of_the_leave_back(campus: Campus) -> None:
    long_leave = "2026-1044"  # childcare of 2022 fall and 2023 spring
    case = see(campus, ask(campus, long_leave), long_leave)
    found = next(one for one in case.findings if one.rule == "LEA-08")
    assert (found.figures["semesters_earlier"], found.figures["left"]) == (1, 3)
    grant(campus, case.id)
    now = student(campus, long_leave)
    assert [str(one.last) for one in now.leaves] == ["2022-fall"]
    assert [(str(e.semester), e.attendance) for e in now.registrations[-2:]] == [
        ("2022-fall", "on_leave"),
        ("2023-spring", "returning"),
    ]


def test_what_stands_against_it_is_named_with_its_rule(campus: Campus) -> None:
    assert refused(campus, year=2022, semester="fall") == [("LEA-01", "semester")]
    assert refused(campus, year=2024) == [("LEA-01", "semester")]
    assert refused(campus, "2025-3107")[0] == ("LEA-01", None)
    assert refused(campus, reason="") == [("form", "reason")]


def test_what_it_costs_and_until_when_is_told(campus: Campus) -> None:
    case = see(campus, ask(campus), ON_LEAVE)
    assert [one.rule for one in case.findings] == ["LEA-08", "TUI-02"]
    assert case.findings[1].figures["krw"] == 2_500_000
    assert case.findings[1].figures["due"] == [date(2023, 3, 6)]
