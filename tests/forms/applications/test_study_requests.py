"""Requests about advisor, major and terms, from the form to the register (ADV, MAJ, IQE, TRM)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from services.forms.applications import approvals, attachments, desk, life
from services.forms.applications.uploads import inspect
from services.forms.catalog import BY_NAME
from services.forms.people import register
from services.forms.people.tables import MilestoneRow, ProfessorRow, SemesterRow
from services.forms.people.values import Semester, Student
from shared.clock import SEOUL
from shared.errors import Conflict, Refused
from shared.messages import DocumentRequested
from tests.forms.applications.test_files import pdf
from tests.forms.applications.test_journey import newest_link, see, sign
from tests.forms.campus import HAN, KHOA, Campus

FALL = Semester(2022, "fall")
NOW = {"year": 2022, "semester": "fall"}
IN_SEPTEMBER = datetime(2022, 9, 6, 14, 2, tzinfo=SEOUL)
IN_OCTOBER = datetime(2022, 10, 11, 10, tzinfo=SEOUL)
IN_DECEMBER = datetime(2022, 12, 5, 10, tzinfo=SEOUL)
RULES = {
    "advisor_change": "ADV-01",
    "joint_advisor": "ADV-02",
    "major_change": "MAJ-01",
    "integrative_qualifying_exam": "IQE-01",
    "early_graduation": "TRM-02",
    "post_coursework_enrollment": "TRM-07",
    "maximum_term_extension": "TRM-04",
}
OFFICERS = {
    "student_team": "jihun.baek",
    "student_affairs": "sua.moon",
    "graduate_committee": "hyunwoo.jo",
}


@dataclass(frozen=True)
class Walk:
    """Who asks for what, when; what the paper and the register say when it is granted."""

    kind: str
    student: str
    answers: Mapping[str, Any]  # a professor by their code
    printed: Mapping[str, str]
    registered: Callable[[Student], Any]
    becomes: Any
    signatures: int = 1
    document: bool = False
    at: datetime = IN_SEPTEMBER
    told: frozenset[str] = field(default_factory=frozenset)  # rules that inform


WALKS = (
    Walk(
        "advisor_change",
        HAN,
        {"professor": "ki-tae.oh", "reason": "연구 주제가 바뀌었습니다."},
        {"present_advisor": "윤태호", "chosen_advisor": "오기태", "extent_granted": "오기태"},
        lambda student: student.advisor and student.advisor.name_en,
        "Oh Ki-tae",
        signatures=2,
        told=frozenset({"ADV-01"}),
    ),
    Walk(
        "joint_advisor",
        HAN,
        {"professor": "ki-tae.oh", "reason": "실험을 함께 지도받고자 합니다."},
        {"chosen_advisor": "오기태", "professor_kind": "겸임교원"},
        lambda student: (student.advisor.name_en, student.joint_advisor.name_en),  # type: ignore[union-attr]
        ("Yoon Tae-ho", "Oh Ki-tae"),
        signatures=2,
    ),
    Walk(
        "major_change",
        KHOA,
        {"campus": "garam", "major": "ai", "professor": "i-hyun.kang", "reason": "My field."},
        {"new_campus": "Garam Campus", "new_major": "Applied Artificial Intelligence",
         "chosen_advisor": "Kang I-hyun", "major": "Quantum Information Science"},
        lambda student: (student.campus.code, student.major.code, student.advisor.name_en),  # type: ignore[union-attr]
        ("garam", "ai", "Kang I-hyun"),
        signatures=2,
        document=True,
    ),
    Walk(
        "integrative_qualifying_exam",
        "2025-3503",
        NOW,
        {"exam_semester": "2022학년도 2학기", "completed_semesters": "2개 학기", "remarks": ""},
        lambda student: [(one.what, one.semester) for one in student.milestones],
        [("exam_admitted", FALL)],
        at=IN_OCTOBER,
        told=frozenset({"IQE-01"}),
    ),
    Walk(
        "early_graduation",
        HAN,
        {**NOW, "reason": "논문이 완성되었습니다."},
        {"graduation_semester": "2022학년도 2학기", "study_semesters": "3개 학기",
         "credits_earned": "18학점"},
        lambda student: [(one.what, one.semester) for one in student.milestones],
        [("early_graduation", FALL)],
        told=frozenset({"TRM-02"}),
    ),
    Walk(
        "post_coursework_enrollment",
        "2022-3419",
        NOW,
        {"enrolment_semester": "2nd semester 2022"},
        lambda student: student.registration(FALL).attendance,  # type: ignore[union-attr]
        "post_coursework",
        signatures=0,
        told=frozenset({"TRM-05", "TRM-06", "TRM-07"}),
    ),
    Walk(
        "maximum_term_extension",
        "2023-1447",
        {**NOW, "semesters": 2, "reason": "보완 실험이 필요합니다."},
        {"term_ends": "2022학년도 2학기", "asked_semesters": "2개 학기",
         "extended_until": "2023학년도 2학기"},
        lambda student: [(one.what, one.semesters) for one in student.milestones],
        [("term_extension", 2)],
        signatures=3,  # more than half of the five of the committee
        at=IN_DECEMBER,
        told=frozenset({"TRM-04"}),
    ),
)  # fmt: skip
BY_KIND = {walk.kind: walk for walk in WALKS}


def begin(campus: Campus, walk: Walk, **changes: Any) -> str:
    """A draft with everything that it needs; its id."""
    campus.clock.advance(max(walk.at, campus.clock.now()) - campus.clock.now())
    person = campus.person(walk.student)
    answers = {**walk.answers, **changes}
    if "campus_code" in answers:
        answers["campus"] = answers.pop("campus_code")
    if "professor" in answers:
        answers["professor"] = professor(campus, answers["professor"])
    with campus.write() as session:
        made = life.start(session, campus.parts, person, walk.kind, answers)
    if walk.document:
        upload = inspect("transcript.pdf", pdf(), 10_000_000)
        with campus.write() as session:
            attachments.attach(session, campus.parts, person, made.id, upload)
    return made.id


def professor(campus: Campus, code: str) -> str:
    with campus.write() as session:
        found = session.query(ProfessorRow).filter_by(code=code).one_or_none()
        return found.id if found else code


def ask(campus: Campus, walk: Walk, **changes: Any) -> str:
    """It has been sent; its id."""
    made = begin(campus, walk, **changes)
    person = campus.person(walk.student)
    with campus.write() as session:
        life.submit(session, campus.parts, person, made)
    return made


def refused(campus: Campus, kind: str, **changes: Any) -> dict[str, Any]:
    """The blocking finding."""
    with pytest.raises(Refused) as refusal:
        ask(campus, BY_KIND[kind], **changes)
    found = refusal.value.facts["findings"]
    return next(one for one in found if one["severity"] == "block")


def student(campus: Campus, walk: Walk) -> Student:
    person = campus.person(walk.student)
    with campus.write() as session:
        return register.find_student(session, person.id)


def grant(campus: Campus, walk: Walk, application: str) -> DocumentRequested:
    """Everybody agrees and the office grants it."""
    links = [campus.token(mail) for mail in campus.mails("approval_request")]
    if len(links) > 1:  # of a committee, all at once
        for link in links[: walk.signatures]:
            sign(campus, link, typed="Signed")
    elif links:
        sign(campus, links[0], typed="Signed")
        for _ in range(walk.signatures - 1):
            sign(campus, newest_link(campus), typed="Signed")
    desk_of = BY_NAME[walk.kind].desk
    assert desk_of is not None
    officer = campus.person(OFFICERS[desk_of.office])
    with campus.write() as session:
        desk.decide(session, campus.parts, officer, application, decision="approve")
    return next(one for one in campus.said() if isinstance(one, DocumentRequested))


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.kind)
def test_granted_it_is_on_the_paper_and_in_the_register(campus: Campus, walk: Walk) -> None:
    application = ask(campus, walk)
    found = see(campus, application, walk.student).findings
    assert walk.told <= {one.rule for one in found if one.severity == "note"}
    request = grant(campus, walk, application)
    values = request.facts["values"]
    assert {name: values[name] for name in walk.printed} == walk.printed
    campus.issue(request)
    assert see(campus, application, walk.student).state == "issued"
    assert walk.registered(student(campus, walk)) == walk.becomes


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.kind)
def test_a_second_one_waits_for_the_first(campus: Campus, walk: Walk) -> None:
    first = ask(campus, walk)
    second = begin(campus, walk)
    person = campus.person(walk.student)
    with pytest.raises(Conflict) as conflict, campus.write() as session:
        life.submit(session, campus.parts, person, second)
    assert conflict.value.facts["application_id"] == first


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.kind)
def test_whoever_does_not_study_here_is_told_so(campus: Campus, walk: Walk) -> None:
    graduate = campus.person("2021-2015")
    with campus.write() as session:
        offers = life.offers(session, campus.parts, graduate)
    offer = next(one for one in offers if one.kind.name == walk.kind)
    assert not offer.open
    assert offer.findings[0].rule == RULES[walk.kind]


def test_an_advisor_of_another_major_leads_to_the_change_of_major(campus: Campus) -> None:
    found = refused(campus, "advisor_change", professor="yu-na.seo")
    assert (found["rule"], found["field"]) == ("ADV-01", "professor")
    assert found["leads_to"] == "major_change"
    assert "Oh Ki-tae" in found["remedy"]
    assert refused(campus, "advisor_change", professor="nobody")["figures"]["why"] == "nobody"


def test_a_joint_advisor_is_within_the_major_and_full_time_or_adjunct(campus: Campus) -> None:
    assert refused(campus, "joint_advisor", professor="yu-na.seo")["rule"] == "ADV-02"
    with campus.write() as session:
        session.query(ProfessorRow).filter_by(code="ki-tae.oh").one().kind = "other"
    assert refused(campus, "joint_advisor")["figures"]["why"] == "other_kind"


def test_another_joint_advisor_takes_the_place_of_the_first(campus: Campus) -> None:
    walk = BY_KIND["joint_advisor"]
    with campus.write() as session:
        session.query(ProfessorRow).filter_by(code="jae-ha.min").one().major_code = "materials"
    campus.issue(grant(campus, walk, ask(campus, walk, professor="jae-ha.min")))
    application = ask(campus, walk)
    with campus.parts.speaking("ko"):
        assert any("민재하" in str(one.message) for one in told(campus, walk, application))
    grant(campus, walk, application)
    now = student(campus, walk).joint_advisor
    assert now is not None
    assert now.name_en == "Oh Ki-tae"


def told(campus: Campus, walk: Walk, application: str) -> list[Any]:
    return list(see(campus, application, walk.student).findings)


def test_a_change_of_major_needs_the_transcript(campus: Campus) -> None:
    walk = BY_KIND["major_change"]
    without = Walk(walk.kind, walk.student, walk.answers, {}, walk.registered, None)
    with pytest.raises(Refused) as refusal:
        ask(campus, without)
    found = next(one for one in refusal.value.facts["findings"] if one["severity"] == "block")
    assert (found["rule"], found["field"]) == ("MAJ-01", "files")
    assert found["leads_to"] == "certificate_transcript"


def test_a_change_of_major_changes_something_and_names_an_advisor_of_the_new_one(
    campus: Campus,
) -> None:
    same_place = {"campus_code": "nuri", "major": "quantum", "professor": "yu-na.seo"}
    same = refused(campus, "major_change", **same_place)
    assert (same["field"], same["leads_to"]) == ("major", "advisor_change")
    other = refused(campus, "major_change", professor="yu-na.seo")
    assert (other["rule"], other["field"]) == ("MAJ-01", "professor")
    assert refused(campus, "major_change", major="alchemy")["figures"]["why"] == "no_place"


def test_another_campus_alone_is_a_change_of_major_too(campus: Campus) -> None:
    walk = BY_KIND["major_change"]
    application = ask(campus, walk, major="quantum", professor="yu-na.seo")
    grant(campus, walk, application)
    now = student(campus, walk)
    assert (now.campus.code, now.major.code) == ("garam", "quantum")


def test_only_whom_the_student_named_can_agree_to_become_the_advisor(campus: Campus) -> None:
    walk = BY_KIND["advisor_change"]
    application = ask(campus, walk)
    sign(campus, newest_link(campus))
    link = newest_link(campus)
    with campus.write() as session:
        shown = approvals.look(session, campus.parts, link).shown
    with campus.write() as session:
        approvals.decide(session, campus.parts, link, decision="not_mine", shown=shown)
    officer = campus.person(OFFICERS["student_team"])
    other, wanted = professor(campus, "yu-na.seo"), professor(campus, "ki-tae.oh")
    with pytest.raises(Refused) as refusal, campus.write() as session:
        desk.assign(session, campus.parts, officer, application, 2, other)
    assert refusal.value.code == "as_named"
    with campus.write() as session:
        desk.assign(session, campus.parts, officer, application, 2, wanted)
    sign(campus, newest_link(campus))
    assert see(campus, application, walk.student).state == "at_desk"


def test_the_paper_names_whom_the_student_chose_before_they_have_signed(campus: Campus) -> None:
    walk = BY_KIND["advisor_change"]
    application = ask(campus, walk)
    with campus.write() as session:
        view = approvals.look(session, campus.parts, newest_link(campus))
    assert view.people["professor"].name_en == "Oh Ki-tae"
    assert [step.role for step in view.steps] == ["advisor", "prospective_advisor"]
    assert see(campus, application, walk.student).people["professor"].name_en == "Oh Ki-tae"


@pytest.mark.parametrize(("who", "why"), [("2026-2010", "too_early"), ("2024-2051", "too_late")])
def test_the_examination_is_refused_before_and_after_its_semesters(
    campus: Campus, who: str, why: str
) -> None:
    walk = BY_KIND["integrative_qualifying_exam"]
    other = Walk(walk.kind, who, walk.answers, {}, walk.registered, None, at=walk.at)
    with pytest.raises(Refused) as refusal:
        ask(campus, other)
    found = refusal.value.facts["findings"][0]
    assert (found["rule"], found["figures"]["why"]) == ("IQE-01", why)


@pytest.mark.parametrize("kind", ["integrative_qualifying_exam", "maximum_term_extension"])
def test_what_has_a_period_is_closed_outside_it_and_without_it(campus: Campus, kind: str) -> None:
    walk = BY_KIND[kind]
    early = Walk(kind, walk.student, walk.answers, {}, walk.registered, None)
    with pytest.raises(Refused) as refusal:
        ask(campus, early)
    assert refusal.value.facts["findings"][0]["rule"] == RULES[kind]
    assert refusal.value.facts["findings"][0]["figures"]["opens"].startswith("2022-")
    with campus.write() as session:
        fall = session.get_one(SemesterRow, FALL)
        fall.windows = {}
    assert refused(campus, kind)["rule"] == RULES[kind]


def test_an_early_degree_is_refused_with_the_figures(campus: Campus) -> None:
    with campus.write() as session:
        row = session.get_one(SemesterRow, FALL)
        row.degree_credits = {"doctoral": 36}
    found = refused(campus, "early_graduation")
    assert (found["rule"], found["figures"]["why"]) == ("TRM-02", "too_few_credits")
    assert (found["figures"]["credits"], found["figures"]["needed"]) == (27, 36)
    assert refused(campus, "early_graduation", year=2023)["field"] == "semester"


def test_one_enrols_once_a_semester_and_is_told_the_fee(campus: Campus) -> None:
    walk = BY_KIND["post_coursework_enrollment"]
    application = ask(campus, walk)
    found = {one.rule: one for one in see(campus, application, walk.student).findings}
    assert found["TRM-07"].figures["fee_krw"] == 250_000
    grant(campus, walk, application)
    assert refused(campus, walk.kind)["rule"] == "TRM-07"
    assert see(campus, ask(campus, walk, year=2023, semester="spring"), walk.student)


def test_the_maximum_term_is_extended_by_two_semesters_at_most(campus: Campus) -> None:
    walk = BY_KIND["maximum_term_extension"]
    person = campus.person(walk.student)
    with campus.write() as session:
        session.add(
            MilestoneRow(
                student_id=person.id, what="term_extension", semester=FALL.plus(-1), semesters=2
            )
        )
    found = refused(campus, walk.kind)
    assert (found["rule"], found["figures"]["why"]) == ("TRM-04", "used_up")
    assert refused(campus, walk.kind, semesters=3)["field"] == "semesters"
