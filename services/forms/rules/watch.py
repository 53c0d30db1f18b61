"""Whom offices watch: who has not paid, whose time ends, who has not enrolled.

The system lists them for staff and expels nobody by itself (TUI-11, TRM-03).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.forms.people.values import Semester, SemesterData, Student
from services.forms.rules import dues, installments, terms, tuition
from services.forms.rules.dues import Line

NEAR_SEMESTERS = 1  # a setting of the list: this many or fewer are left after the present one
HERE = ("enrolled", "returning", "post_coursework")
HOME = "KR"


@dataclass(frozen=True)
class Unpaid:
    """What should have been paid by now; `plan_holds` is False where TUI-08 ended the plan."""

    lines: tuple[Line, ...]
    left_krw: int
    plan_holds: bool


@dataclass(frozen=True)
class Term:
    """How much of the maximum term is used with this semester, and what is left after it."""

    used: int
    most: int
    left: int


def unpaid(student: Student, data: SemesterData, today: date) -> Unpaid | None:
    """TUI-08, TUI-11: the dues whose period is over without a payment; None where there is none."""
    if tuition.missing_data(data) or tuition.why_not_paying(student, data.semester):
        return None
    owed = dues.owed(student, data, today)
    late = tuple(line for line in owed.lines if line.late)
    if not late:
        return None
    plan = [line.due for line in owed.lines]
    paid = [one for one in student.payments if one.semester == data.semester]
    holds = len(plan) == 1 or installments.plan_holds(plan, paid, today)
    return Unpaid(late, owed.left_krw or 0, holds)


def near_maximum(student: Student, semester: Semester) -> Term | None:
    """TRM-03, TRM-04, TRM-05: whose maximum term ends with this semester or the next, or is over.

    Post-coursework semesters count even when not enrolled; leaves do not.
    """
    if student.standing in terms.ENDED or student.standing == "admitted":
        return None
    granted = sum(one.semesters for one in student.milestones if one.what == "term_extension")
    left = terms.semesters_left(student, semester, granted)
    if left > NEAR_SEMESTERS:
        return None
    used = terms.semesters_towards_maximum(student, semester)
    return Term(used, used + left, left)


def not_enrolled_after_coursework(student: Student, semester: Semester) -> bool:
    """TRM-06: an international student who completed the coursework and is not enrolled now.

    Reading: international is whoever is not a national of Korea; whoever is on leave has a
    standing of their own and is not meant.
    """
    if student.nationality == HOME or student.completed_on is None:
        return False
    if student.standing in terms.ENDED:
        return False
    entry = student.registration(semester)
    return entry is None or entry.attendance not in (*HERE, "on_leave")
