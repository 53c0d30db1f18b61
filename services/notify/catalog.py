"""Every message that notify can tell, with the fields that its templates may use.

Texts come in the recipient's language, instants in ISO 8601 with their zone.
A line break is only allowed where somebody may have written several lines, so
that no field can reach a header; control characters nowhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from shared.errors import Permanent

EMAIL, SMS = CHANNELS = ("email", "sms")
READERS = ("student", "professor", "staff")
SIGN_IN_CODE, SIGNING_CODE = CODES = ("sign_in_code", "signing_code")
SIGN_IN_CHANGES = (
    "app_added",
    "app_removed",
    "app_removed_by_office",
    "recovery_code_used",
    "password_changed",
)

LINE_CHARACTERS_MOST = 1_000
TEXT_CHARACTERS_MOST = 20_000
_IDENTIFIER = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"


def _line(text: str) -> None:
    if len(text) > LINE_CHARACTERS_MOST:
        raise ValidationError("too long")
    if any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text):
        raise ValidationError("a control character or a line break")


def _lines(text: str) -> None:
    if len(text) > TEXT_CHARACTERS_MOST:
        raise ValidationError("too long")
    for line in text.replace("\r\n", "\n").replace("\t", " ").split("\n"):
        if any(unicodedata.category(char) in ("Cc", "Cs") for char in line):
            raise ValidationError("a control character")


def _pair(pair: list[str]) -> None:
    if len(pair) != 2:
        raise ValidationError("not a label and its text")


def _text(*checks: Any, empty: bool = False) -> fields.String:
    least = [] if empty else [validate.Length(min=1)]
    return fields.String(required=True, validate=[*least, *checks])


def _instant(*, none: bool = False) -> fields.AwareDateTime:
    return fields.AwareDateTime(format="iso", required=True, allow_none=none, default_timezone=UTC)


def _rows() -> fields.List[Any]:
    cell = fields.String(validate=_lines)
    return fields.List(fields.List(cell, validate=_pair), required=True)


def _pattern(pattern: str) -> fields.String:
    return _text(validate.Regexp(re.compile(rf"{pattern}\Z")))


_PERSON = {"name": _text(_line)}
_READER = {
    **_PERSON,
    "reader": fields.String(required=True, validate=validate.OneOf(READERS)),
}
_CASE = {
    **_READER,
    "application_id": _pattern(_IDENTIFIER),
    "application_number": _pattern(_IDENTIFIER),
    "kind_title": _text(_line),
    "student_name": _text(_line),
    "asks": _text(_line),
}
_TO_SIGN = {
    **_CASE,
    "role": _text(_line),
    "by_when": _instant(),
    "next": _text(_line, empty=True),
    "on_behalf_of": _text(_line, empty=True),  # whom the reader acts for
}
_DELEGATION = {
    **_READER,
    "whom": _text(_line),
    "requests": fields.List(_text(_line), required=True),
    "period": _text(_line, empty=True),  # the days of absence, in words
}
_CODE = {"code": _pattern("[0-9]{6,10}"), "minutes": fields.Integer(required=True, strict=True)}
_BY_WHOM = {**_CASE, "by": _text(_line), "reason": _text(_lines)}


@dataclass(frozen=True)
class Told:
    """A message: its fields, the purpose of its link ("" without), and its forms."""

    name: str
    schema: Schema
    link: str = ""
    channels: tuple[str, ...] = (EMAIL,)

    def ends(self, params: Mapping[str, Any]) -> datetime | None:
        """After when it says nothing true any more: what it offers is over."""
        if "valid_until" not in self.schema.fields:
            return None
        until: datetime = self.read(dict(params))["valid_until"]
        return until

    def read(self, params: dict[str, Any]) -> dict[str, Any]:
        """The params as the templates want them. Raises Permanent("bad_params") naming fields."""
        try:
            loaded: dict[str, Any] = self.schema.load(params)
        except ValidationError as error:
            names = sorted(error.messages_dict)
            raise Permanent("bad_params", f"{self.name}: wrong fields {names}") from error
        return loaded


def _told(name: str, given: dict[str, Any], **more: Any) -> Told:
    return Told(name, Schema.from_dict(given, name=f"{name}_params")(unknown=EXCLUDE), **more)


MESSAGES = (
    _told(
        "receipt",
        {
            **_CASE,
            "submitted_at": _instant(),
            "sent": _rows(),
            "attachments": fields.List(_text(_line), required=True),
            "next": _text(_line, empty=True),
            "by_when": _instant(none=True),
        },
        channels=CHANNELS,
    ),
    _told("approval_request", _TO_SIGN, link="approval"),
    _told("approval_reminder", _TO_SIGN, link="approval"),
    _told(
        "approval_signed",
        {
            **_CASE,
            "role": _text(_line),
            "signed_at": _instant(),
            "typed": _text(_line, empty=True),
            "sentences": fields.List(_text(_lines), required=True),
            "shown": _pattern("[0-9a-f]{64}"),
        },
    ),
    # A letter of recommendation (REC-01, REC-02) has words of its own.
    _told("letter_request", _TO_SIGN, link="approval"),
    _told("letter_reminder", _TO_SIGN, link="approval"),
    _told(
        "letter_signed",
        {
            **_CASE,
            "role": _text(_line),
            "signed_at": _instant(),
            "typed": _text(_line, empty=True),
            "sentences": fields.List(_text(_lines), required=True),
            "shown": _pattern("[0-9a-f]{64}"),
        },
    ),
    _told(
        "letter_written",
        {**_CASE, "who": _text(_line), "next": _text(_line), "by_when": _instant(none=True)},
        channels=CHANNELS,
    ),
    _told(
        "letter_delivered",
        {
            **_CASE,
            "how": fields.String(required=True, validate=validate.OneOf(("handed", "mailed"))),
            "how_text": _text(_line),
            "on_day": _text(_line),
            "reference": _text(_line, empty=True),
            "document_number": _pattern(_IDENTIFIER),
        },
        channels=CHANNELS,
    ),
    _told("at_desk", {**_CASE, "by_when": _instant(none=True)}),
    _told(
        "unassigned",
        {
            **_CASE,
            "role": _text(_line),
            "why": fields.String(required=True, validate=validate.OneOf(("nobody", "not_mine"))),
        },
    ),
    _told(
        "overdue",
        {
            **_CASE,
            "role": _text(_line),
            "who": _text(_line, empty=True),
            "by_when": _instant(),
        },
    ),
    _told(
        "returned",
        {
            **_BY_WHOM,
            "by_when": _instant(none=True),
            # Whether signatures stay where documents alone are added.
            "keeps": fields.Boolean(required=True),
        },
        channels=CHANNELS,
    ),
    _told("declined", _BY_WHOM, channels=CHANNELS),
    _told(
        "signature_kept",
        {
            **_CASE,
            "role": _text(_line),
            "signed_at": _instant(),
            "changed": fields.List(_text(_line), required=True),
        },
    ),
    _told("not_needed", {**_CASE, "role": _text(_line)}),
    _told("withdrawn", {**_CASE, "reason": _text(_lines, empty=True)}, channels=CHANNELS),
    _told("lapsed", {**_CASE, "reason": _text(_lines)}, channels=CHANNELS),
    _told(
        "issued",
        {
            **_CASE,
            "result": _text(_line),
            "rows": _rows(),
            "document_number": _pattern(_IDENTIFIER),
        },
        channels=CHANNELS,
    ),
    _told("issue_failed", {**_CASE, "reason": _text(_lines)}),
    _told(
        "revoked",
        {
            **_CASE,
            "document_number": _pattern(_IDENTIFIER),
            "reason": _text(_lines, empty=True),
        },
        channels=CHANNELS,
    ),
    _told(
        "superseded",
        {
            **_CASE,
            "document_number": _pattern(_IDENTIFIER),
            "newer_number": _text(_line, empty=True),
            "reason": _text(_lines, empty=True),
        },
        channels=CHANNELS,
    ),
    _told(
        "address_failed", {**_CASE, "role": _text(_line), "who": _text(_line)}, channels=CHANNELS
    ),
    _told("invitation", {**_PERSON, "valid_until": _instant()}, link="invitation"),
    _told("password_reset", {**_PERSON, "valid_until": _instant()}, link="password"),
    _told(
        "queue_link",
        {
            **_READER,
            "count": fields.Integer(required=True, strict=True),
            "requests": _rows(),
            "by_when": _instant(none=True),
            "valid_until": _instant(),
        },
        link="queue",
    ),
    _told("delegation_made", {**_DELEGATION, "valid_until": _instant()}, link="queue"),
    _told("delegation_told", {**_DELEGATION, "ended": fields.Boolean(required=True)}),
    _told(
        "sign_in_changed",
        {
            **_READER,
            "what": fields.String(required=True, validate=validate.OneOf(SIGN_IN_CHANGES)),
            "at": _instant(),
        },
        channels=CHANNELS,
    ),
    _told(SIGN_IN_CODE, _CODE, channels=CHANNELS),
    _told(SIGNING_CODE, _CODE, channels=CHANNELS),
)
BY_NAME = {told.name: told for told in MESSAGES}


def find_message(name: str, channel: str) -> Told:
    """The message of that name. Raises Permanent("no_such_message")."""
    told = BY_NAME.get(name)
    if told is None or channel not in told.channels:
        raise Permanent("no_such_message", f"there is no {channel} message of that name")
    return told
