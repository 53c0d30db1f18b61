"""Ending a document: revoked for a reason, or superseded by a newer one."""

from __future__ import annotations

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
    if not ledger.end(session, ended, status, request.code, at, newer, request.by):
        return
    message = DocumentRevoked if newer is None else DocumentSuperseded
    outbox.add(
        session,
        message(number=ended, code=request.code, at=at),
        clock=parts.clock,
        correlation_id=received.envelope.correlation_id,
        causation_id=received.envelope.id,
    )


def _known(typed: str) -> str:
    found = number.read(typed)
    if found is None:
        raise Permanent("unknown_number", "no document of that number was issued")
    return found
