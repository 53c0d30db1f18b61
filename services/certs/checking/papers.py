"""Each document: does the table say what the chain says, and are its facts those of its issue?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.certs import ledger
from services.certs.checking.finding import NOTE, Finding, Tally
from services.certs.checking.steady import one_moment
from services.certs.ledger import DocumentFacts, DocumentRow, LedgerEntry
from shared.database import Database

DOCUMENTS_AT_A_TIME = 200


@dataclass(frozen=True)
class Paper:
    """A document as far as its file is concerned."""

    number: str
    file_id: str
    sha256: str


@dataclass(frozen=True)
class Page:
    """Some documents, and what was found about them."""

    papers: Sequence[Paper]
    findings: Sequence[Finding]


def check_papers(database: Database, tally: Tally) -> Iterator[Page]:
    """All documents by their numbers, some at a time; files are for whoever reads the pages."""
    last = ""
    while True:
        with one_moment(database) as session:
            rows = _after(session, last)
            if not rows:
                return
            findings = list(_compare(session, rows))
            papers = [
                Paper(row.number, row.file_id, row.sha256)
                for row in rows
                if row.erased_at is None  # whose file is gone, as it has to be
            ]
        last = rows[-1].number
        tally.documents += len(rows)
        yield Page(papers, findings)


def _after(session: Session, number: str) -> Sequence[DocumentRow]:
    wanted = select(DocumentRow).where(DocumentRow.number > number)
    return session.scalars(wanted.order_by(DocumentRow.number).limit(DOCUMENTS_AT_A_TIME)).all()


def _compare(session: Session, rows: Sequence[DocumentRow]) -> Iterator[Finding]:
    numbers = [row.number for row in rows]
    entries: dict[str, list[LedgerEntry]] = {}
    wanted = select(LedgerEntry).where(LedgerEntry.number.in_(numbers))
    for entry in session.scalars(wanted.order_by(LedgerEntry.position)):
        entries.setdefault(entry.number, []).append(entry)
    kept = session.scalars(select(DocumentFacts).where(DocumentFacts.number.in_(numbers)))
    facts = {one.number: one for one in kept}
    for row in rows:
        yield from _against_ledger(row, entries.get(row.number, []))
        yield from _against_facts(row, facts.get(row.number))


def _against_ledger(row: DocumentRow, entries: Sequence[LedgerEntry]) -> Iterator[Finding]:
    if not entries or entries[0].event != ledger.ISSUED:
        yield Finding(
            "not_in_ledger", "the ledger has no issue of this document", number=row.number
        )
        return
    if not _in_order([one.event for one in entries]):
        yield Finding(
            "entries_wrong",
            "a document is issued, ends and is erased once each; the ledger says otherwise",
            number=row.number,
            position=entries[-1].position,
        )
    differing = [
        name for name, value in _expected(entries).items() if getattr(row, name, value) != value
    ]
    if differing:
        yield Finding(
            "differs_from_ledger",
            f"the table of documents says something else: {', '.join(differing)}",
            number=row.number,
            position=entries[-1].position,
        )


def _in_order(events: Sequence[str]) -> bool:
    """Issued once; then ended at most once; what was erased had ended."""
    ends = [one for one in events[1:] if one != ledger.ERASED]
    erased = [n for n, one in enumerate(events) if one == ledger.ERASED]
    return len(ends) <= 1 and ledger.ISSUED not in ends and erased in ([], [2]) and len(events) <= 3


def _expected(entries: Sequence[LedgerEntry]) -> Mapping[str, Any]:
    """What the row of a document must say after these entries."""
    erased = next((one for one in entries if one.event == ledger.ERASED), None)
    issued, last = entries[0], [one for one in entries if one.event != ledger.ERASED][-1]
    ended = last.event != ledger.ISSUED
    return {
        **issued.entry,
        "issued_at": issued.at,
        "status": last.event,
        "status_code": last.entry.get("code") if ended else None,
        "status_at": last.at if ended else None,
        "replaced_by": last.entry.get("replaced_by") if ended else None,
        "erased_at": erased.at if erased else None,
    }


def _against_facts(row: DocumentRow, kept: DocumentFacts | None) -> Iterator[Finding]:
    if row.erased_at is not None:
        if kept is not None or row.shows or row.holder:
            sentence = "it was erased, and what stood on it is still here"
            yield Finding("not_erased", sentence, number=row.number)
        return
    if kept is None:
        yield Finding(
            "facts_forgotten",
            "what stood on it is no longer kept",
            severity=NOTE,
            number=row.number,
        )
        return
    facts = kept.facts
    if kept.digest != row.facts_hash:
        yield Finding(
            "facts_changed", "its facts are not those that it was issued with", number=row.number
        )
        return
    for name, value in (("shows", facts.get("shows", [])), ("holder", facts.get("holder", ""))):
        if getattr(row, name) != value:
            yield Finding(
                "differs_from_facts",
                f"the table of documents says something else: {name}",
                number=row.number,
            )
