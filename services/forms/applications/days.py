"""By when somebody is asked to act, in business days of Korea (`rules/business_days.py`).

The rulebook gives a step no time limit; "by when" is a setting of the kind and
ends at 18:00 in Seoul (contract, "States of an application"). Korean holidays,
substitute ones included, count as holidays (REC-02).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from services.forms.people.values import Quiet
from services.forms.rules import business_days as working
from services.forms.rules.business_days import is_business_day as is_business_day  # as of old
from shared.clock import SEOUL

CLOSES = time(18, 0)
REMINDER_DAYS = 2
USUAL = Quiet()  # quiet hours: what can wait, waits


def by_when(asked: datetime, business_days: int, closed: Collection[date] = ()) -> datetime:
    """18:00 in Seoul of the n-th business day after the day of asking."""
    day = working.after(asked.astimezone(SEOUL).date(), business_days, closed)
    return datetime.combine(day, CLOSES, SEOUL)


def remind_at(asked: datetime, due: datetime, quiet: Quiet = USUAL) -> datetime:
    """When the reminder comes: two days before, or halfway where there are less than four.

    Never in quiet hours, unless their end would be too late.
    """
    at = max(due - timedelta(days=REMINDER_DAYS), asked + (due - asked) / 2)
    morning = loud_from(at, quiet)
    return morning if morning < due else at


def loud_from(at: datetime, quiet: Quiet) -> datetime:
    """The end of the quiet hours that an instant falls into; outside of them the instant itself."""
    local = at.astimezone(SEOUL)
    hours = (quiet.until - quiet.since) % 24
    if (local.hour - quiet.since) % 24 >= hours:
        return at
    day = local.date() + timedelta(days=quiet.until <= local.hour)
    return datetime.combine(day, time(quiet.until), SEOUL)
