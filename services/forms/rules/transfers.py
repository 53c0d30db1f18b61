"""What a transfer to a student's virtual account pays, or why it is not taken (TUI-09)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.forms.people.values import Semester, SemesterData, Student
from services.forms.rules import dues, installments, terms, tuition
from services.forms.rules.dues import Owed
from services.forms.rules.installments import Due
from shared.clock import SEOUL

Why = Literal[
    "amount",
    "period",
    "blocked_minutes",
    "plan_not_valid",
    "nothing_owed",
    "credits_unknown",
    "not_paying",
    "no_semester",
    "future",
]


@dataclass(frozen=True)
class Transfer:
    """Money that the bank says has arrived: its own number of it, to which account, when."""

    transaction: str
    account: str  # digits alone
    krw: int
    at: datetime


@dataclass(frozen=True)
class Weighed:
    """What it pays (`why` None), or why it is not taken; `due` is what it was compared with."""

    semester: Semester | None
    due: Due | None
    why: Why | None


def weigh(
    student: Student,
    semesters: Mapping[Semester, SemesterData],
    transfer: Transfer,
    now: datetime,
) -> Weighed:
    """TUI-08, TUI-09: the exact amount of one due, on a day of its period, blocked minutes apart.

    Which due it is follows from the day alone: the periods of one student never overlap.
    """
    day = transfer.at.astimezone(SEOUL).date()
    if transfer.at > now:
        return Weighed(None, None, "future")
    semester = terms.semester_to_pay(semesters, day)
    if semester is None or tuition.missing_data(semesters[semester]):
        return Weighed(semester, None, "no_semester")
    if tuition.why_not_paying(student, semester):
        return Weighed(semester, None, "not_paying")
    owed = dues.owed(student, semesters[semester], day)
    if owed.krw is None:
        return Weighed(semester, None, "credits_unknown")
    unpaid = [line.due for line in owed.lines if line.paid_on is None]
    if not unpaid:
        return Weighed(semester, None, "nothing_owed")
    return _of(student, owed, _nearest(unpaid, transfer), transfer)


def _of(student: Student, owed: Owed, due: Due, transfer: Transfer) -> Weighed:
    why: Why | None = installments.why_not_taken(due, transfer.krw, transfer.at)
    if why != "period" and not _plan_holds(student, owed, due, transfer):
        why = "plan_not_valid"
    return Weighed(owed.semester, due, why)


def _plan_holds(student: Student, owed: Owed, due: Due, transfer: Transfer) -> bool:
    """TUI-08: a later installment is taken only where the first was paid within its period."""
    if due.part <= 1:
        return True
    plan = [line.due for line in owed.lines]
    paid = [one for one in student.payments if one.semester == owed.semester]
    return installments.plan_holds(plan, paid, transfer.at.astimezone(SEOUL).date())


def _nearest(unpaid: Sequence[Due], transfer: Transfer) -> Due:
    """The due whose period it is now, else the next to come, else the last."""
    day = transfer.at.astimezone(SEOUL).date()
    return next((due for due in unpaid if day <= due.period.last_day), unpaid[-1])
