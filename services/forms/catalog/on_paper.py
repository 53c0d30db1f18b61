"""Where answers stand on the paper: each field says its `line` there, or its `boxes`.

A text stands under its field's own name, as it was written (`Request.texts`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.forms.catalog import printed
from services.forms.catalog.fields import AnswerSchema, BankAccount, Choice, Day, WholeNumber
from services.forms.catalog.kind import Case
from services.forms.people.masking import ending_of

PRINTED: Mapping[type, Callable[[Any, Any], str]] = {  # of a field and its answer
    Choice: lambda field, answer: str(field.words[answer]),
    WholeNumber: lambda field, answer: str(field.metadata["unit"](answer)),
    Day: lambda _field, answer: printed.day(answer),
    BankAccount: lambda _field, answer: ending_of(answer),
}


def lines(schema: type[AnswerSchema], case: Case) -> dict[str, str]:
    """What was answered, on the lines and in the boxes of its fields."""
    found: dict[str, str] = {}
    for name, field in schema().fields.items():
        if line := field.metadata.get("line"):
            found[line] = _said(case, name, field)
        answer = case.answers.get(name, field.metadata.get("unticked"))
        for value, place in field.metadata.get("boxes", {}).items():
            found[place] = printed.box(answer == value)
    return found


def _said(case: Case, name: str, field: Any) -> str:
    if field.metadata.get("of"):
        return printed.chosen(case, name)
    return PRINTED[type(field)](field, case.answers[name])
