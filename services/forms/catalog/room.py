"""Whether what is asked fits the kind's paper, while its writer still sits at the screen."""

from __future__ import annotations

from flask_babel import lazy_pgettext as _p

from services.forms.catalog import printed
from services.forms.catalog.kind import Asking, Finding, Text
from services.forms.rules import tell
from shared.words import in_language

LABELS = {
    "name": _p("field", "Name"),
    "campus": _p("field", "Campus"),
    "major": _p("field", "Major"),
}


def of_text(asking: Asking, kind: str, field: str, label: Text, text: str) -> list[Finding]:
    """What stands against printing the text where the paper has `field`."""
    if asking.room is None:
        return []
    fit = asking.room(kind, asking.student.language, field, text)
    if fit.missing:
        return [tell.unprintable(field, label, fit)]
    return [] if fit.ok else [tell.too_long(field, label, fit)]


def of_student(asking: Asking, kind: str) -> list[Finding]:
    """The same for the applicant's own lines, in the paper's language."""
    with in_language(asking.student.language):
        lines = printed.student_lines(asking.student)
    return [
        finding
        for field, label in LABELS.items()
        for finding in of_text(asking, kind, field, label, lines[field])
    ]
