"""Whether what is asked fits the kind's paper, while its writer still sits at the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask_babel import lazy_pgettext as _p

from services.forms.catalog import printed
from services.forms.catalog.fields import AnswerSchema, Choice
from services.forms.catalog.kind import Answers, Asking, Finding, Text
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


def of_texts(
    asking: Asking, kind: str, texts: Mapping[str, Text], answers: Answers
) -> list[Finding]:
    """The same for what was written; `texts` are the fields with their labels."""
    return [
        finding
        for name, label in texts.items()
        for finding in of_text(asking, kind, name, label, answers.get(name) or "")
    ]


def of_choices(
    asking: Asking, kind: str, schema: type[AnswerSchema], answers: Answers
) -> list[Finding]:
    """The same for what was chosen, where its words stand on a line of the paper."""
    found: list[Finding] = []
    for name, one in schema().fields.items():
        if isinstance(one, Choice) and (line := one.metadata.get("line")):
            with in_language(asking.student.language):
                said = str(one.words[answers[name]])
            told = of_text(asking, kind, line, one.metadata["label"], said)
            found += [replace(finding, field=name) for finding in told]
    return found
