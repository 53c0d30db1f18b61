"""Certificate of degree, 학위증명서 (CRT-02): whoever holds a degree of this university."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from services.forms.catalog import certificate, degree_held, printed
from services.forms.catalog.kind import Answers
from services.forms.people.values import Student


def lines(student: Student, _answers: Answers) -> dict[str, Any]:
    """Where it was studied for, and the degree."""
    study, degree = printed.study_lines(student), degree_held.degree_lines(student)
    return {
        "campus": study["campus"],
        "major": study["major"],
        "degree_title": degree["degree_title"],
        "degree_date": degree["degree_date"],
    }


KIND = certificate.Certificate(
    name="certificate_degree",
    rule="CRT-02",
    title=_l("Certificate of degree"),
    summary=_l("That you hold a degree of this university."),
    against=degree_held.needed_by("CRT-02"),
    lines=lines,
    shows=("degree_title", "degree_date"),
    sensitive=True,
).kind()
