"""The chain, entry by entry: does each follow from the one before?

After a broken entry the walk goes on from what stands there, so that each
place is told once and what comes after is not blamed for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.certs.checking.finding import Finding, Tally
from services.certs.checking.steady import one_moment
from services.certs.ledger import DocumentRow, LedgerEntry, chained
from shared import audit
from shared.database import Database
from shared.errors import Permanent

ENTRIES_AT_A_TIME = 1000
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Anchor:
    """An entry as it was once noted down elsewhere.

    Whoever owns the database could write a whole chain anew; not what lies outside of it.
    """

    position: int
    hash: str


def read_anchor(text: str) -> Anchor:
    """`1204:<64 hex digits>`, as a check prints it. Raises Permanent("bad_anchor")."""
    position, _, noted = text.strip().lower().partition(":")
    if not position.isascii() or not position.isdigit() or not _HASH.fullmatch(noted):
        raise Permanent("bad_anchor", "An anchor is POSITION:HASH, as an earlier check printed it.")
    return Anchor(int(position), noted)


def check_chain(
    database: Database, tally: Tally, anchor: Anchor | None = None
) -> Iterator[Finding]:
    """Everything wrong with the entries that are there now; new ones are for the next check."""
    with one_moment(database) as session:
        end = session.scalar(select(func.max(LedgerEntry.position))) or 0
        yield from _against(session, anchor)
    while tally.last_position < end:
        with one_moment(database) as session:
            rows = _after(session, tally.last_position, end)
            strangers = _without_document(session, rows)
        for row in rows:
            yield from _follow(row, tally)
            if row.number in strangers:
                yield Finding(
                    "not_in_documents",
                    "the ledger knows this document, the table of documents does not",
                    number=row.number,
                    position=row.position,
                )
        if not rows:
            return


def _against(session: Session, anchor: Anchor | None) -> list[Finding]:
    if anchor is None or anchor.position == 0:
        return []
    there = session.scalar(select(LedgerEntry.hash).where(LedgerEntry.position == anchor.position))
    if there is None:
        sentence = "the entry that was noted down is gone: the end of the ledger was cut off"
        return [Finding("chain_cut", sentence, position=anchor.position)]
    if there != anchor.hash:
        sentence = "this entry is not the one that was noted down: the ledger was written anew"
        return [Finding("chain_rewritten", sentence, position=anchor.position)]
    return []


def _after(session: Session, position: int, end: int) -> Sequence[LedgerEntry]:
    wanted = select(LedgerEntry).where(LedgerEntry.position > position, LedgerEntry.position <= end)
    return session.scalars(wanted.order_by(LedgerEntry.position).limit(ENTRIES_AT_A_TIME)).all()


def _without_document(session: Session, rows: Sequence[LedgerEntry]) -> set[str]:
    numbers = {row.number for row in rows}
    known = session.scalars(select(DocumentRow.number).where(DocumentRow.number.in_(numbers)))
    return numbers - set(known)


def _follow(row: LedgerEntry, tally: Tally) -> Iterator[Finding]:
    if row.position != tally.last_position + 1:
        missing = f"{tally.last_position + 1} to {row.position - 1}"
        yield Finding("chain_gap", f"entries {missing} are not there", position=row.position)
    if audit.link(tally.last_hash, chained(row)) != row.hash:
        yield Finding(
            "chain_broken",
            "this entry does not follow from the one before",
            number=row.number,
            position=row.position,
        )
    tally.entries += 1
    tally.last_position, tally.last_hash = row.position, row.hash
