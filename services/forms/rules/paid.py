"""What a student paid, by semester, and whether it can be certified yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from services.forms.people.values import Payment, Semester, SemesterData, Student


def semesters(student: Student) -> list[Semester]:
    """Those that something was paid for, the last one first."""
    return sorted({one.semester for one in student.payments}, reverse=True)


def of_semester(student: Student, semester: Semester) -> list[Payment]:
    """The payments of one semester, in the order in which they came."""
    found = [one for one in student.payments if one.semester == semester]
    return sorted(found, key=lambda one: (one.part, one.paid_on))


def certified_from(
    student: Student, semester: Semester, data: Mapping[Semester, SemesterData], today: date
) -> date | None:
    """TUI-10: the day after the deadline of a payment's period, while that still goes on."""
    periods = data[semester].payment_periods if semester in data else ()
    for one in of_semester(student, semester):
        for period in periods:
            if period.first_day <= one.paid_on <= period.last_day and today <= period.last_day:
                return period.last_day + timedelta(days=1)
    return None
