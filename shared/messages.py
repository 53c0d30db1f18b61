"""Every message between departments, written once.

A message is a frozen dataclass; its marshmallow schema is made from the
annotations, so that writing, reading and the published description (`dojang
messages`, AsyncAPI 3) cannot part. Readers pass over fields that they do not
know. No file bytes, code, password or link token is ever a field.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import (
    Any,
    ClassVar,
    Self,
    TypeVar,
    dataclass_transform,
    get_args,
    get_type_hints,
)

from marshmallow import EXCLUDE, Schema, ValidationError
from marshmallow import fields as mm

from shared.errors import Permanent

CODES, TRANSACTIONAL, BULK = LANES = ("codes", "transactional", "bulk")

JsonObject = dict[str, Any]


class Message:
    """What all messages have: type (routing key), version, the departments, the effect's key."""

    type: ClassVar[str]
    version: ClassVar[int]
    sender: ClassVar[str]
    receiver: ClassVar[str]
    key: ClassVar[tuple[str, ...]]
    answers: ClassVar[str]  # the type that is asked by, "" where it is no answer
    schema: ClassVar[Schema]

    def to_data(self) -> JsonObject:
        """The fields as JSON values, checked. Raises Permanent("bad_message")."""
        data: JsonObject = self.schema.dump(vars(self))
        self.from_data(data)
        return data

    @classmethod
    def from_data(cls, data: JsonObject) -> Self:
        """The message of received fields. Raises Permanent("bad_message") naming fields only."""
        try:
            return cls(**cls.schema.load(data))
        except (ValidationError, TypeError) as error:
            names = sorted(error.messages_dict) if isinstance(error, ValidationError) else []
            raise Permanent("bad_message", f"{cls.type}: wrong fields {names}") from error

    def business_key(self) -> str:
        """What makes the effect one: a second of this type and key repeats nothing."""
        return ":".join(str(getattr(self, name)) for name in self.key)


M = TypeVar("M", bound=Message)
_FIELDS: dict[Any, Callable[..., mm.Field[Any]]] = {
    str: mm.String,
    int: lambda **k: mm.Integer(strict=True, **k),
    bool: mm.Boolean,
    datetime: lambda **k: mm.AwareDateTime(format="iso", default_timezone=UTC, **k),
    JsonObject: mm.Dict,
    list[JsonObject]: lambda **k: mm.List(mm.Dict(), **k),
}


@dataclass_transform(kw_only_default=True, frozen_default=True)
def message(
    type_: str,
    *,
    sender: str,
    receiver: str,
    key: tuple[str, ...],
    answers: str = "",
    version: int = 1,
) -> Callable[[type[M]], type[M]]:
    """Make a frozen dataclass of plain annotations into a message.

    Each message of the type `answers` has an answer in the end, whose `causation_id` names it.
    """

    def declare(cls: type[M]) -> type[M]:
        made = dataclass(frozen=True, kw_only=True)(cls)
        made.type, made.version, made.key = type_, version, key
        made.sender, made.receiver, made.answers = sender, receiver, answers
        made.schema = Schema.from_dict(_schema_fields(made), name=cls.__name__)(unknown=EXCLUDE)
        return made

    return declare


def _schema_fields(cls: type) -> dict[str, Any]:
    hints = get_type_hints(cls)
    made: dict[str, Any] = {}
    for item in fields(cls):
        hint = hints[item.name]
        optional = type(None) in get_args(hint)
        plain = next(a for a in get_args(hint) if a is not type(None)) if optional else hint
        made[item.name] = _FIELDS[plain](required=not optional, allow_none=optional)
    return made


@message("render.requested", sender="forms", receiver="certs", key=("render_id",))
class RenderRequested(Message):
    """Show a paper as it would be, unsigned and without a number (a preview)."""

    render_id: str
    template: str
    language: str
    template_version: str | None = None  # the one that was submitted; none is the one in use
    facts: JsonObject


@message(
    "render.finished", sender="certs", receiver="forms", key=("render_id",),
    answers="render.requested",
)  # fmt: skip
class RenderFinished(Message):
    """The preview lies in the file store."""

    render_id: str
    file_id: str
    sha256: str
    template_version: str


@message(
    "render.failed", sender="certs", receiver="forms", key=("render_id",),
    answers="render.requested",
)  # fmt: skip
class RenderFailed(Message):
    """The preview cannot be made; the code says why (missing_glyph, does_not_fit, …)."""

    render_id: str
    code: str
    detail: JsonObject


@message("document.requested", sender="forms", receiver="certs", key=("issue_id",))
class DocumentRequested(Message):
    """Issue the document of an approved application; `by`: whose deed led to it, opaque."""

    issue_id: str
    application_id: str
    kind: str
    language: str
    template_version: str | None = None
    facts: JsonObject
    by: str | None = None


@message(
    "document.issued", sender="certs", receiver="forms", key=("issue_id",),
    answers="document.requested",
)  # fmt: skip
class DocumentIssued(Message):
    """The document is numbered, signed and stored."""

    issue_id: str
    application_id: str
    number: str
    sha256: str
    template_version: str
    issued_at: datetime


@message(
    "document.failed", sender="certs", receiver="forms", key=("issue_id",),
    answers="document.requested",
)  # fmt: skip
class DocumentFailed(Message):
    """The document cannot be made from these facts; staff correct and retry."""

    issue_id: str
    application_id: str
    code: str
    detail: JsonObject


@message("document.revocation.requested", sender="forms", receiver="certs", key=("number",))
class DocumentRevocationRequested(Message):
    """Withdraw a document: code error | withdrawn | other; or replace it by another.

    `by` are the people who decided it, opaque: one id, or two with a space between.
    """

    number: str
    code: str
    replaced_by: str | None = None
    by: str | None = None


@message(
    "document.revoked", sender="certs", receiver="forms", key=("number",),
    answers="document.revocation.requested",
)  # fmt: skip
class DocumentRevoked(Message):
    """The number is revoked in the ledger."""

    number: str
    code: str
    at: datetime


@message(
    "document.superseded", sender="certs", receiver="forms", key=("number",),
    answers="document.revocation.requested",
)  # fmt: skip
class DocumentSuperseded(Message):
    """The number has been replaced by a newer document."""

    number: str
    code: str
    at: datetime


@message("document.erasure.requested", sender="forms", receiver="certs", key=("number",))
class DocumentErasureRequested(Message):
    """Forget what stood on a document; one that counts is revoked first."""

    number: str


@message(
    "document.erased", sender="certs", receiver="forms", key=("number",),
    answers="document.erasure.requested",
)  # fmt: skip
class DocumentErased(Message):
    """Nothing of what stood on it is left; that it was issued and withdrawn still verifies."""

    number: str
    at: datetime


@message("recipient.forgotten", sender="forms", receiver="notify", key=("erasure_id",))
class RecipientForgotten(Message):
    """Forget the addresses of a person's mails and codes; that they were sent stays."""

    erasure_id: str
    person_id: str
    cases: list[JsonObject]  # [{"id"}]: correlation ids of their mails


@message(
    "recipient.erased", sender="notify", receiver="forms", key=("erasure_id",),
    answers="recipient.forgotten",
)  # fmt: skip
class RecipientErased(Message):
    """Nothing that leads to the person is left at notify."""

    erasure_id: str


@message("trail.grew", sender="forms", receiver="certs", key=("batch_id",))
class TrailGrew(Message):
    """New entries of the chains of applications, by their hashes, for the tree over all chains."""

    batch_id: str
    entries: list[JsonObject]  # [{"hash"}], in the order in which they were written down


@message("trail.heard", sender="certs", receiver="forms", key=("batch_id",), answers="trail.grew")
class TrailHeard(Message):
    """These entries are in the tree."""

    batch_id: str


@message("archive.requested", sender="forms", receiver="certs", key=("archive_id",))
class ArchiveRequested(Message):
    """Pack the documents of a bulk issue into a ZIP, each read back and compared before.

    `file_id` is the list in the file store (CSV: row, student number, document number, file,
    result); `language` is that of its reader.
    """

    archive_id: str
    language: str
    file_id: str
    sha256: str


@message(
    "archive.progressed", sender="certs", receiver="forms", key=("archive_id", "checked"),
    answers="archive.requested",
)  # fmt: skip
class ArchiveProgressed(Message):
    """So many rows of the list are read back, compared and packed."""

    archive_id: str
    checked: int


@message(
    "archive.finished", sender="certs", receiver="forms", key=("archive_id",),
    answers="archive.requested",
)  # fmt: skip
class ArchiveFinished(Message):
    """The ZIP can be handed out until `until`; revoked documents are left out of it."""

    archive_id: str
    documents: int
    left_out: int
    size: int
    until: datetime


@message(
    "archive.failed", sender="certs", receiver="forms", key=("archive_id",),
    answers="archive.requested",
)  # fmt: skip
class ArchiveFailed(Message):
    """There is no ZIP: a document is not as it was issued; `detail` names row and number."""

    archive_id: str
    code: str
    detail: JsonObject


@message("notification.requested", sender="forms", receiver="notify", key=("notification_id",))
class NotificationRequested(Message):
    """Tell one person one thing, in their language, by `address` ({email} or {sms}).

    `thread` is opaque; `links` are [{purpose, subject_id, generation}]. `params` may hold, beside
    the fields of the message, `kind` and `application_number`, by which staff find it, and
    `not_before`, the end of its reader's quiet hours.
    """

    notification_id: str
    message: str
    language: str
    lane: str
    address: JsonObject
    thread: str
    params: JsonObject
    links: list[JsonObject]


@message(
    "notification.delivered", sender="notify", receiver="forms", key=("notification_id",),
    answers="notification.requested",
)  # fmt: skip
class NotificationDelivered(Message):
    """The mail server or the provider took it over: for good, with no code of a failure."""

    notification_id: str
    permanent: bool = True
    code: str = ""


@message(
    "notification.failed", sender="notify", receiver="forms",
    key=("notification_id", "permanent"), answers="notification.requested",
)  # fmt: skip
class NotificationFailed(Message):
    """It did not arrive: never will (`permanent`) or has not so far; the code says why."""

    notification_id: str
    permanent: bool
    code: str


MESSAGES: tuple[type[Message], ...] = (
    RenderRequested,
    RenderFinished,
    RenderFailed,
    DocumentRequested,
    DocumentIssued,
    DocumentFailed,
    DocumentRevocationRequested,
    DocumentRevoked,
    DocumentSuperseded,
    DocumentErasureRequested,
    DocumentErased,
    ArchiveRequested,
    ArchiveProgressed,
    ArchiveFinished,
    ArchiveFailed,
    TrailGrew,
    TrailHeard,
    RecipientForgotten,
    RecipientErased,
    NotificationRequested,
    NotificationDelivered,
    NotificationFailed,
)
BY_TYPE = {one.type: one for one in MESSAGES}
ANSWERED = frozenset(one.answers for one in MESSAGES if one.answers)


@dataclass(frozen=True)
class Envelope:
    """What every message travels in (contract, "Messages")."""

    id: str
    type: str
    version: int
    occurred_at: datetime
    correlation_id: str
    causation_id: str | None
    data: JsonObject = field(repr=False)

    @classmethod
    def wrap(
        cls, body: Message, *, at: datetime, correlation_id: str, causation_id: str | None = None
    ) -> Envelope:
        """A new envelope for a message, with an id of its own."""
        return cls(
            str(uuid.uuid4()), body.type, body.version, at, correlation_id, causation_id,
            body.to_data(),
        )  # fmt: skip

    @classmethod
    def from_json(cls, raw: bytes) -> Envelope:
        """Read an envelope. Raises Permanent("bad_message")."""
        try:
            found = _ENVELOPE.loads(raw)
        except (ValidationError, ValueError, RecursionError) as error:
            raise Permanent("bad_message", "not an envelope") from error
        return cls(**found)

    def to_json(self) -> bytes:
        """UTF-8 JSON."""
        return json.dumps(_ENVELOPE.dump(vars(self)), ensure_ascii=False).encode()

    def message(self) -> Message:
        """The message inside. Raises Permanent("unknown_message" | "bad_message")."""
        known = BY_TYPE.get(self.type)
        if known is None or known.version != self.version:
            raise Permanent("unknown_message", f"{self.type} version {self.version} is not known")
        return known.from_data(self.data)


class _EnvelopeSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    id = mm.String(required=True)
    type = mm.String(required=True)
    version = mm.Integer(required=True, strict=True)
    occurred_at = mm.AwareDateTime(required=True, format="iso", default_timezone=UTC)
    correlation_id = mm.String(required=True)
    causation_id = mm.String(load_default=None, allow_none=True)
    data = mm.Dict(required=True)


_ENVELOPE = _EnvelopeSchema()
