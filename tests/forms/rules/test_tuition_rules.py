"""TUI-01 to TUI-05: what a semester costs, who pays it, how it is rounded."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.people.values import Registration, Semester, Student
from services.forms.rules import tuition
from tests.forms.cast import FALL, FALL_2022, attended, seo_yun

amounts = st.fractions(min_value=0, max_value=10**9)


@given(amounts)
def test_an_amount_is_cut_below_a_thousand_won_and_never_raised(exact: Fraction) -> None:
    cut = tuition.truncated(exact)
    assert cut % 1_000 == 0
    assert 0 <= exact - cut < 1_000


@pytest.mark.parametrize(
    ("credits", "krw"),
    [
        (1, 1_000_000),
        (5, 1_000_000),
        (6, 1_750_000),
        (10, 1_750_000),
        (11, 2_500_000),
        (18, 2_500_000),
    ],
)
def test_past_the_minimum_term_credits_decide(credits: int, krw: int) -> None:  # noqa: A002
    student = seo_yun(registrations=attended(5, credits=credits))
    charge = tuition.charge(student, FALL)
    assert (charge.rule, charge.krw) == ("TUI-04", krw)
    assert charge.figures["credits"] == credits
    assert charge.figures["semester_number"] == 5


def test_past_the_minimum_term_the_amount_waits_for_registered_credits() -> None:
    for entries in (attended(5, credits=None), attended(5, credits=0)):
        assert tuition.charge(seo_yun(registrations=entries), FALL).krw is None


@given(st.integers(1, 40), st.integers(0, 10**7))
def test_by_credits_nobody_pays_more_than_the_tuition(registered: int, krw: int) -> None:
    student = seo_yun(registrations=attended(6, credits=registered))
    charged = tuition.charge(student, replace(FALL, tuition_krw=krw)).krw
    assert charged is not None
    assert charged <= krw
    assert charged % 1_000 == 0


def test_within_the_minimum_term_the_whole_tuition_is_paid_whatever_the_credits() -> None:
    student = seo_yun(registrations=attended(4, credits=3))
    charge = tuition.charge(student, FALL)
    assert (charge.rule, charge.krw) == ("TUI-01", 2_500_000)
    assert charge.figures == {
        "year": 2022,
        "semester": "fall",
        "tuition_krw": 2_500_000,
        "data_version": 1,
    }


def with_entry(attendance: Any) -> tuple[Registration, ...]:
    return (Registration(FALL_2022, attendance),)


@pytest.mark.parametrize(
    ("student", "why"),
    [
        (seo_yun(), None),
        (seo_yun(registrations=()), None),
        (seo_yun(standing="on_leave", registrations=with_entry("returning")), None),
        (seo_yun(standing="admitted", registrations=with_entry("enrolled")), None),
        (seo_yun(standing="admitted", registrations=()), "not_yet"),
        (seo_yun(standing="on_leave", registrations=()), "on_leave"),
        (seo_yun(registrations=with_entry("on_leave")), "on_leave"),
        (seo_yun(standing="completed", registrations=()), "coursework_completed"),
        (seo_yun(registrations=with_entry("post_coursework")), "coursework_completed"),
        (seo_yun(completed_on=FALL.first_day), "coursework_completed"),
        (seo_yun(standing="graduated"), "ended"),
        (seo_yun(standing="withdrawn"), "ended"),
        (seo_yun(standing="expelled"), "ended"),
    ],
)
def test_the_enrolled_and_the_returning_pay_and_nobody_else(
    student: Student, why: str | None
) -> None:
    assert tuition.why_not_paying(student, FALL_2022) == why


def test_a_semester_says_what_the_office_has_not_entered() -> None:
    assert tuition.missing_data(FALL) == ()
    assert tuition.missing_data(replace(FALL, tuition_krw=None)) == ("tuition",)
    assert tuition.missing_data(replace(FALL, payment_periods=())) == ("payment_periods",)


@given(st.integers(1900, 2200), st.sampled_from(["spring", "fall"]), st.integers(-50, 50))
def test_semesters_count_forth_and_back_and_keep_their_order(
    year: int, term: Any, steps: int
) -> None:
    semester = Semester(year, term)
    assert semester.plus(steps).plus(-steps) == semester
    assert (semester.plus(steps) > semester) == (steps > 0)
