"""Ending a document: revoked for a reason, or superseded by a newer one."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy.orm import Session

from services.certs import ledger, number
from services.certs.parts import Parts
from shared import outbox
from shared.consumer import Received
from shared.errors import Permanent
from shared.messages import (
    DocumentRevocationRequested,
    DocumentRevoked,
    DocumentSuperseded,
)

CODES = ("error", "withdrawn", "other")  # public; the text of the reason stays in forms


def revoke(session: Session, received: Received, parts: Parts) -> None:
    """End the document and announce it; one that has ended before is left as it is.

    Raises Permanent("unknown_number" | "bad_code").
    """
    request = cast(DocumentRevocationRequested, received.message)
    ended = _known(request.number)
    newer = None if request.replaced_by is None else _known(request.replaced_by)
    if request.code not in CODES or newer == ended:
        raise Permanent("bad_code", "no such reason to end a document")
    at = parts.clock.now()
    status = ledger.REVOKED if newer is None else ledger.SUPERSEDED
    if ledger.end(session, ended, status, request.code, at, newer, request.by):
        _announce(session, received, parts, status, request.code, at)


def announce_again(session: Session, received: Received, parts: Parts) -> None:
    """Say again how the document ended, for whoever asks for it again has not heard."""
    request = cast(DocumentRevocationRequested, received.message)
    found = ledger.find(session, _known(request.number))
    if found is not None and found.status_code is not None and found.status_at is not None:
        _announce(session, received, parts, found.status, found.status_code, found.status_at)


def _announce(
    session: Session, received: Received, parts: Parts, status: str, code: str, at: datetime
) -> None:
    ended = _known(cast(DocumentRevocationRequested, received.message).number)
    message = DocumentRevoked if status == ledger.REVOKED else DocumentSuperseded
    said = message(number=ended, code=code, at=at)
    outbox.answer(session, said, received.envelope, clock=parts.clock)


def _known(typed: str) -> str:
    found = number.read(typed)
    if found is None:
        raise Permanent("unknown_number", "no document of that number was issued")
    return found
