"""Answers: kept as typed in a draft, read once and strictly at submission.

A draft takes whatever a field's control can hold, so that nothing typed is
lost; what would not be accepted is said as findings. What can never be an
answer (unknown names, other types, control characters) is refused at once.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError

from services.forms.applications import resident
from services.forms.catalog import contradictions
from services.forms.catalog.fields import json_schema
from services.forms.catalog.kind import Answers, Asking, Finding, Kind
from services.forms.people.masking import ending_of
from shared.errors import Refused
from shared.say import full_day, named

TYPED_CHARACTERS_MOST = 10_000
FORM_RULE = "form"  # a finding of the form itself, not of the rulebook
LAYERS_MOST = 4
WHOLE_MOST = 2**53 - 1  # what RFC 8785 can hash, as any JSON reader understands it (RFC 7493)

SEE_SCHEMA = _l("Write it as the kind’s schema says.")

# Which JSON a field's answer may be while it is being typed, by its type in the published schema.
TYPED: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int, str),
    "number": (int, float, str),
    "boolean": (bool, str),
    "array": (list,),
    "object": (dict,),
}


def check_typed(kind: Kind, typed: Mapping[str, Any]) -> None:
    """Refuse what can never be an answer. Raises Refused("findings") naming each field."""
    known = json_schema(kind.schema)["properties"]
    found = [
        finding
        for name, value in typed.items()
        if (finding := _typed_finding(known.get(name), name, value)) is not None
    ]
    if found:
        raise refused(found)


def read(kind: Kind, typed: Mapping[str, Any]) -> tuple[Answers, list[Finding]]:
    """The answers as the kind's functions want them; those that are right, and what is wrong."""
    given = {name: value for name, value in typed.items() if value not in (None, "")}
    try:
        return kind.schema().load(given), []
    except ValidationError as error:
        right = error.valid_data
        return right if isinstance(right, dict) else {}, _schema_findings(error.messages_dict)


def written(kind: Kind, answers: Answers) -> dict[str, Any]:
    """Valid answers as JSON: what is kept, shown and signed."""
    found: dict[str, Any] = kind.schema().dump(answers)
    return found


def judge(kind: Kind, asking: Asking, typed: Mapping[str, Any]) -> list[Finding]:
    """Everything that form and rules say of answers as typed; the blocking ones first."""
    answers, found = read(kind, typed)
    whole = not found
    found += kind.may_ask(asking) + contradictions.against(kind, asking, answers)
    if whole:
        found += [one for one in kind.judge(asking, answers) if not _said_in(found, one)]
    return sorted(found, key=lambda finding: finding.severity != "block")


def _said_in(found: list[Finding], one: Finding) -> bool:
    """Whether the same was said before anything was typed."""
    same = (one.rule, one.severity, one.field, one.figures)
    return any((a.rule, a.severity, a.field, a.figures) == same for a in found)


def blocks(found: list[Finding]) -> bool:
    """Whether anything refuses at submit."""
    return any(finding.severity == "block" for finding in found)


def refused(found: list[Finding], **facts: Any) -> Refused:
    """The refusal that carries findings."""
    return Refused("findings", "findings refuse this", findings=as_json(found), **facts)


def as_json(found: list[Finding]) -> list[dict[str, Any]]:
    """Findings in the reader's language (contract, "Words")."""
    return [
        {
            "rule": finding.rule,
            "severity": finding.severity,
            **({"field": finding.field} if finding.field else {}),
            "message": str(finding.message),
            "figures": _plain(finding.figures),
            "remedy": str(finding.remedy),
            **({"leads_to": finding.leads_to} if finding.leads_to else {}),
        }
        for finding in found
    ]


def said(
    kind: Kind,
    answers: Mapping[str, Any],
    people: Mapping[str, Any] | None = None,
    *,
    secrets: bool = False,
) -> list[tuple[str, str]]:
    """(label, text) of each answer in the reader's language, as a receipt lists them.

    `people`: whom or what the answers name in the register, by field. `secrets`: what is masked
    elsewhere in full.
    """
    rows = []
    for name, field in kind.schema().fields.items():
        if name not in answers or answers[name] in (None, ""):
            continue
        label = str(field.metadata.get("label", name))
        shown = {**field.metadata, **({"secret": False} if secrets else {})}
        rows.append((label, said_one(shown, answers[name], (people or {}).get(name))))
    return rows


def said_one(shown: Mapping[str, Any], value: Any, whom: Any = None) -> str:
    """One answer as people read it, by its field's metadata; `whom` it names, where it does."""
    if shown.get("widget") == "register":
        return named(whom) if whom else "–"
    if shown.get("widget") == "date":
        return _day_said(value)
    if shown.get("secret"):
        return ending_of(str(value))
    return str(shown.get("words", {}).get(value, value))


def _day_said(value: Any) -> str:
    """A day in words; what was typed, where it is none."""
    with suppress(ValueError, TypeError):
        return full_day(value if isinstance(value, date) else date.fromisoformat(value))
    return str(value)


def has_control(text: str, *, lines: bool = True) -> bool:
    """Whether a text has characters that nobody types: controls, lone surrogates, bidi overrides.

    Line breaks and tabs are fine where `lines` are.
    """
    for char in text:
        if lines and char in "\n\r\t":
            continue
        if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in BIDI_OVERRIDES:
            return True
    return False


BIDI_OVERRIDES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def _typed_finding(field: Mapping[str, Any] | None, name: str, value: Any) -> Finding | None:
    if field is None:
        return _form_finding(name, _l("There is no such field."), _l("Leave it out."))
    if value is None:
        return None
    allowed = TYPED[field["type"]]
    if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
        return _form_finding(name, _l("That is not the type of this field."), SEE_SCHEMA)
    return _text_finding(name, value, LAYERS_MOST)


def _text_finding(name: str, value: Any, layers: int) -> Finding | None:
    if layers == 0:
        return _form_finding(name, _l("That is nested too deeply."), SEE_SCHEMA)
    if isinstance(value, str):
        if len(value) > TYPED_CHARACTERS_MOST:
            return _form_finding(name, _l("That is far too long."), _l("Shorten it."))
        if has_control(value):
            return _form_finding(
                name, _l("It holds characters that cannot be printed."), _l("Take them out.")
            )
        if resident.found(value):
            return _form_finding(name, resident.SENTENCE, resident.REMEDY)
    if isinstance(value, int) and abs(value) > WHOLE_MOST:
        return _form_finding(name, _l("That number is far too large."))
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next(filter(None, (_text_finding(name, one, layers - 1) for one in inside)), None)


def _schema_findings(messages: Mapping[str, Any]) -> list[Finding]:
    return [
        _form_finding(str(name), text) for name, found in messages.items() for text in _texts(found)
    ]


def _texts(found: Any) -> list[Any]:
    if isinstance(found, Mapping):
        return [text for one in found.values() for text in _texts(one)]
    if isinstance(found, list):
        return [text for one in found for text in _texts(one)]
    return [_(found) if isinstance(found, str) else found]  # marshmallow's own are msgids too


def _form_finding(field: str, message: Any, remedy: Any = "") -> Finding:
    """`remedy` is empty where the message says what to do."""
    return Finding(FORM_RULE, "block", message, field=field, remedy=remedy)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if hasattr(value, "as_json"):
        return value.as_json()
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
