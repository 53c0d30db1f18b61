"""REF-01, REF-02: what comes back on which day, to the day and the won."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.rules import refund, tell_day
from tests.forms.cast import in_language

FIRST = date(2022, 9, 1)
PAID = 2_500_000
causes = st.dates(date(2022, 7, 1), date(2023, 2, 28))


@pytest.mark.parametrize(
    ("cause", "share", "krw"),
    [
        (date(2022, 8, 20), Fraction(1), 2_500_000),  # before it began
        (date(2022, 9, 1), Fraction(1), 2_500_000),
        (date(2022, 9, 30), Fraction(1), 2_500_000),
        (date(2022, 10, 1), Fraction(2, 3), 1_666_000),
        (date(2022, 10, 30), Fraction(2, 3), 1_666_000),
        (date(2022, 10, 31), Fraction(1, 2), 1_250_000),
        (date(2022, 11, 29), Fraction(1, 2), 1_250_000),
        (date(2022, 11, 30), Fraction(0), 0),
        (date(2023, 2, 28), Fraction(0), 0),
    ],
)
def test_the_table_of_fall_2022_comes_out_to_the_day_and_the_won(
    cause: date, share: Fraction, krw: int
) -> None:
    found = refund.refund(FIRST, cause, PAID)
    assert (found.step.share, found.krw) == (share, krw)


def test_the_answer_says_what_the_nearest_other_days_would_have_given() -> None:
    found = refund.refund(FIRST, date(2022, 11, 1), PAID)
    assert found.earlier is not None
    assert found.later is not None
    assert (found.earlier[0].last_day, found.earlier[1]) == (date(2022, 10, 30), 1_666_000)
    assert (found.later[0].first_day, found.later[1]) == (date(2022, 11, 30), 0)
    assert refund.refund(FIRST, FIRST, PAID).earlier is None
    assert refund.refund(FIRST, date(2023, 1, 1), PAID).later is None


@given(causes, st.integers(0, 10**8))
def test_waiting_never_brings_more_and_nobody_gets_more_than_they_paid(
    cause: date, paid: int
) -> None:
    today = refund.refund(FIRST, cause, paid)
    tomorrow = refund.refund(FIRST, cause + timedelta(days=1), paid)
    assert 0 <= tomorrow.krw <= today.krw <= paid
    assert today.krw == paid or today.krw % 1_000 == 0
    assert 0 <= today.exact_krw - today.krw < 1_000


@given(causes)
def test_the_steps_lie_end_to_end_and_each_day_is_in_one(cause: date) -> None:
    steps = refund.ladder(FIRST)
    holding = [
        s
        for s in steps
        if (s.first_day is None or s.first_day <= cause)
        and (s.last_day is None or cause <= s.last_day)
    ]
    assert holding == [refund.refund(FIRST, cause, PAID).step]


def test_dropping_out_of_the_integrative_program_needs_the_masters_requirement() -> None:
    assert refund.refundable("integrative_dropped")
    assert not refund.refundable("integrative_dropped", masters_requirement_met=False)
    assert refund.refundable("leave_of_absence", masters_requirement_met=False)
    assert not refund.refundable("changed_my_mind")


@given(causes, st.integers(1, 10**8))
def test_the_nearest_other_days_that_are_told_do_give_what_is_told(cause: date, paid: int) -> None:
    """ "Asked two days earlier: 1,666,000 instead of 1,250,000" is true on that very day."""
    found = refund.refund(FIRST, cause, paid)
    if found.earlier and found.earlier[0].last_day:
        assert refund.refund(FIRST, found.earlier[0].last_day, paid).krw == found.earlier[1]
    if found.later and found.later[0].first_day:
        assert refund.refund(FIRST, found.later[0].first_day, paid).krw == found.later[1]


def test_the_derivation_names_the_nearer_of_the_two_other_days_first() -> None:
    found = refund.refund(FIRST, date(2022, 11, 1), PAID)
    with in_language("en"):
        lines = [str(line) for line in tell_day.derived(found, FIRST)]
    assert lines[3:] == [
        "Asked 2 days earlier: KRW 1,666,000 instead of KRW 1,250,000",
        "Asked 29 days later: KRW 0 instead of KRW 1,250,000",
    ]
    with in_language("ko"):
        assert "2일 먼저 신청하면 1,250,000원이 아니라 1,666,000원" in [
            str(line) for line in tell_day.derived(found, FIRST)
        ]
    with in_language("en"):
        before = tell_day.derived(refund.refund(FIRST, date(2022, 8, 20), PAID), FIRST)
        assert "begins only on" in str(before[0])
