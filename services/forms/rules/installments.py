"""Paying tuition: whole or in four parts, in which period, and what makes a plan valid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from fractions import Fraction
from typing import Literal

from services.forms.people.values import Arrangement, Payment, Period, SemesterData, Window
from services.forms.rules.tuition import truncated
from shared.clock import SEOUL

NAME = "installments"  # of the window in the semester's data, and of what is arranged
PARTS = 4
FULL_PAYMENT = 0  # the `part` of a payment that is the whole
QUARTER = Fraction(1, PARTS)
# TUI-09: from 23:59:00 until just before 00:01:00 no transfer is taken (Readings).
BLOCKED_FROM, BLOCKED_UNTIL = time(23, 59), time(0, 1)


WhyNot = Literal["in_parts", "paid", "first_is_over"]
NotTaken = Literal["amount", "period", "blocked_minutes"]


@dataclass(frozen=True)
class Due:
    """A part of the tuition: what, from when until when. `part` 0 is the whole."""

    part: int
    krw: int
    period: Period


def window(data: SemesterData) -> Window | None:
    """TUI-06: when they can be asked for; data of the semester, which has none in 2022 fall."""
    return data.windows.get(NAME)


def why_not_asked(
    arranged: Sequence[Arrangement], payments: Sequence[Payment], plan: Sequence[Due], today: date
) -> WhyNot | None:
    """TUI-06, TUI-08: what of the semester stands against a plan; all of one semester.

    Paid in parts already or in full, or too late for the first installment, without which
    no plan is valid.
    """
    in_parts = any(one.installments for one in arranged) or any(one.part for one in payments)
    if in_parts:
        return "in_parts"
    if any(one.part == FULL_PAYMENT for one in payments):
        return "paid"
    return "first_is_over" if plan and plan[0].period.last_day < today else None


def parts_of(krw: int) -> tuple[int, ...]:
    """TUI-06: four parts that add up to the whole.

    Reading: the first three are truncated quarters, the last is the rest
    (1,750,000 is 437,000 + 437,000 + 437,000 + 439,000).
    """
    quarter = truncated(krw * QUARTER)
    return (*[quarter] * (PARTS - 1), krw - quarter * (PARTS - 1))


def periods_of(data: SemesterData, *, one_step_later: bool) -> tuple[Period, ...]:
    """TUI-07: P1 to P4; one step later past the minimum term or with an extended due date.

    Reading: both together is still one step. Empty while the periods are not on record.
    """
    first = int(one_step_later)
    found = data.payment_periods[first : first + PARTS]
    return found if len(found) == PARTS else ()


def full_payment(data: SemesterData, krw: int, *, one_step_later: bool) -> Due | None:
    """TUI-06, TUI-07: the whole, in the first period that is the student's."""
    periods = data.payment_periods[int(one_step_later) :]
    return Due(FULL_PAYMENT, krw, periods[0]) if periods else None


def plan(data: SemesterData, krw: int, *, one_step_later: bool) -> tuple[Due, ...]:
    """TUI-06, TUI-07, EXT-05: the four installments with their periods."""
    periods = periods_of(data, one_step_later=one_step_later)
    amounts = parts_of(krw) if periods else ()
    return tuple(Due(n, *pair) for n, pair in enumerate(zip(amounts, periods, strict=True), 1))


def plan_holds(plan: Sequence[Due], payments: Sequence[Payment], today: date) -> bool:
    """TUI-08: valid only if the first installment is paid within its period; open until its end."""
    first = plan[0].period
    paid = any(
        one.part == 1 and first.first_day <= one.paid_on <= first.last_day for one in payments
    )
    return paid or today <= first.last_day


def overdue(dues: Sequence[Due], payments: Sequence[Payment], today: date) -> tuple[Due, ...]:
    """TUI-11: what should have been paid by now and was not: for staff to see, no more."""
    paid = {one.part for one in payments}
    return tuple(due for due in dues if due.period.last_day < today and due.part not in paid)


def can_be_verified(due: Due, today: date) -> bool:
    """TUI-10: after the deadline of its period."""
    return today > due.period.last_day


def why_not_taken(due: Due, krw: int, at: datetime) -> NotTaken | None:
    """TUI-09: why a transfer is not taken, or None: `amount`, `period`, `blocked_minutes`.

    Reading: any calendar day of the period, the two minutes from 23:59 excepted.
    """
    local = at.astimezone(SEOUL)
    if krw != due.krw:
        return "amount"
    if not due.period.first_day <= local.date() <= due.period.last_day:
        return "period"
    clock = local.time()
    return "blocked_minutes" if clock >= BLOCKED_FROM or clock < BLOCKED_UNTIL else None
