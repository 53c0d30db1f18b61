"""The fields that kinds are made of: page, API and validation all come from one schema.

A field's metadata are what people see: `label`, `hint`, `widget` (choices |
area | text | number | date | register), `words` (value to text), `most` (letters),
`columns`, `secret` (masked but for its end, except to the office in charge), `role`
(of the route, that whoever is named has), `listed` (`register_named`), `documents` and `notes`
(`documents`), and where the answer stands on the paper (`on_paper`): `line`, of a number with its
`unit`, or `boxes` (value to place, `unticked` the value of no answer). A refusal is a lazy sentence
that says what to do.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, ValidationError, fields

from services.forms.rules.finding import Text
from shared.fit.setting import plain

WIDE = ("W", "F")
REGISTER_ID_CHARACTERS_MOST = 40
ACCOUNT_DIGITS_LEAST, ACCOUNT_DIGITS_MOST = 8, 16  # of Korean banks
LETTERS_ARE_TWO_MARKS = 2  # a Korean letter takes the room of two Latin ones


class AnswerSchema(Schema):
    """Answers of a kind: what is not asked for is refused, what is wrong is named."""

    error_messages = {  # noqa: RUF012 – marshmallow's own class attribute
        "unknown": _l("There is no such field."),
        "type": _l("Send the answers as an object."),
    }


class _Field(fields.Field[Any]):
    """A field, required unless said otherwise, whose refusals are in the reader's language."""

    kind_of_value = _l("This is not one of the choices.")

    def __init__(self, label: Text, hint: Text = "", **shown: Any) -> None:
        validate, required = shown.pop("validate", None), shown.pop("required", True)
        super().__init__(
            required=required, validate=validate, metadata={"label": label, "hint": hint, **shown}
        )

    def make_error(self, key: str, **_kwargs: Any) -> ValidationError:
        """Missing, null or of a wrong type."""
        missing = key in ("required", "null")
        return ValidationError([_l("Please answer this.") if missing else self.kind_of_value])


class Choice(_Field):
    """One of a few values, each with its words."""

    def __init__(self, words: Mapping[str, Text], label: Text, hint: Text = "", **shown: Any):
        super().__init__(label, hint, widget="choices", words=words, **shown)
        self.words = words

    def _deserialize(self, value: Any, *_more: Any, **_kwargs: Any) -> str:
        if value == "":
            raise self.make_error("required")
        if not isinstance(value, str) or value not in self.words:
            raise self.make_error("invalid")
        return value


class WholeNumber(_Field):
    """A whole number from `least` to `most`, as JSON has it (not as text)."""

    kind_of_value = _l("Write a whole number here.")

    def __init__(self, least: int, most: int, label: Text, hint: Text = "", **shown: Any) -> None:
        super().__init__(label, hint, widget="number", **shown)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, *_more: Any, **_kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid")
        if not self.least <= value <= self.most:
            between = _l(
                "Write a number from %(least)s to %(most)s.", least=self.least, most=self.most
            )
            raise ValidationError([between])
        return value


class Words(_Field):
    """Text of several lines, at most `most` Korean letters or twice as many Latin ones.

    Composed (a Mac sends Hangul in pieces), with one kind of line end; control
    characters are refused, since no paper can show them.
    """

    kind_of_value = _l("Write text here.")

    def __init__(self, most: int, label: Text, hint: Text = "", **shown: Any) -> None:
        super().__init__(label, hint, most=most, **{"widget": "area", **shown})
        self.most = most

    def _deserialize(self, value: Any, *_more: Any, **_kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        text = plain(value).strip()
        if not text:
            raise self.make_error("required")
        if any(_unprintable(letter) for letter in text):
            raise ValidationError([_l("There are control characters in it. Type it anew.")])
        over = -(-marks(text) // LETTERS_ARE_TWO_MARKS) - self.most
        if over > 0:
            raise ValidationError([_too_long(text, over, self.most)])
        return text


class Line(Words):
    """The same in one line."""

    def __init__(self, most: int, label: Text, hint: Text = "", **shown: Any) -> None:
        super().__init__(most, label, hint, widget="text", **shown)

    def _deserialize(self, value: Any, *more: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *more, **kwargs)
        if "\n" in text:
            raise ValidationError([_l("Write it in one line.")])
        return text


class BankAccount(Line):
    """The number of a bank account: kept, shown in full to the office that pays, to nobody else.

    As banks print it, digits with or without hyphens; kept without spaces.
    """

    def __init__(self, label: Text, hint: Text = "", **shown: Any) -> None:
        super().__init__(ACCOUNT_DIGITS_MOST, label, hint, secret=True, **shown)

    def _deserialize(self, value: Any, *more: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *more, **kwargs).replace(" ", "")
        digits = text.replace("-", "")
        plain_digits = digits.isascii() and digits.isdigit()
        if not plain_digits or not ACCOUNT_DIGITS_LEAST <= len(digits) <= ACCOUNT_DIGITS_MOST:
            raise ValidationError(
                [_l("Write the number alone, in digits, such as 110-234-567890.")]
            )
        return text


class Day(_Field):
    """A day, written 2026-11-25 as a date control and JSON have it (RFC 3339, full-date)."""

    kind_of_value = _l("Write the day as year, month and day, like 2026-11-25.")

    def __init__(self, label: Text, hint: Text = "", **shown: Any) -> None:
        super().__init__(label, hint, widget="date", **shown)

    def _deserialize(self, value: Any, *_more: Any, **_kwargs: Any) -> date:
        if not isinstance(value, str) or len(value) != len("2026-11-25"):
            raise self.make_error("invalid")
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise self.make_error("invalid") from error

    def _serialize(self, value: Any, *_more: Any, **_kwargs: Any) -> str | None:
        return None if value is None else str(value)


class OfRegister(_Field):
    """Something that the register has (`of`: professors | majors | campuses), by its id or code.

    What there is to choose the kind says (`choices`).
    """

    kind_of_value = _l("Choose one of the list.")

    def __init__(self, of: str, label: Text, hint: Text = "", **shown: Any) -> None:
        super().__init__(label, hint, widget="register", of=of, **shown)

    def _deserialize(self, value: Any, *_more: Any, **_kwargs: Any) -> str:
        if not isinstance(value, str) or not 0 < len(value) <= REGISTER_ID_CHARACTERS_MOST:
            raise self.make_error("invalid")
        return value


class SomebodyNamed(OfRegister):
    """A professor of the register; whoever signs by being named has the `role` in the route."""

    kind_of_value = _l("Choose somebody from the list.")

    def __init__(self, label: Text, hint: Text = "", **shown: Any) -> None:
        super().__init__("professors", label, hint, **shown)


def marks(text: str) -> int:
    """The room that a text takes: 2 for a letter as wide as a Korean one, else 1."""
    return sum(
        LETTERS_ARE_TWO_MARKS if unicodedata.east_asian_width(letter) in WIDE else 1
        for letter in text
    )


def _unprintable(letter: str) -> bool:
    return letter != "\n" and unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn")


def _too_long(text: str, over: int, most: int) -> Text:
    wide = marks(text) >= len(text) * 1.5
    sentence: Text = _l(
        "%(length)s characters; %(most)s fit. Take out %(over)s.",
        length=len(text),
        most=most if wide else most * LETTERS_ARE_TWO_MARKS,
        over=over if wide else over * LETTERS_ARE_TWO_MARKS,
    )
    return sentence


def from_form(schema: type[Schema], form: Mapping[str, str]) -> dict[str, Any]:
    """The answers that a page posted, as a program would have sent them.

    A page posts text alone: numbers become numbers where they are some, and what
    was left empty is left out. What is no answer stays as typed, to be refused.
    """
    answers: dict[str, Any] = {}
    for name, field in schema().fields.items():
        text = form.get(name, "")
        if isinstance(field, WholeNumber) and text.strip().isascii() and text.strip().isdigit():
            answers[name] = int(text)
        elif text:
            answers[name] = text
    return answers


def _json_choice(field: Any) -> dict[str, Any]:
    return {"type": "string", "enum": list(field.words)}


def _json_number(field: Any) -> dict[str, Any]:
    return {"type": "integer", "minimum": field.least, "maximum": field.most}


def _json_words(field: Any) -> dict[str, Any]:
    most = field.most * LETTERS_ARE_TWO_MARKS
    return {"type": "string", "minLength": 1, "maxLength": most}


def _json_day(_field: Any) -> dict[str, Any]:
    return {"type": "string", "format": "date"}


def _json_of_register(_field: Any) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": REGISTER_ID_CHARACTERS_MOST}


JSON_TYPES: Mapping[type, Callable[[Any], dict[str, Any]]] = {
    Choice: _json_choice,
    WholeNumber: _json_number,
    Words: _json_words,
    Line: _json_words,
    BankAccount: _json_words,
    Day: _json_day,
    OfRegister: _json_of_register,
    SomebodyNamed: _json_of_register,
}


def json_schema(schema: type[Schema]) -> dict[str, Any]:
    """The same answers as a JSON Schema (2020-12), its titles in the reader's language."""
    known = schema().fields
    properties = {
        name: {
            **JSON_TYPES[type(field)](field),
            "title": str(field.metadata["label"]),
            "description": str(field.metadata["hint"]),
        }
        for name, field in known.items()
    }
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name, field in known.items() if field.required],
        "additionalProperties": False,
    }
