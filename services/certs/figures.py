"""What certs counts: papers by kind and by what became of them; when its key ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import func, select

from services.certs.ledger import DocumentRow
from services.certs.parts import Parts
from shared.metrics import Figure


def measure(parts: Parts) -> Iterator[Figure]:
    """Counted in the table of documents, so that a restart forgets nothing."""
    with parts.database.read() as session:
        wanted = select(DocumentRow.kind, DocumentRow.status, func.count())
        found = session.execute(wanted.group_by(DocumentRow.kind, DocumentRow.status)).all()
    made: Counter[tuple[str, ...]] = Counter()
    for kind, _status, count in found:
        made[kind,] += count
    yield Figure("dojang_documents_made", "Papers issued.", made, ("kind",), total=True)
    yield Figure(
        "dojang_documents",
        "Papers by what they are now.",
        {(kind, status): count for kind, status, count in found},
        ("kind", "status"),
    )
    troubles = parts.signing.troubles()
    yield Figure(
        "dojang_signing_troubles", "What is wrong with the signature, or will be in 30 days.",
        {(): float(len(troubles))},
    )  # fmt: skip
