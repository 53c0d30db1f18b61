"""A form page from a kind's schema: what was typed, what is wrong with it, how to show it.

The catalog says label, hint, widget, words and the greatest length of each
field (`metadata`); nothing here knows a particular kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from marshmallow.fields import Field

from services.forms.catalog.fields import LETTERS_ARE_TWO_MARKS, marks
from services.forms.catalog.kind import Kind

SELECT_FROM = 6  # more choices than these are a list to open
WIDE_SHARE = 1.5  # marks a letter: from here on a text is counted as Korean


@dataclass(frozen=True)
class Option:
    """One of the choices, with its small print."""

    value: str
    words: str
    about: str = ""


@dataclass(frozen=True)
class Count:
    """How long the saved text is; the server counts, so it is true without scripts."""

    words: str
    over: bool
    label: str


@dataclass(frozen=True)
class FormField:
    """What the template draws of a field."""

    name: str
    label: str
    hint: str
    widget: str
    value: str
    error: str
    optional: bool
    options: Sequence[Option] = ()
    columns: str = ""
    count: Count | None = None
    type: str = "text"


def fields_of(
    kind: Kind,
    answers: Mapping[str, Any],
    errors: Mapping[str, str],
    abouts: Mapping[str, Mapping[str, Any]],
    choices: Mapping[str, Mapping[str, Any]],
) -> list[FormField]:
    """The fields of a form in their order, filled with `answers` as they were typed.

    `abouts`: small print of choices; `choices`: those that the register gives.
    """
    fields = kind.schema().fields
    options = {name: _options(name, field, abouts, choices) for name, field in fields.items()}
    return [
        _field(name, field, answers.get(name), errors.get(name, ""), options[name])
        for name, field in fields.items()
    ]


def _options(
    name: str,
    field: Field[Any],
    abouts: Mapping[str, Mapping[str, Any]],
    choices: Mapping[str, Mapping[str, Any]],
) -> list[Option]:
    words = choices.get(name) or field.metadata.get("words", {})
    small = abouts.get(name, {})
    return [Option(key, str(text), str(small.get(key, ""))) for key, text in words.items()]


def _field(
    name: str, field: Field[Any], value: Any, error: str, options: list[Option]
) -> FormField:
    shown = field.metadata
    widget = shown.get("widget", "text")
    if widget == "register":
        widget, options = "select", [Option("", str(_("Choose…"))), *options]
    if widget == "choices" and len(options) >= SELECT_FROM:
        widget = "select"
    text = "" if value is None else str(value)
    return FormField(
        name=name,
        label=str(shown["label"]),
        hint=str(shown.get("hint", "")),
        widget=widget,
        value=text,
        error=error,
        optional=not field.required,
        options=options,
        columns=shown.get("columns", ""),
        count=_count(text, shown["most"]) if widget == "area" and shown.get("most") else None,
        type="date" if widget == "date" else "text",
    )


def _count(text: str, most: int) -> Count:
    """Counted as the field does: a Korean letter takes the room of two Latin ones."""
    used = -(-marks(text) // LETTERS_ARE_TWO_MARKS)
    wide = marks(text) >= len(text) * WIDE_SHARE
    room = most if wide else most * LETTERS_ARE_TWO_MARKS
    if used <= most:
        words = _("%(used)s / %(most)s characters", used=len(text), most=room)
        return Count(words, over=False, label=_("As saved"))
    over = used - most if wide else (used - most) * LETTERS_ARE_TWO_MARKS
    figures = {"used": len(text), "most": room, "over": over}
    words = _("%(used)s / %(most)s characters (%(over)s over)", **figures)
    return Count(words, over=True, label=_("As saved"))


def blocking(findings: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The findings that refuse."""
    return [one for one in findings if one["severity"] == "block"]


def contradicting(findings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The findings that name another application which is open: told while it is written."""
    return [dict(one) for one in findings if one["figures"].get("open_application")]


def by_field(findings: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The first blocking sentence of each field."""
    errors: dict[str, str] = {}
    for one in blocking(findings):
        if one.get("field"):
            errors.setdefault(one["field"], " ".join(filter(None, (one["message"], one["remedy"]))))
    return errors


def instead(
    kinds: Mapping[str, Kind], findings: Sequence[Mapping[str, Any]]
) -> list[dict[str, str]]:
    """Where findings lead: other applications, and other kinds to ask for, each once."""
    names = dict.fromkeys(one["leads_to"] for one in findings if one.get("leads_to"))
    open_ones = [one["figures"]["open_application"] for one in contradicting(findings)]
    seen = {one["application_id"]: one["number"] for one in open_ones}
    return [
        {"href": f"/applications/{one}", "words": _("See %(number)s", number=number)}
        for one, number in seen.items()
    ] + [
        {"href": f"/apply/{name}", "words": _("Ask for this: %(title)s", title=kinds[name].title)}
        for name in names
        if name in kinds
    ]


def summary(
    kind: Kind, findings: Sequence[Mapping[str, Any]], base: str = ""
) -> list[dict[str, str]]:
    """The lines of the error summary: each leads to its field and names it."""
    labels = {n: str(f.metadata["label"]) for n, f in kind.schema().fields.items()}
    lines = []
    for one in blocking(findings):
        field = one.get("field")
        said = " ".join(filter(None, (one["message"], one["remedy"])))
        if field in labels:
            lines.append({"href": f"{base}#{field}", "words": f"{labels[field]}: {said}"})
        else:
            lines.append({"href": "", "words": said})
    return lines
