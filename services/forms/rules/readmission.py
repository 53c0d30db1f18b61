"""Readmission: into which semester, with which earlier credits, how long the course may last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.forms.people.values import Semester, SemesterData, Student
from services.forms.rules import study, terms

Why = Literal["never_left", "barred"]
LEFT = ("withdrawn", "expelled")


@dataclass(frozen=True)
class Attendance:
    """How the time at the university is reckoned after a readmission (RDM-02, TRM-03)."""

    since: date
    attended: int  # semesters of study before it
    used: int  # semesters of the maximum term, the asked one included
    left: int  # that remain after it; negative past the maximum term


def coming(semesters: Mapping[Semester, SemesterData], today: date) -> Semester | None:
    """RDM-01: the next semester on record; it is asked for until the day before its first one."""
    later = [one for one, data in semesters.items() if data.first_day > today]
    return min(later, default=None)


def why_not(student: Student) -> Why | None:
    """RDM-01: whoever left or was expelled, and is not on the list that staff keep."""
    if student.standing not in LEFT:
        return "never_left"
    return "barred" if student.barred else None


def credits_earned(student: Student) -> int:
    """RDM-02: the earlier credits, of which part or all may count."""
    return study.earned(student.grades)


def grantable(asked: int) -> list[str]:
    """RDM-02: part of the credits or all, as asked first."""
    return [str(count) for count in range(asked, -1, -1)]


def attendance(student: Student, asked: Semester) -> Attendance:
    """RDM-02: reckoned from the first day of the course, so that nothing of it begins anew.

    Reading: the semesters between leaving and coming back count towards the maximum
    term (TRM-03), as every semester but a leave does.
    """
    return Attendance(
        student.admitted_on,
        terms.semesters_attended(student),
        terms.semesters_towards_maximum(student, asked),
        terms.semesters_left(student, asked),
    )
