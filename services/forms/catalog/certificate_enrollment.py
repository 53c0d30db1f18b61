"""Certificate of enrollment, 재학증명서 (CRT-01): whoever is enrolled."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import pgettext

from services.forms.catalog import certificate, printed
from services.forms.catalog.kind import Answers
from services.forms.people.values import Student
from services.forms.rules import terms


def lines(student: Student, _answers: Answers) -> dict[str, Any]:
    """Where and since when; whose how-many-th semester it is."""
    nth = max(terms.semesters_attended(student), 1)
    standing = pgettext("printed", "Enrolled (semester %(nth)s)", nth=nth)
    return {**printed.study_lines(student), "standing": standing}


KIND = certificate.Certificate(
    name="certificate_enrollment",
    rule="CRT-01",
    title=_l("Certificate of enrollment"),
    summary=_l("That you are enrolled."),
    against=certificate.only_for("CRT-01", ("enrolled",), _l("It is for enrolled students.")),
    lines=lines,
    shows=("program", "standing"),
).kind()
