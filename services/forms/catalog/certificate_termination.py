"""Certificate of termination, 제적증명서 (CRT-07): whoever left or was expelled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import certificate, printed
from services.forms.catalog.kind import Answers, Asking, Finding, Text
from services.forms.people.values import Standing, Student
from services.forms.rules import tell

REASONS: Mapping[Standing, Text] = {
    "withdrawn": _p("printed", "Withdrawal"),
    "expelled": _p("printed", "Expulsion"),
}
has_left = certificate.only_for(
    "CRT-07", tuple(REASONS), _l("It is for whoever left the university or was expelled.")
)


def against(asking: Asking) -> list[Finding]:
    """CRT-07: left or expelled, and the register says when; who cancelled (REF-04) never began."""
    student, lacking = asking.student, None
    if student.ended_on is None:
        lacking = _l("the day on which you left")
    elif student.ended_on < student.admitted_on:
        lacking = _l("a day on which you studied here")
    return has_left(asking) or ([tell.not_on_record("CRT-07", lacking)] if lacking else [])


def lines(student: Student, _answers: Answers) -> dict[str, Any]:
    """When and how it ended."""
    return {
        "major": printed.study_lines(student)["major"],
        "admission_date": printed.long_day(student.admitted_on),
        "termination_date": printed.long_day(student.ended_on),
        "termination_reason": str(REASONS[student.standing]),
    }


KIND = certificate.Certificate(
    name="certificate_termination",
    rule="CRT-07",
    title=_l("Certificate of termination"),
    summary=_l("When and how your studies here ended."),
    against=against,
    lines=lines,
    shows=("program", "termination_date", "termination_reason"),
).kind()
