"""What a check says of a document, to programs and to pages alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.certs.ledger import Document
from services.certs.library import Library
from services.certs.verify.compare import Difference
from services.certs.verify.labels import label

AUTHENTIC, ALTERED, UNKNOWN, MISTYPED = "authentic", "altered", "unknown", "mistyped"


@dataclass(frozen=True)
class Fact:
    """Something that a document says."""

    field: str
    label: str
    value: str


@dataclass(frozen=True)
class Signature:
    """What was read from the file after signing: the PAdES level, and the time (on B-B our own
    clock's, else that of the time-stamp authority)."""

    level: str
    at: datetime


@dataclass(frozen=True)
class Told:
    """What may be told of an issued document; `facts` as far as the asker may know them."""

    number: str
    kind: str
    title: str
    language: str
    issued_at: datetime
    status: str
    facts: tuple[Fact, ...]
    code: str | None = None  # why it ended: error | withdrawn | other
    at: datetime | None = None  # when it ended
    signature: Signature | None = None  # none of documents signed before levels were read


@dataclass(frozen=True)
class NumberAnswer:
    """The answer to a number: issued | revoked | superseded | mistyped | unknown."""

    status: str
    number: str | None = None  # in its one spelling, unless mistyped
    told: Told | None = None


@dataclass(frozen=True)
class FileAnswer:
    """The answer to a file: authentic | altered | revoked | superseded | unknown.

    `reason` says of an altered file how: extended | pages | edited | added | saved_again, and of
    an unknown one why nothing is known: no_number | not_issued | encrypted | broken | too_costly.
    `added` is what the file carries and our papers never do: annotation | form_field |
    attachment | script | layers | link.
    """

    verdict: str
    sha256: str
    checked_at: datetime
    told: Told | None = None
    reason: str | None = None
    differences: tuple[Difference, ...] = ()
    added: tuple[str, ...] = ()


def tell(
    document: Document, library: Library, language: str, values: Mapping[str, Any] | None = None
) -> Told:
    """A document in words of `language`; with `values` its public facts unmasked."""
    facts = []
    for shown in document.shows:
        field = shown["field"]
        full = value_at(values or {}, field)
        called = label(library, document.kind, field, language)
        facts.append(Fact(field, called, full or shown["value"]))
    return Told(
        number=document.number,
        kind=document.kind,
        title=library.title(document.kind, language),
        language=document.language,
        issued_at=document.issued_at,
        status=document.status,
        facts=tuple(facts),
        code=document.status_code,
        at=document.status_at,
        signature=_signature(document),
    )


def _signature(document: Document) -> Signature | None:
    found = document.signature
    return Signature(found["level"], datetime.fromisoformat(found["at"])) if found else None


def value_at(values: Mapping[str, Any], dotted: str) -> str:
    """The text of a field such as `applicant.name`; empty where there is none."""
    found: Any = values
    for name in dotted.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else ""


def number_json(answer: NumberAnswer) -> dict[str, Any]:
    """The answer of `GET /api/v1/verify/<number>`."""
    said: dict[str, Any] = {"status": answer.status}
    if answer.number is not None:
        said["number"] = answer.number
    return said | (_told_json(answer.told) if answer.told else {})


def file_json(answer: FileAnswer, library: Library, language: str) -> dict[str, Any]:
    """The answer of `POST /api/v1/verify`."""
    said: dict[str, Any] = {
        "verdict": answer.verdict,
        "sha256": answer.sha256,
        "checked_at": answer.checked_at.isoformat(),
    }
    if answer.reason:
        said["reason"] = answer.reason
    if answer.told:
        said |= {"status": answer.told.status, **_told_json(answer.told)}
    if answer.told and answer.verdict == ALTERED:
        said["differences"] = [
            {
                "field": one.field,
                "label": label(library, answer.told.kind, one.field, language),
                "issued": one.issued,
                "file": one.file,
            }
            for one in answer.differences
        ]
        said["added"] = list(answer.added)
    return said


def _told_json(told: Told) -> dict[str, Any]:
    said: dict[str, Any] = {
        "number": told.number,
        "kind": told.kind,
        "title": told.title,
        "language": told.language,
        "issued_at": told.issued_at.isoformat(),
        "facts": [
            {"field": fact.field, "label": fact.label, "value": fact.value} for fact in told.facts
        ],
    }
    if told.signature is not None:
        signed = told.signature
        said["signature"] = {"level": f"PAdES {signed.level}", "at": signed.at.isoformat()}
    if told.at is not None:
        said |= {"code": told.code, "at": told.at.isoformat()}
    return said
