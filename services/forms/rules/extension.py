"""Extension of the tuition due date: until when it is asked for, and which day may be given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from services.forms.people.values import Period, SemesterData, Student, Window
from services.forms.rules import terms, windows
from services.forms.rules.windows import When

NAME = "due_date_extension"  # of its window in the semester's data
Why = Literal["not_later", "too_late", "not_in_its_period"]


@dataclass(frozen=True)
class Dates:
    """The due date as it is, the latest that can be given, the days of the first installment."""

    due_now: date
    latest: date
    first_installment: Period


def window(data: SemesterData) -> Window | None:
    """EXT-01: when it can be asked for (2022 fall: Aug 29 to Sep 5 14:00); data of the semester."""
    return data.windows.get(NAME)


def when(data: SemesterData, now: datetime) -> When:
    """EXT-01: whether the window is open at this instant."""
    return windows.when(window(data), now)


def dates(student: Student, data: SemesterData) -> Dates | None:
    """TUI-07, EXT-05: the dates that count for this student; None while periods are missing.

    Readings: past the minimum term and extended together is still one step
    later; the extended date is any day up to the end of the last period.
    """
    periods = data.payment_periods
    step = int(terms.past_minimum_term(student, data.semester))
    if len(periods) <= 1:
        return None
    return Dates(periods[step].last_day, periods[-1].last_day, periods[1])


def why_not(found: Dates, pay_on: date, *, installments: bool) -> Why | None:
    """EXT-02, EXT-05: why that day cannot be given, or None.

    In full, any day after the present due date up to the latest; in
    installments, a day of the period in which the first of them is paid.
    """
    if installments:
        first = found.first_installment
        return None if first.first_day <= pay_on <= first.last_day else "not_in_its_period"
    if pay_on <= found.due_now:
        return "not_later"
    return "too_late" if pay_on > found.latest else None
