"""Coming back from a leave (LEA-01 to LEA-08, TUI-02)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.people.values import Leave, Semester
from services.forms.rules import returning
from services.forms.rules.tuition import charge
from tests.forms.cast import FALL, FALL_2022, attended, seo_yun

FIRST = Semester(2022, "spring")


def on_leave(semesters: int, *, first: Semester = FIRST, kind: str = "general") -> Leave:
    return Leave(kind, first, first.plus(semesters - 1), date(2022, 3, 2))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("leave", "earliest", "latest"),
    [
        (on_leave(2), Semester(2023, "spring"), Semester(2023, "spring")),
        (on_leave(4), Semester(2023, "spring"), Semester(2024, "spring")),
        (on_leave(1), FALL_2022, FALL_2022),
    ],
)
def test_the_way_back_leads_into_the_next_semester_at_the_earliest_and_after_the_leave_at_last(
    leave: Leave, earliest: Semester, latest: Semester
) -> None:
    student = seo_yun(standing="on_leave", leaves=(leave,), registrations=attended(1, FIRST))
    way = returning.way_back(student, FALL_2022)
    assert (way.earliest, way.latest) == (earliest, latest)


def test_a_leave_right_after_another_lasts_with_it() -> None:
    second = on_leave(2, first=Semester(2023, "spring"), kind="childcare")
    student = seo_yun(standing="on_leave", leaves=(on_leave(2), second))
    assert returning.way_back(student, FALL_2022).latest == Semester(2024, "spring")


@given(lasts=st.integers(1, 6), returns=st.integers(0, 8))
def test_what_is_not_taken_of_a_leave_is_left(lasts: int, returns: int) -> None:
    """LEA-08: a doctoral student has four semesters of general leave."""
    student = seo_yun(standing="on_leave", leaves=(on_leave(lasts),))
    way, asked = returning.way_back(student, FIRST), FIRST.plus(returns)
    why = returning.why_not(way, asked)
    assert (why is None) == (1 <= returns <= lasts)
    if why is None:
        assert returning.left_afterwards(student, way, asked) == max(0, 4 - returns)


def test_whoever_returns_pays_the_semester() -> None:
    """TUI-02."""
    student = seo_yun(standing="on_leave", leaves=(on_leave(1),), registrations=attended(1, FIRST))
    assert charge(returning.returned(student, FALL_2022), FALL).krw == 2_500_000
