"""What an answer brings with it: a document to attach, a note for whoever chose it.

A choice says so by value (`documents`, `notes`); where every request of a kind takes a document,
the kind says which (`Request.document`).
"""

from __future__ import annotations

from typing import Any, Protocol

from services.forms.catalog.fields import AnswerSchema
from services.forms.catalog.kind import Answers, Asking, Finding


class Document(Protocol):
    """Which one is needed: refused without it, a note where there is one."""

    def __call__(self, *, there: bool) -> Finding: ...


def needed(
    asking: Asking, schema: type[AnswerSchema], answers: Answers, always: Document | None = None
) -> list[Finding]:
    """The documents, told once there is a draft to add them to; then the notes."""
    wanted = [*([always] if always else []), *_of_choices(schema, answers, "documents")]
    there = asking.attached is not None and asking.attached > 0
    told = [] if asking.attached is None else [one(there=there) for one in wanted]
    return [*told, *(note() for note in _of_choices(schema, answers, "notes"))]


def _of_choices(schema: type[AnswerSchema], answers: Answers, what: str) -> list[Any]:
    fields = schema().fields.items()
    said = [one.metadata.get(what, {}).get(answers.get(name)) for name, one in fields]
    return [one for one in said if one]
