"""Certificate of degree conferral, 학위수여증명서 (CRT-08): the degree and its number."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from services.forms.catalog import certificate, degree_held, printed
from services.forms.catalog.kind import Answers
from services.forms.people.values import Student


def lines(student: Student, _answers: Answers) -> dict[str, Any]:
    """The major, and the degree with its number."""
    major = printed.study_lines(student)["major"]
    return {"major": major, **degree_held.degree_lines(student)}


KIND = certificate.Certificate(
    name="certificate_conferral",
    rule="CRT-08",
    title=_l("Certificate of degree conferral"),
    summary=_l("That a degree was conferred on you, with its number."),
    against=degree_held.needed_by("CRT-08"),
    lines=lines,
    shows=("degree_title", "degree_date", "degree_number"),
    sensitive=True,
).kind()
