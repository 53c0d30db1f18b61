"""The demo university keeps what the issue promises of it, whatever day it is started."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.forms.catalog import BY_NAME
from services.forms.catalog.kind import Asking
from services.forms.people import register
from services.forms.people.demo import accounts, seed
from services.forms.people.demo.fill import semester_containing
from services.forms.people.tables import StudentRow
from services.forms.people.values import (
    OFFICES,
    OPERATIONS,
    PROGRAMS,
    Semester,
    SemesterData,
    Student,
)
from services.forms.rules import terms
from services.forms.signin.passwords import matches
from shared.clock import SEOUL, StandingClock
from shared.database import Database, migrate
from shared.fit import Papers
from tests.forms.cast import ROOT, in_language

WAIVER = BY_NAME["tuition_waiver"]
PAPERS = Papers(ROOT / "templates")
DAYS = [
    "2026-11-22T15:00:00+09:00",
    "2022-08-30T09:00:00+09:00",
    "2022-10-03T09:00:00+09:00",
    "2027-02-28T23:59:59+09:00",
    "2028-02-29T12:00:00+09:00",
    "2029-03-01T00:00:00+09:00",
]
ALL = accounts()
STUDENTS = [account for account in ALL if account["role"] == "student"]
STAFF = [account for account in ALL if account["role"] == "staff"]


class Demo:
    """The register of the demo, started at an instant."""

    def __init__(self, path: Path, at: datetime) -> None:
        self.now = at
        self.database = Database(f"sqlite:///{path}")
        migrate(self.database, ROOT / "services" / "forms")
        with self.database.write() as session:
            assert seed(session, StandingClock(at))
        with self.database.read() as session:
            self.semesters = register.semesters(session)
            self.students = [
                register.find_student_by_number(session, account["id"]) for account in STUDENTS
            ]
        self.semester = semester_containing(at.astimezone(SEOUL).date())

    @property
    def data(self) -> SemesterData:
        """The data of the semester that contains today."""
        return self.semesters[self.semester]

    def may_apply(self, student: Student) -> bool:
        """Whether a good application for a waiver would be taken now."""
        asking = Asking(student, self.semesters, self.now, PAPERS.lines)
        answers: dict[str, Any] = {
            **WAIVER.prefill(asking),
            "extent": "one_third",
            "ground": "hardship",
            "reasons": "It rained.",
        }
        with in_language("en"):
            findings = WAIVER.may_ask(asking) or WAIVER.judge(asking, answers)
        return all(finding.severity != "block" for finding in findings)


@pytest.fixture(scope="module", params=DAYS)
def demo(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    path = tmp_path_factory.mktemp("demo") / "forms.sqlite"
    made = Demo(path, datetime.fromisoformat(request.param))
    yield made
    made.database.close()


def test_accounts_are_json_with_just_these_members() -> None:
    members = {"id", "password", "role", "office", "name", "language"}
    assert json.loads(json.dumps(ALL)) == ALL
    assert all(account.keys() == members for account in ALL)
    assert len({account["id"] for account in ALL}) == len(ALL)


def test_accounts_are_the_same_every_time() -> None:
    assert accounts() == ALL


def test_professors_sign_by_link_and_have_no_password() -> None:
    for account in ALL:
        assert (account["password"] is None) == (account["role"] == "professor")
        assert account["password"] is None or len(account["password"]) >= 10


def test_only_staff_have_an_office_and_every_office_has_staff() -> None:
    assert {account["office"] for account in STAFF} == {*OFFICES, OPERATIONS}
    assert all(account["office"] is None for account in ALL if account["role"] != "staff")


def test_the_first_member_of_staff_decides_waivers() -> None:
    assert WAIVER.desk is not None
    assert STAFF[0]["office"] == WAIVER.desk.office


def test_both_languages_are_there_among_students_professors_and_staff() -> None:
    for role in ("student", "professor", "staff"):
        assert {a["language"] for a in ALL if a["role"] == role} == {"ko", "en"}


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_first_student_of_each_language_may_apply_and_has_two_professors(
    demo: Demo, language: str
) -> None:
    first = next(n for n, account in enumerate(STUDENTS) if account["language"] == language)
    student = demo.students[first]
    assert demo.may_apply(student)
    assert student.advisor is not None
    assert student.campus.representative is not None
    assert student.advisor.id != student.campus.representative.id


def test_two_of_the_seventh_to_twelfth_may_apply_now(demo: Demo) -> None:
    assert sum(map(demo.may_apply, demo.students[6:12])) == 2


def test_twelve_of_the_first_24_may_apply_now(demo: Demo) -> None:
    assert sum(map(demo.may_apply, demo.students[:24])) == 12


def test_the_first_twelve_may_together_one_day_take_out_every_certificate(demo: Demo) -> None:
    first = demo.students[:12]
    minimum = terms.MINIMUM_SEMESTERS

    def near_graduation(student: Student) -> bool:
        nth = terms.semester_number(student, demo.semester)
        return student.standing == "enrolled" and nth >= minimum[student.program]

    assert any(student.standing == "enrolled" for student in first)  # CRT-01
    assert any(student.degrees for student in first)  # CRT-02, CRT-08
    assert any(student.grades for student in first)  # CRT-03
    assert any(near_graduation(student) for student in first)  # CRT-04
    assert any(student.standing == "completed" for student in first)  # CRT-05
    assert any(student.standing == "on_leave" for student in first)  # CRT-06
    assert any(student.standing in ("expelled", "withdrawn") for student in first)  # CRT-07
    assert any(student.payments for student in first)  # CRT-09


def test_everybody_can_sign_in_and_has_accepted_the_notice(demo: Demo) -> None:
    with demo.database.read() as session:
        for account in (*STUDENTS, *STAFF):
            kept = register.find_account(session, account["id"])
            assert kept is not None
            assert kept.notice_accepted_at == demo.now
            wanted = (account["role"], account["office"])
            is_operator = account["office"] == OPERATIONS  # who acts for no office
            assert (kept.role, kept.office) == (("operator", None) if is_operator else wanted)
            assert kept.name(kept.language) == account["name"]
        assert kept is not None
        assert matches(kept.password_hash, STAFF[-1]["password"])


def test_every_situation_is_there(demo: Demo) -> None:
    now, students = demo.semester, demo.students
    assert len(students) == 60
    assert {student.program for student in students} == set(PROGRAMS)
    assert {student.standing for student in students} == {
        "admitted",
        "enrolled",
        "on_leave",
        "completed",
        "graduated",
        "withdrawn",
        "expelled",
    }
    assert any(terms.is_freshman(student, now) for student in students)
    assert any(terms.past_minimum_term(student, now) for student in students)
    assert any(student.advisor is None for student in students)
    assert any(student.campus.representative is None for student in students)
    assert any(student.advisor == student.campus.representative for student in students)
    assert any(entry.attendance == "returning" for s in students for entry in s.registrations)
    assert len({student.nationality for student in students}) > 10
    for letters in ("Ễễ", "Оо", "鄭", '&<>"'):
        assert any(set(letters) & set(student.name_ko + student.name_en) for student in students)


def test_the_rulebooks_semester_and_todays_are_known_with_their_figures(demo: Demo) -> None:
    fall = demo.semesters[Semester(2022, "fall")]
    assert fall.tuition_krw == 2_500_000
    assert fall.payment_periods[0].last_day == date(2022, 9, 5)
    assert fall.payment_periods[4].last_day == date(2022, 12, 21)
    assert fall.windows["due_date_extension"].closes == datetime(2022, 9, 5, 14, tzinfo=SEOUL)
    assert demo.data.first_day <= demo.now.astimezone(SEOUL).date() <= demo.data.last_day
    assert demo.data.tuition_krw == 2_500_000


def test_todays_semester_keeps_the_rhythm_of_the_rulebooks(demo: Demo) -> None:
    fall, data = demo.semesters[Semester(2022, "fall")], demo.data
    moved = [
        (later.first_day - known.first_day, later.last_day - known.last_day)
        for later, known in zip(data.payment_periods, fall.payment_periods, strict=True)
    ]
    assert {move for moves in moved for move in moves} == {moved[0][0]}
    assert moved[0][0].days % 7 == 0
    begins = data.first_day - fall.first_day
    assert abs(begins - moved[0][0]) < timedelta(days=4)


def test_nothing_has_happened_that_is_still_to_come(demo: Demo) -> None:
    today = demo.now.astimezone(SEOUL).date()
    for student in demo.students:
        assert all(payment.paid_on <= today for payment in student.payments)
        assert all(grade.semester < demo.semester for grade in student.grades)
        assert student.ended_on is None or student.ended_on <= today
        assert student.completed_on is None or student.completed_on <= today
        assert all(entry.semester <= demo.semester for entry in student.registrations)


def test_no_name_of_the_demo_is_unprintable_in_either_language(demo: Demo) -> None:
    for student in demo.students:
        for language, name in (("ko", student.name_ko), ("en", student.name_en)):
            fit = PAPERS.lines("tuition_waiver", language, "name", name)
            assert fit.ok, (language, name, fit)


def test_a_second_start_keeps_what_is_there(demo: Demo) -> None:
    with demo.database.write() as session:
        assert not seed(session, StandingClock(demo.now))
        assert register.semesters(session) == demo.semesters


STUDY = (
    "advisor_change",
    "joint_advisor",
    "major_change",
    "integrative_qualifying_exam",
    "early_graduation",
    "post_coursework_enrollment",
    "maximum_term_extension",
)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_somebody_of_each_language_may_ask_for_everything_about_the_course(
    tmp_path: Path, language: str
) -> None:
    """IQE-01 and TRM-04 within their periods, which the demo has at the end of November."""
    demo = Demo(tmp_path / "forms.sqlite", datetime(2026, 11, 28, 9, tzinfo=SEOUL))
    students = [student for student in demo.students if student.language == language]
    for name in STUDY:
        asked = [BY_NAME[name].may_ask(Asking(one, demo.semesters, demo.now)) for one in students]
        assert [] in asked, name
    demo.database.close()


def test_a_demo_that_is_continued_later_gets_that_days_semester(tmp_path: Path) -> None:
    at = datetime(2026, 11, 22, 9, tzinfo=SEOUL)
    demo = Demo(tmp_path / "forms.sqlite", at)
    demo.now = at + timedelta(days=120)
    with demo.database.write() as session:
        assert not seed(session, StandingClock(demo.now))
        demo.semesters = register.semesters(session)
    assert Semester(2027, "spring") in demo.semesters
    assert demo.may_apply(demo.students[0])
    demo.database.close()


def test_a_register_of_real_people_is_left_alone(tmp_path: Path) -> None:
    at = datetime(2026, 11, 22, 9, tzinfo=SEOUL)
    demo = Demo(tmp_path / "forms.sqlite", at)
    with demo.database.write() as session:
        session.get_one(StudentRow, demo.students[0].id).student_number = "2026-real"
        seed(session, StandingClock(at + timedelta(days=120)))
        assert register.semesters(session) == demo.semesters
    demo.database.close()


def test_who_is_in_the_demo_is_told_without_any_database_library() -> None:
    code = (
        "import sys; from services.forms.people.demo import accounts; accounts(); "
        "sys.exit('sqlalchemy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
