"""What is owed for a semester and why: charge, waiver, installments, extension, what was paid."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.forms.people.values import Arrangement, Payment, Period
from services.forms.rules import dues
from tests.forms.cast import FALL, FALL_2022, attended, seo_yun

P = (
    Period(date(2022, 8, 16), date(2022, 9, 5)),
    Period(date(2022, 10, 3), date(2022, 10, 7)),
    Period(date(2022, 10, 24), date(2022, 10, 28)),
    Period(date(2022, 11, 21), date(2022, 11, 25)),
    Period(date(2022, 12, 12), date(2022, 12, 21)),
)
GUIDE = replace(FALL, payment_periods=P)
TODAY = date(2022, 9, 1)


def arranged(what: str, **more: object) -> dict[str, object]:
    return {"arrangements": (Arrangement(FALL_2022, what, "X-1", **more),)}  # type: ignore[arg-type]


def owed(today: date = TODAY, **student: object) -> dues.Owed:
    return dues.owed(seo_yun(**student), GUIDE, today)


def test_a_general_student_owes_the_whole_in_the_first_period() -> None:
    found = owed()
    assert (found.krw, found.left_krw) == (2_500_000, 2_500_000)
    assert [(one.due.part, one.due.period) for one in found.lines] == [(0, P[0])]


def test_past_the_minimum_term_it_is_the_share_by_credits_one_step_later() -> None:
    found = owed(registrations=attended(5, credits=9))
    assert found.krw == 1_750_000
    assert found.lines[0].due.period == P[1]
    unknown = owed(registrations=attended(5, credits=None))
    assert (unknown.krw, unknown.left_krw, unknown.lines) == (None, None, ())


def test_what_was_waived_is_not_owed() -> None:
    assert owed(**arranged("waiver", extent="two_thirds")).krw == 834_000
    whole = owed(**arranged("waiver", extent="full"))
    assert (whole.krw, whole.lines) == (0, ())


def test_an_extended_due_date_moves_the_whole_or_starts_the_parts_one_step_later() -> None:
    day = date(2022, 10, 20)
    assert owed(**arranged("extension", pay_on=day)).lines[0].due.period == Period(day, day)
    parts = owed(**arranged("extension", installments=True)).lines
    assert [one.due.period for one in parts] == list(P[1:])
    late = owed(registrations=attended(5), **arranged("extension", installments=True)).lines
    assert [one.due.period for one in late] == list(P[1:])  # both together is still one step


def test_whoever_began_to_pay_in_parts_goes_on_so_and_sees_what_is_late() -> None:
    paid = (Payment(FALL_2022, 1, date(2022, 9, 1), 625_000),)
    found = owed(date(2022, 10, 8), payments=paid)
    assert [(one.paid_on is not None, one.late) for one in found.lines] == [
        (True, False), (False, True), (False, False), (False, False),
    ]  # fmt: skip
    assert (found.paid_krw, found.left_krw) == (625_000, 1_875_000)


@given(st.integers(0, 10**7), st.dates(date(2022, 8, 1), date(2023, 2, 28)))
def test_what_comes_back_is_never_more_than_what_was_paid(amount: int, on: date) -> None:
    found = owed(payments=(Payment(FALL_2022, 0, TODAY, amount),))
    assert 0 <= dues.if_left(found, GUIDE, on).krw <= amount


def test_a_plan_that_was_granted_divides_what_is_owed() -> None:
    """TUI-06: one step later past the minimum term, a quarter of the amount by credits."""
    plan = arranged("installments", installments=True)
    assert [(one.due.krw, one.due.period) for one in owed(**plan).lines] == [
        (625_000, period) for period in P[:4]
    ]
    past = owed(**plan, registrations=attended(5, credits=9))
    assert [one.due.krw for one in past.lines] == [437_000, 437_000, 437_000, 439_000]
    assert [one.due.period for one in past.lines] == list(P[1:])
