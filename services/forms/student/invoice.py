"""The tuition invoice that a student prints: what, to which account, until when (TUI-12)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from services.forms.people.values import Semester, SemesterData, Student
from services.forms.student.home import about_me
from services.forms.student.money import page_of
from shared import say


def invoice(
    student: Student, semesters: Mapping[Semester, SemesterData], now: datetime
) -> dict[str, Any] | None:
    """Everything that the template shows; None where nothing is left to pay."""
    shown = page_of(student, semesters, now, None)
    if shown["against"] or not shown["invoice"]:
        return None
    who = [
        (str(_("Student no.")), student.student_number),
        (str(_("Name")), say.named(student)),
        (str(_("Program")), " · ".join(about_me(student))),
        (str(_("Semester")), shown["semester"]),
    ]
    return {**shown, "who": who, "issued": say.full_day(now)}
