"""What a student owes this semester: what, until when, why, and what if they leave on this day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.forms.pages.badges import Badge
from services.forms.people.values import Payment, Period, Semester, SemesterData, Student
from services.forms.rules import dues, installments, tell, terms, tuition
from services.forms.rules.dues import Line, Owed
from services.forms.rules.finding import Finding
from services.forms.student.leaving import calculator
from shared import say
from shared.clock import SEOUL

PAID = Badge("good", "check", _l("Paid"))
LATE = Badge("bad", "alert", _l("Not paid in time"))
NOW = Badge("moving", "clock", _l("To be paid now"))
LATER = Badge("end", "clock", _l("Later"))
ARRIVED = Badge("moving", "clock", _l("Arrived"))
LEAVE_FIELD = "on"


@dataclass(frozen=True)
class Row:
    """A part of the tuition in the table."""

    title: str
    period: str
    amount: str
    badge: Badge
    about: str = ""


@dataclass(frozen=True)
class Paid:
    """A payment of the history, and from when on it can be verified (TUI-10)."""

    semester: str
    title: str
    day: str
    amount: str
    badge: Badge
    about: str = ""


def page_of(
    student: Student,
    semesters: Mapping[Semester, SemesterData],
    now: datetime,
    typed: str | None,
) -> dict[str, Any]:
    """Everything that the template shows; `typed` is the day that the calculator was asked for."""
    today = now.astimezone(SEOUL).date()
    which = terms.semester_to_pay(semesters, today)
    against = _against(student, semesters, which)
    if which is None or against is not None:
        return {
            "against": against or tell.no_semester(),
            "history": history(student, semesters, today),
        }
    data = semesters[which]
    owed = dues.owed(student, data, today)
    return {
        "against": None,
        "history": history(student, semesters, today),
        "semester": str(tell.semester(which)),
        "owed": _amount(owed.krw),
        "left": _amount(owed.left_krw),
        "why": _why(owed),
        "rows": [_row(line, today) for line in owed.lines],
        "parts": _in_parts(student, data, owed),
        "paid": say.money(owed.paid_krw),
        "account": student.account,
        "invoice": bool(owed.lines) and bool(owed.left_krw),
        "invalid": _plan_lapsed(owed, student, today),
        **calculator(owed, data, typed, today),
    }


def history(
    student: Student, semesters: Mapping[Semester, SemesterData], today: date
) -> list[Paid]:
    """TUI-10: every payment, the newest first, and whether it can be verified by now."""
    found = sorted(student.payments, key=lambda one: (one.paid_on, one.part), reverse=True)
    return [_paid(one, dues.verified_from(student, semesters, one), today) for one in found]


def _paid(payment: Payment, verified_from: date | None, today: date) -> Paid:
    goes_on = verified_from is not None and today < verified_from
    about = ""
    if goes_on and verified_from:
        about = str(_("It can be verified from %(day)s on.", day=say.day(verified_from)))
    return Paid(
        str(tell.semester(payment.semester)),
        _title(payment.part),
        say.full_day(payment.paid_on),
        say.money(payment.amount_krw),
        ARRIVED if goes_on else PAID,
        about,
    )


def _in_parts(student: Student, data: SemesterData, owed: Owed) -> list[Row]:
    """TUI-06, TUI-13: what four installments would be, for whoever has not paid yet."""
    if not owed.krw or owed.paid_krw or len(owed.lines) != 1:
        return []
    later = terms.past_minimum_term(student, data.semester) or owed.extended is not None
    plan = installments.plan(data, owed.krw, one_step_later=later)
    return [Row(_title(due.part), _period(due.period), say.money(due.krw), LATER) for due in plan]


def _against(
    student: Student, semesters: Mapping[Semester, SemesterData], which: Semester | None
) -> Finding | None:
    if which is None:
        return None
    if missing := tuition.missing_data(semesters[which]):
        return tell.missing_data(which, missing)
    why = tuition.why_not_paying(student, which)
    return tell.not_paying(which, why) if why else None


def _why(owed: Owed) -> Sequence[str]:
    """The sum, line by line, as the desk sees it too."""
    found = [tell.charged(owed.charge, owed.semester)]
    if owed.reduction:
        found.append(tell.reduced(owed.reduction))
    return [str(line) for finding in found for line in finding.derivation]


def _row(line: Line, today: date) -> Row:
    due = line.due
    about = str(_("Paid on %(day)s", day=say.day(line.paid_on))) if line.paid_on else ""
    return Row(
        _title(due.part), _period(due.period), say.money(due.krw), _badge(line, today), about
    )


def _title(part: int) -> str:
    if part == installments.FULL_PAYMENT:
        return str(_("The whole tuition"))
    return str(_("Installment %(n)s", n=part))


def _period(period: Period) -> str:
    days = say.day(period.last_day)
    if period.first_day != period.last_day:
        days = str(_("%(first)s to %(last)s", first=say.day(period.first_day), last=days))
    return days


def _badge(line: Line, today: date) -> Badge:
    if line.paid_on:
        return PAID
    if line.late:
        return LATE
    return NOW if line.due.period.first_day <= today else LATER


def _plan_lapsed(owed: Owed, student: Student, today: date) -> bool:
    """TUI-08: without its first installment in time, a plan is not valid."""
    plan = [line.due for line in owed.lines]
    paid = [one for one in student.payments if one.semester == owed.semester]
    return len(plan) > 1 and not installments.plan_holds(plan, paid, today)


def _amount(krw: int | None) -> str:
    if krw is None:
        return str(_("It is known when your credits are registered."))
    return say.money(krw)
