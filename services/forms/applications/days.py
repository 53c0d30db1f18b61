"""By when somebody is asked to act, in business days of Korea (`rules/business_days.py`).

The rulebook gives a step no time limit; "by when" is a setting of the kind and
ends at 18:00 in Seoul (contract, "States of an application"). Korean holidays,
substitute ones included, count as holidays (REC-02).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from services.forms.rules import business_days as working
from services.forms.rules.business_days import is_business_day as is_business_day  # as of old
from shared.clock import SEOUL

CLOSES = time(18, 0)
REMINDER_DAYS = 2
NIGHT_FROM, NIGHT_UNTIL = time(21, 0), time(8, 0)  # quiet hours: what can wait, waits


def by_when(asked: datetime, business_days: int, closed: Collection[date] = ()) -> datetime:
    """18:00 in Seoul of the n-th business day after the day of asking."""
    day = working.after(asked.astimezone(SEOUL).date(), business_days, closed)
    return datetime.combine(day, CLOSES, SEOUL)


def remind_at(asked: datetime, due: datetime) -> datetime:
    """When the reminder comes: two days before, or halfway where there are less than four.

    Never at night, unless the morning would be too late.
    """
    at = max(due - timedelta(days=REMINDER_DAYS), asked + (due - asked) / 2)
    morning = _morning_after(at)
    return morning if morning < due else at


def _morning_after(at: datetime) -> datetime:
    """The end of the night that an instant falls into; by day the instant itself."""
    local = at.astimezone(SEOUL)
    if NIGHT_UNTIL <= local.time() < NIGHT_FROM:
        return at
    day = local.date() + timedelta(days=local.time() >= NIGHT_FROM)
    return datetime.combine(day, NIGHT_UNTIL, SEOUL)
