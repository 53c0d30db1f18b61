"""Certificate of leave of absence, 휴학증명서 (CRT-06): whoever is on leave.

The kind of the leave (disease, childcare, …) is nobody's business and does not
stand on it.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from services.forms.catalog import certificate, printed
from services.forms.catalog.kind import Answers, Asking, Finding
from services.forms.people.values import Leave, Student
from services.forms.rules import tell

on_leave = certificate.only_for("CRT-06", ("on_leave",), _l("It is for students on leave."))


def leave_of(student: Student) -> Leave | None:
    """The leave that goes on: the latest one on record."""
    return max(student.leaves, key=lambda leave: leave.last, default=None)


def against(asking: Asking) -> list[Finding]:
    """CRT-06: on leave, and the register says for how long."""
    lacking = [] if leave_of(asking.student) else [tell.not_on_record("CRT-06", _l("your leave"))]
    return on_leave(asking) or lacking


def lines(student: Student, _answers: Answers) -> dict[str, Any]:
    """From which semester to which."""
    leave = leave_of(student)
    period = printed.semesters(leave.first, leave.last) if leave else ""
    return {**printed.study_lines(student), "leave_period": period}


KIND = certificate.Certificate(
    name="certificate_leave",
    rule="CRT-06",
    title=_l("Certificate of leave of absence"),
    summary=_l("That you are on leave, and for which semesters."),
    against=against,
    lines=lines,
    shows=("program", "leave_period"),
).kind()
