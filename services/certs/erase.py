"""Forgetting what stood on a document: its facts with their salt, and its file.

The number still answers that the document existed and was withdrawn, the chain
and its counts verify as before, and the hash of the file stays, which says
nothing to whoever has not the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.certs import ledger
from services.certs.parts import Parts
from shared import outbox
from shared.consumer import Received
from shared.messages import DocumentErased, DocumentErasureRequested


def erase(session: Session, received: Received, parts: Parts) -> None:
    """Forget, and announce it. Raises Permanent("unknown_number"); TryLater while the store is
    away, so that nothing is announced whose file is still there."""
    request = cast(DocumentErasureRequested, received.message)
    at = parts.clock.now()
    erased = ledger.erase(session, request.number, at)
    parts.files.remove(erased.file_id)
    said = DocumentErased(number=erased.number, at=erased.erased_at or at)
    outbox.answer(session, said, received.envelope, clock=parts.clock)


def copies(parts: Parts, holder: str) -> Iterator[tuple[dict[str, Any], bytes]]:
    """For a person's copy of their data: each document with its facts, and the PDF."""
    with parts.database.read() as session:
        wanted = select(ledger.DocumentRow).where(ledger.DocumentRow.holder == holder)
        found = [ledger.plain(row) for row in session.scalars(wanted.order_by("number"))]
        facts = {one.number: ledger.facts_of(session, one.number) for one in found}
    for one in found:
        about = {
            "number": one.number,
            "kind": one.kind,
            "language": one.language,
            "issued_at": one.issued_at.isoformat(),
            "status": one.status,
            "sha256": one.sha256,
            "facts": facts[one.number],
        }
        yield about, parts.files.get(one.file_id, one.sha256)
