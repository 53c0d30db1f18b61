"""Who comes back, into which semester, with what (RDM-01, RDM-02)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.people.values import Grade, Semester
from services.forms.rules import readmission
from tests.forms.cast import FALL, FALL_2022, SEMESTERS, attended, seo_yun

LEFT = {"standing": "withdrawn", "ended_on": date(2022, 5, 14)}


def grades(*given: tuple[str, int]) -> tuple[Grade, ...]:
    first = Semester(2021, "fall")
    return tuple(
        Grade(first, f"QUA-{n}", "과목", "Course", "전공", worth, grade)
        for n, (grade, worth) in enumerate(given)
    )


@pytest.mark.parametrize("standing", ["admitted", "enrolled", "on_leave", "completed", "graduated"])
def test_whoever_did_not_leave_is_not_readmitted(standing: str) -> None:
    """RDM-01."""
    assert readmission.why_not(seo_yun(standing=standing)) == "never_left"


@pytest.mark.parametrize("standing", ["withdrawn", "expelled"])
def test_whoever_left_is_unless_staff_have_noted_why_not(standing: str) -> None:
    """RDM-01."""
    assert readmission.why_not(seo_yun(standing=standing)) is None
    assert readmission.why_not(seo_yun(standing=standing, barred="징계")) == "barred"


@given(st.dates(date(2022, 2, 1), date(2023, 3, 31)))
def test_it_is_asked_for_before_a_semester_begins_and_for_the_next_one(today: date) -> None:
    """RDM-01: up to the day before the first one."""
    found = readmission.coming(SEMESTERS, today)
    if today >= FALL.first_day:
        assert found is None
    elif today >= SEMESTERS[Semester(2022, "spring")].first_day:
        assert found == FALL_2022
    if found is not None:
        assert SEMESTERS[found].first_day - today >= timedelta(days=1)


@given(st.lists(st.tuples(st.sampled_from(["A+", "B0", "S", "F", "U"]), st.integers(1, 4))))
def test_only_credits_that_were_earned_can_count(taken: list[tuple[str, int]]) -> None:
    """RDM-02."""
    earned = readmission.credits_earned(seo_yun(grades=grades(*taken)))
    assert earned == sum(worth for grade, worth in taken if grade not in ("F", "U"))


def test_attendance_goes_on_from_the_first_day_of_the_course() -> None:
    """RDM-02, TRM-03: the semesters away count towards the maximum term of twelve."""
    student = seo_yun(**LEFT, registrations=attended(2, Semester(2022, "spring")))
    found = readmission.attendance(student, Semester(2023, "fall"))
    assert (found.since, found.attended) == (date(2021, 9, 1), 2)
    assert (found.used, found.left) == (5, 7)
    assert readmission.attendance(student, Semester(2028, "spring")).left < 0
