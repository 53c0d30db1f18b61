"""Certificate of course completion, 수료증명서 (CRT-05): coursework completed, degree or not."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from services.forms.catalog import certificate, printed
from services.forms.catalog.kind import Answers, Asking, Finding
from services.forms.people.values import Student
from services.forms.rules import tell


def against(asking: Asking) -> list[Finding]:
    """CRT-05: the register has the day on which the coursework was completed."""
    if asking.student.completed_on:
        return []
    if asking.student.standing in ("completed", "graduated"):
        day = _l("the day on which you completed the coursework")
        return [tell.not_on_record("CRT-05", day)]
    whom = _l("It is for whoever has completed the coursework.")
    return [tell.not_in_this_standing("CRT-05", whom, asking.student.standing)]


def lines(student: Student, _answers: Answers) -> dict[str, Any]:
    """Where and since when; when it was completed."""
    return {
        **printed.study_lines(student),
        "completion_date": printed.long_day(student.completed_on),
    }


KIND = certificate.Certificate(
    name="certificate_completion",
    rule="CRT-05",
    title=_l("Certificate of course completion"),
    summary=_l("That you have completed the coursework of your program."),
    against=against,
    lines=lines,
    shows=("program", "completion_date"),
).kind()
