"""TUI-06 to TUI-11, EXT-05: parts, periods, plans, transfers, to the won and the minute."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.people.values import Arrangement, Payment, Period, Window
from services.forms.rules import installments
from services.forms.rules.windows import when
from shared.clock import SEOUL
from tests.forms.cast import FALL, FALL_2022

P1 = Period(date(2022, 8, 16), date(2022, 9, 5))
P2 = Period(date(2022, 10, 3), date(2022, 10, 7))
P3 = Period(date(2022, 10, 24), date(2022, 10, 28))
P4 = Period(date(2022, 11, 21), date(2022, 11, 25))
P5 = Period(date(2022, 12, 12), date(2022, 12, 21))
GUIDE = replace(FALL, payment_periods=(P1, P2, P3, P4, P5))
SECOND = timedelta(seconds=1)


def paid(part: int, day: date) -> Payment:
    return Payment(FALL_2022, part, day, 625_000)


def test_the_guides_table_for_general_students_and_those_one_step_later() -> None:
    general = installments.plan(GUIDE, 2_500_000, one_step_later=False)
    assert [(d.part, d.krw, d.period) for d in general] == [
        (1, 625_000, P1), (2, 625_000, P2), (3, 625_000, P3), (4, 625_000, P4),
    ]  # fmt: skip
    later = installments.plan(GUIDE, 1_750_000, one_step_later=True)
    assert [(d.part, d.krw, d.period) for d in later] == [
        (1, 437_000, P2), (2, 437_000, P3), (3, 437_000, P4), (4, 439_000, P5),
    ]  # fmt: skip
    whole = installments.full_payment(GUIDE, 2_500_000, one_step_later=True)
    assert whole == installments.Due(0, 2_500_000, P2)


def test_a_semester_without_its_periods_has_no_plan() -> None:
    bare = replace(FALL, payment_periods=())
    assert installments.plan(bare, 2_500_000, one_step_later=False) == ()
    assert installments.full_payment(bare, 2_500_000, one_step_later=False) is None


@given(st.integers(4_000, 10**8))
def test_the_parts_add_up_to_the_whole_and_the_last_is_the_largest(krw: int) -> None:
    parts = installments.parts_of(krw)
    assert sum(parts) == krw
    assert len(set(parts[:3])) == 1
    assert parts[0] % 1_000 == 0
    assert 0 <= parts[3] - parts[0] < 4 * 1_000


@pytest.mark.parametrize(
    ("payments", "today", "holds"),
    [
        ((), date(2022, 9, 5), True),  # the first may still be paid
        ((), date(2022, 9, 6), False),
        ((paid(1, date(2022, 9, 5)),), date(2022, 12, 1), True),
        ((paid(1, date(2022, 9, 6)),), date(2022, 12, 1), False),
        ((paid(2, date(2022, 9, 5)),), date(2022, 12, 1), False),
    ],
)
def test_a_plan_is_valid_only_if_the_first_part_was_paid_in_its_period(
    payments: tuple[Payment, ...], today: date, holds: bool
) -> None:
    plan = installments.plan(GUIDE, 2_500_000, one_step_later=False)
    assert installments.plan_holds(plan, payments, today) is holds


def test_what_is_overdue_is_listed_from_the_day_after_its_period() -> None:
    plan = installments.plan(GUIDE, 2_500_000, one_step_later=False)
    payments = (paid(1, date(2022, 9, 1)),)
    assert installments.overdue(plan, payments, date(2022, 10, 7)) == ()
    assert [d.part for d in installments.overdue(plan, payments, date(2022, 10, 8))] == [2]
    assert [d.part for d in installments.overdue(plan, (), date(2022, 12, 31))] == [1, 2, 3, 4]


def test_a_payment_can_be_verified_after_the_deadline_of_its_period() -> None:
    due = installments.Due(1, 625_000, P1)
    assert not installments.can_be_verified(due, date(2022, 9, 5))
    assert installments.can_be_verified(due, date(2022, 9, 6))


@pytest.mark.parametrize(
    ("krw", "at", "why"),
    [
        (625_000, datetime(2022, 8, 16, 0, 1, 0, tzinfo=SEOUL), None),
        (625_000, datetime(2022, 9, 5, 23, 58, 59, tzinfo=SEOUL), None),
        (625_000, datetime(2022, 9, 5, 23, 59, 0, tzinfo=SEOUL), "blocked_minutes"),
        (625_000, datetime(2022, 9, 4, 0, 0, 59, tzinfo=SEOUL), "blocked_minutes"),
        (625_000, datetime(2022, 9, 4, 0, 1, 0, tzinfo=SEOUL), None),  # a Sunday
        (625_000, datetime(2022, 9, 6, 12, 0, tzinfo=SEOUL), "period"),
        (625_001, datetime(2022, 9, 1, 12, 0, tzinfo=SEOUL), "amount"),
        (2_500_000, datetime(2022, 9, 1, 12, 0, tzinfo=SEOUL), "amount"),
    ],
)
def test_only_the_exact_amount_is_taken_and_not_in_the_two_minutes_from_2359(
    krw: int, at: datetime, why: str | None
) -> None:
    assert installments.why_not_taken(installments.Due(1, 625_000, P1), krw, at) == why


@given(
    kind=st.sampled_from(["none", "installments", "extension in parts", "extension"]),
    part=st.sampled_from([None, 0, 1, 2]),
    today=st.dates(date(2022, 8, 1), date(2022, 12, 31)),
)
def test_a_plan_is_asked_for_once_before_anything_is_paid_and_in_time(
    kind: str, part: int | None, today: date
) -> None:
    """TUI-06, TUI-08."""
    arrangements = {
        "none": (),
        "installments": (Arrangement(FALL_2022, "installments", "IP-1", installments=True),),
        "extension in parts": (Arrangement(FALL_2022, "extension", "E-1", installments=True),),
        "extension": (Arrangement(FALL_2022, "extension", "E-1", pay_on=P2.last_day),),
    }
    payments = () if part is None else (paid(part, date(2022, 8, 20)),)
    plan = installments.plan(GUIDE, 2_500_000, one_step_later=False)
    why = installments.why_not_asked(arrangements[kind], payments, plan, today)
    if kind in ("installments", "extension in parts") or part in (1, 2):
        assert why == "in_parts"
    elif part == 0:
        assert why == "paid"
    else:
        assert why == ("first_is_over" if today > P1.last_day else None)


def test_the_period_for_asking_is_data_of_the_semester() -> None:
    """TUI-06, TUI-13: 2022 fall has none left open."""
    assert installments.window(GUIDE) is None
    opens, closes = (datetime(2022, 7, day, tzinfo=SEOUL) for day in (18, 29))
    known = replace(GUIDE, windows={"installments": Window(opens, closes)})
    found = installments.window(known)
    states = [when(found, at) for at in (opens - SECOND, opens, closes - SECOND, closes)]
    assert states == ["not_yet", "open", "open", "closed"]
    assert when(installments.window(GUIDE), opens) == "missing"
