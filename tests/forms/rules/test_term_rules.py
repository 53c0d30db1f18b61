"""TUI-03 and the readings on terms: which semester it is, whose how-many-th."""

from __future__ import annotations

from datetime import date

import pytest

from services.forms.people.values import Program, Registration, Semester
from services.forms.rules import terms
from tests.forms.cast import FALL, FALL_2022, SEMESTERS, SPRING, attended, seo_yun


@pytest.mark.parametrize(
    ("program", "minimum"), [("masters", 4), ("doctoral", 4), ("integrative", 8)]
)
def test_the_semester_after_the_minimum_is_past_it(program: Program, minimum: int) -> None:
    at_it = seo_yun(program=program, registrations=attended(minimum))
    after = seo_yun(program=program, registrations=attended(minimum + 1))
    assert not terms.past_minimum_term(at_it, FALL_2022)
    assert terms.past_minimum_term(after, FALL_2022)


def test_who_has_completed_the_coursework_is_not_past_the_minimum_term() -> None:
    student = seo_yun(registrations=attended(6), completed_on=date(2022, 8, 20))
    assert not terms.past_minimum_term(student, FALL_2022)


def test_a_leave_does_not_count_as_a_semester_of_study() -> None:
    entries = (
        Registration(Semester(2021, "fall"), "enrolled", 9),
        Registration(Semester(2022, "spring"), "on_leave"),
        Registration(FALL_2022, "returning", 9),
    )
    assert terms.semester_number(seo_yun(registrations=entries), FALL_2022) == 2


def test_a_freshman_is_in_the_first_semester_and_attends_it() -> None:
    assert terms.is_freshman(seo_yun(registrations=attended(1)), FALL_2022)
    assert terms.is_freshman(seo_yun(registrations=()), FALL_2022)
    assert not terms.is_freshman(seo_yun(registrations=attended(2)), FALL_2022)
    on_leave = (Registration(FALL_2022, "on_leave"),)
    assert not terms.is_freshman(seo_yun(registrations=on_leave), FALL_2022)


def test_one_can_ask_about_the_semester_that_goes_on_and_the_next_one() -> None:
    during = date(2022, 5, 1)
    assert terms.open_semesters(SEMESTERS, during) == (SPRING.semester, FALL_2022)
    assert terms.open_semesters(SEMESTERS, date(2022, 9, 1)) == (FALL_2022,)
    assert terms.open_semesters(SEMESTERS, date(2023, 3, 1)) == ()


def test_before_the_first_known_semester_it_is_the_coming_one_alone() -> None:
    assert terms.open_semesters(SEMESTERS, date(2022, 2, 1)) == (SPRING.semester,)


def test_the_coming_semester_takes_over_on_the_first_day_of_its_payment() -> None:
    first = FALL.payment_periods[0].first_day
    assert terms.semester_to_pay(SEMESTERS, date(2022, 8, 15)) == SPRING.semester
    assert terms.semester_to_pay(SEMESTERS, first) == FALL_2022
    assert terms.semester_to_pay({}, first) is None


def test_the_semester_of_a_day_holds_its_first_and_last_day() -> None:
    assert terms.semester_of_day(SEMESTERS, date(2022, 8, 31)) == SPRING.semester
    assert terms.semester_of_day(SEMESTERS, date(2022, 9, 1)) == FALL_2022
    assert terms.semester_of_day(SEMESTERS, date(2023, 3, 1)) is None


@pytest.mark.parametrize(
    ("program", "standard", "early", "most"),
    [("masters", 4, 3, 8), ("doctoral", 4, 3, 12), ("integrative", 8, 6, 16)],
)
def test_the_tables_of_standard_early_and_longest_terms(
    program: Program, standard: int, early: int, most: int
) -> None:
    assert terms.STANDARD_SEMESTERS[program] == standard
    assert terms.EARLIEST_DEGREE[program] == early
    assert terms.MAXIMUM_SEMESTERS[program] == most


def test_post_coursework_semesters_count_towards_the_longest_term_and_leaves_do_not() -> None:
    start = Semester(2019, "fall")
    entries = (
        Registration(start, "enrolled", 9),
        Registration(start.plus(1), "on_leave"),
        Registration(start.plus(2), "returning", 9),
        Registration(start.plus(3), "post_coursework"),
    )  # and two semesters of which the register has nothing: not enrolled, and counted (TRM-05)
    student = seo_yun(registrations=entries)
    assert terms.semesters_towards_maximum(student, start.plus(5)) == 5
    assert terms.semesters_left(student, start.plus(5)) == 7
    assert terms.semesters_left(student, start.plus(5), extended=2) == 9
    assert terms.semesters_left(student, start.plus(5), extended=5) == 9


@pytest.mark.parametrize(
    ("nth", "program", "found"),
    [
        (1, "integrative", (0, False)),
        (2, "integrative", (1, False)),
        (3, "integrative", (2, True)),
        (4, "integrative", (3, True)),
        (5, "integrative", (4, False)),
        (3, "doctoral", (2, False)),
    ],
)
def test_the_qualifying_examination_is_between_the_second_and_the_fourth_semester(
    nth: int, program: Program, found: tuple[int, bool]
) -> None:
    student = seo_yun(program=program, registrations=attended(nth))
    assert terms.exam_semesters(student, FALL_2022) == found
