"""Looking people up, and the few changes that are no import."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.people import register
from services.forms.people.demo import seed
from shared.clock import SEOUL, StandingClock
from shared.database import Database, migrate
from shared.errors import NotFound, Refused
from tests.forms.cast import ROOT

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=SEOUL)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The demo university; tests that change it take it back themselves."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('register') / 'forms.sqlite'}")
    migrate(database, ROOT / "services" / "forms")
    with database.write() as session:
        seed(session, StandingClock(NOW))
    yield database
    database.close()


def test_a_student_is_found_by_number_and_by_id(demo: Database) -> None:
    with demo.read() as session:
        student = register.find_student_by_number(session, "2025-3107")
        assert register.find_student(session, student.id) == student
        account = register.find_account_of(session, student.id)
    assert (student.name("ko"), student.name("en")) == ("한서윤", "Han Seo-yun")
    assert student.student_number not in student.id
    assert (account.role, account.office, account.login_id) == ("student", None, "2025-3107")


def test_staff_are_found_by_office(demo: Database) -> None:
    with demo.read() as session:
        people = register.staff_of(session, "educational_affairs")
        account = register.find_account_of(session, people[1].id)
        assert register.find_staff(session, people[1].id) == people[1]
    assert [person.name_ko for person in people] == ["차도현", "오은지"]
    assert (account.role, account.office) == ("staff", "educational_affairs")


def test_nobody_is_no_error_at_the_door_and_not_found_inside(demo: Database) -> None:
    with demo.read() as session:
        assert register.find_account(session, "nobody") is None
        for find in (
            register.find_student,
            register.find_staff,
            register.find_professor,
            register.find_account_of,
            register.find_student_by_number,
        ):
            with pytest.raises(NotFound, match="no_such_person"):
                find(session, "nobody")


def test_an_id_for_signing_in_may_be_typed_in_capitals_and_with_blanks(demo: Database) -> None:
    with demo.read() as session:
        account = register.find_account(session, " EunJi.Oh ")
    assert account is not None
    assert account.name_ko == "오은지"


def test_professors_are_found_by_part_of_name_or_address(demo: Database) -> None:
    with demo.read() as session:
        for text in ("윤태", "yoon tae", "TAE-HO.YOON"):
            found = register.search_professors(session, text)
            assert [professor.name_ko for professor in found] == ["윤태호"]
        assert register.search_professors(session, "%") == []
        assert register.search_professors(session, "_") == []


def test_a_corrected_address_is_kept(demo: Database) -> None:
    with demo.read() as session:  # taken back at the end
        professor = register.search_professors(session, "윤태호")[0]
        corrected = register.correct_professor_address(session, professor.id, "new@d.example")
        assert corrected.email == "new@d.example"
        assert register.find_professor(session, professor.id) == corrected


@pytest.mark.parametrize(
    "email",
    ["", "a", "a@b", "a@b.c, d@e.f", "a@b.c\nBcc: d@e.f", "<a@b.c>", "a b@c.d", "가@" + "b" * 260],
)
def test_what_is_not_one_plain_address_is_refused(demo: Database, email: str) -> None:
    with demo.read() as session:
        professor = register.search_professors(session, "윤태호")[0]
        with pytest.raises(Refused, match="plain"):
            register.correct_professor_address(session, professor.id, email)


@given(st.text())
def test_no_accepted_address_can_start_another_header(text: str) -> None:
    if register.EMAIL.fullmatch(text):
        assert not any(letter in text for letter in "\r\n,;<> ")


def test_the_notice_is_accepted_once(demo: Database) -> None:
    with demo.read() as session:
        register.accept_notice(session, "2025-3107", NOW + timedelta(days=3))
        account = register.find_account(session, "2025-3107")
    assert account is not None
    assert account.notice_accepted_at == NOW.astimezone(UTC)


def test_semesters_come_in_their_order(demo: Database) -> None:
    with demo.read() as session:
        known = register.semesters(session)
    assert [str(semester) for semester in known] == ["2022-fall", "2026-fall", "2027-spring"]
