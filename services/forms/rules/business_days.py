"""Business days of Korea (REC-02): Korean holidays, substitute ones included, count as holidays.

Everything in the product that counts business days counts them here.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from functools import cache

import holidays

SATURDAY = 5
A_DAY = timedelta(days=1)


def is_business_day(day: date, closed: Collection[date] = ()) -> bool:
    """Whether offices work on that day; `closed` are the university's own days without business."""
    return day.weekday() < SATURDAY and day not in _holidays(day.year) and day not in closed


def after(day: date, count: int, closed: Collection[date] = ()) -> date:
    """The `count`-th business day after `day`, which itself never counts; `day` for none."""
    while count > 0:
        day += A_DAY
        count -= is_business_day(day, closed)
    return day


def before(day: date, count: int, closed: Collection[date] = ()) -> date:
    """The `count`-th business day before `day`, which itself never counts; `day` for none."""
    while count > 0:
        day -= A_DAY
        count -= is_business_day(day, closed)
    return day


def between(first: date, last: date, closed: Collection[date] = ()) -> int:
    """How many business days come after `first`, up to `last` and including it."""
    days = (first + A_DAY * n for n in range(1, (last - first).days + 1))
    return sum(is_business_day(day, closed) for day in days)


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("KR", years=year))
