"""Completing a bundle of evidence: certs adds the ledger's entries and the way to a head."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.certs.heads.making import heads
from services.certs.heads.tables import LeafRow
from services.certs.ledger import LedgerEntry, chained
from services.certs.parts import Parts
from shared.audit import BEGINNING
from shared.merkle import Tree


def complete(parts: Parts, tree: Tree, session: Session, bundle: dict[str, Any]) -> dict[str, Any]:
    """The bundle with what the ledger says of its documents, the newest head, and the proofs."""
    numbers = [one["number"] for one in bundle["documents"]]
    ledger = [_entry(session, row) for row in _entries(session, numbers)]
    head = next(iter(heads(session, 1)), None)
    hashes = [one["hash"] for one in (*bundle["trail"], *ledger)]
    proofs = {} if head is None else _proofs(session, tree, head.size, hashes)
    return {
        **bundle,
        "ledger": ledger,
        "head": head.as_json() if head else None,
        "proofs": proofs,
        "keys": parts.prover.published()["keys"],
    }


def _entries(session: Session, numbers: list[str]) -> list[LedgerEntry]:
    wanted = select(LedgerEntry).where(LedgerEntry.number.in_(numbers))
    return list(session.scalars(wanted.order_by(LedgerEntry.position)))


def _entry(session: Session, row: LedgerEntry) -> dict[str, Any]:
    before = session.get(LedgerEntry, row.position - 1)
    previous = before.hash if before else BEGINNING
    return {"previous": previous, "entry": chained(row), "hash": row.hash}


def _proofs(session: Session, tree: Tree, size: int, hashes: list[str]) -> dict[str, Any]:
    """Of what the head covers; what came after it has none yet."""
    wanted = select(LeafRow).where(LeafRow.hash.in_(hashes), LeafRow.n < size)
    return {
        row.hash: {"index": row.n, "path": [one.hex() for one in tree.inclusion(row.n, size)]}
        for row in session.scalars(wanted)
    }
