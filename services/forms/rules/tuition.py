"""Tuition: what a semester costs, who pays it, and how amounts are rounded.

Whole KRW; fractions are computed exactly and then truncated (TUI-05).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from services.forms.people.values import Semester, SemesterData, Student
from services.forms.rules import terms

TRUNCATED_BELOW_KRW = 1_000

# TUI-04: up to so many credits, such a share of the semester's tuition.
SHARES_BY_CREDITS = ((5, Fraction(40, 100)), (10, Fraction(70, 100)))
FULL = Fraction(1)

Why = Literal["ended", "not_yet", "on_leave", "coursework_completed"]


@dataclass(frozen=True)
class Charge:
    """What a student is to pay for a semester, with what it was derived from.

    `krw` is None while credits are not registered: TUI-06 fixes the amount then.
    """

    rule: str
    krw: int | None
    figures: Mapping[str, Any]


def truncated(exact: Fraction) -> int:
    """TUI-05: cut off what is below KRW 1,000, after computing exactly."""
    return int(exact // TRUNCATED_BELOW_KRW) * TRUNCATED_BELOW_KRW


def missing_data(data: SemesterData) -> tuple[str, ...]:
    """TUI-01, TUI-07: what the office has not entered yet for the semester."""
    wanted = {"tuition": data.tuition_krw, "payment_periods": data.payment_periods}
    return tuple(name for name, there in wanted.items() if not there)


def why_not_paying(student: Student, semester: Semester) -> Why | None:
    """TUI-02: why the semester's tuition is not this student's to pay; None when it is.

    Paying are the enrolled and those who return from a leave; whoever has
    completed the coursework is under TRM-07 instead.
    """
    if terms.attends(student, semester):
        return "coursework_completed" if student.completed_on else None
    if student.standing in terms.ENDED:
        return "ended"
    if student.standing == "admitted":
        return "not_yet"
    entry = student.registration(semester)
    if student.standing == "completed" or (entry and entry.attendance == "post_coursework"):
        return "coursework_completed"
    return "on_leave"


def share_by_credits(registered: int) -> Fraction | None:
    """TUI-04: 1 to 5 credits 40 %, 6 to 10 credits 70 %, 11 and over all; None without any."""
    if registered < 1:
        return None
    return next((share for most, share in SHARES_BY_CREDITS if registered <= most), FULL)


def charge(student: Student, data: SemesterData) -> Charge:
    """TUI-01, TUI-03, TUI-04: the semester's tuition, or its share by credits.

    The student is one who pays and the semester has its tuition (see above).
    """
    tuition = data.tuition_krw or 0
    figures: dict[str, Any] = {
        **data.semester.as_json(),
        "tuition_krw": tuition,
        "data_version": data.version,
    }
    if not terms.past_minimum_term(student, data.semester):
        return Charge("TUI-01", tuition, figures)
    entry = student.registration(data.semester)
    registered = entry.credits if entry else None
    figures |= {
        "semester_number": terms.semester_number(student, data.semester),
        "minimum_semesters": terms.MINIMUM_SEMESTERS[student.program],
        "credits": registered,
    }
    share = share_by_credits(registered or 0)
    if share is None:
        return Charge("TUI-04", None, figures)
    figures["share_percent"] = int(share * 100)
    return Charge("TUI-04", truncated(tuition * share), figures)
