"""What the rules say of an extended due date that is asked for (TUI-07, EXT-02 to EXT-05)."""

from __future__ import annotations

from datetime import date

from services.forms.people.values import Period, SemesterData, Student
from services.forms.rules import extension, installments, tell, tell_extension, tuition
from services.forms.rules.finding import Finding
from services.forms.rules.installments import Due


def said(
    student: Student, data: SemesterData, due_date: date, pay_on: date, *, by_parts: bool
) -> list[Finding]:
    """TUI-07, EXT-02 to EXT-05: whether that day can be given, and what is paid then."""
    dates = extension.dates(student, data)
    if dates is None:
        return [tell.missing_data(data.semester, ["payment_periods"])]
    if due_date != dates.due_now:
        return [tell_extension.other_due_date(data.semester, dates)]
    if why := extension.why_not(dates, pay_on, installments=by_parts):
        return [tell_extension.bad_day(dates, why)]
    charge, window = tuition.charge(student, data), extension.window(data)
    found = [tell.charged(charge, data.semester)]
    if charge.krw is not None:
        found.insert(0, tell_extension.to_pay(_dues(data, charge.krw, pay_on, by_parts=by_parts)))
    return [*found, tell_extension.confirm_in_time(window.closes)] if window else found


def _dues(data: SemesterData, krw: int, pay_on: date, *, by_parts: bool) -> tuple[Due, ...]:
    """EXT-05: all of it on the day, or a quarter in each of P2 to P5."""
    if by_parts:
        return installments.plan(data, krw, one_step_later=True)
    return (Due(installments.FULL_PAYMENT, krw, Period(pay_on, pay_on)),)
