"""The ledger: which documents were issued, and what became of them.

Two tables, for two purposes. `ledger` is append-only and hash-chained
(`shared/audit.py`): one entry for each issue, revocation and replacement; it
holds hashes and ids, no personal facts. `document` is what the ledger says
now, one row a number, for looking up; it has the few facts that a number
shows to anybody (names masked by forms). What stood on a paper in full lies
apart in `document_facts`: personal data, needed for working copies and to say
what was altered, and it can be forgotten without breaking the chain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, String, delete, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from services.certs.database import Base
from shared import audit
from shared.database import UtcDateTime
from shared.errors import NotFound, Permanent

ISSUED, REVOKED, SUPERSEDED = "issued", "revoked", "superseded"
ERASED = "erased"  # what stood on it is forgotten; that it existed, and how it ended, is not
_CHAIN_LOCK = 0x646F6A616E67  # one advisory lock for all workers: entries follow one another
_ISSUE_LOCK = 0x6973  # the other key is the issue's own


class LedgerEntry(Base):
    """One link of the chain; never changed, never removed."""

    __tablename__ = "ledger"

    position: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    number: Mapped[str] = mapped_column(String(21), index=True)
    event: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    entry: Mapped[dict[str, Any]] = mapped_column(JSON)
    hash: Mapped[str] = mapped_column(String(64))


class DocumentRow(Base):
    """An issued document as the ledger has it now."""

    __tablename__ = "document"

    number: Mapped[str] = mapped_column(String(21), primary_key=True)
    issue_id: Mapped[str] = mapped_column(String(64), unique=True)
    application_id: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    template_version: Mapped[str] = mapped_column(String(32))
    holder: Mapped[str] = mapped_column(String(64), default="")  # person id, opaque to certs
    facts_hash: Mapped[str] = mapped_column(String(64))
    file_id: Mapped[str] = mapped_column(String(32))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    shows: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    signature: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    status: Mapped[str] = mapped_column(String(16), default=ISSUED)
    status_code: Mapped[str | None] = mapped_column(String(32))
    status_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    replaced_by: Mapped[str | None] = mapped_column(String(21))
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


NEWEST_FIRST = (DocumentRow.issued_at.desc(), DocumentRow.number)


@dataclass(frozen=True)
class Document:
    """An issued document as the ledger has it now: the values of its row."""

    number: str
    issue_id: str
    application_id: str
    kind: str
    language: str
    template_version: str
    holder: str
    facts_hash: str
    file_id: str
    sha256: str
    shows: list[dict[str, str]]
    issued_at: datetime
    signature: dict[str, str] | None  # {"level", "at"} as re-read after signing; not of old ones
    status: str
    status_code: str | None
    status_at: datetime | None
    replaced_by: str | None
    erased_at: datetime | None = None


class DocumentFacts(Base):
    """What stands on a document: values and picture references (personal data)."""

    __tablename__ = "document_facts"

    number: Mapped[str] = mapped_column(String(21), primary_key=True)
    facts: Mapped[dict[str, Any]] = mapped_column("facts", JSON)
    salt: Mapped[str | None] = mapped_column(String(64))  # none of documents of before

    @property
    def digest(self) -> str:
        """What the chain holds of them: a commitment (`shared/audit.py`)."""
        return audit.commitment(self.facts, self.salt) if self.salt else audit.digest(self.facts)


@dataclass(frozen=True)
class Issue:
    """What is written down of a document that has just been stored."""

    number: str
    issue_id: str
    application_id: str
    kind: str
    language: str
    template_version: str
    facts: Mapping[str, Any]
    file_id: str
    sha256: str
    issued_at: datetime
    signature: dict[str, str] | None = None
    by: str | None = None  # whose deed led to it: an id that is opaque to certs


@dataclass(frozen=True)
class Event:
    """One link of the chain as people see it; `by` are ids that are opaque to certs."""

    position: int
    event: str
    at: datetime
    by: tuple[str, ...]
    code: str | None
    replaced_by: str | None
    hash: str


def claim(session: Session, issue_id: str) -> Document | None:
    """The document that this issue has already led to, if any.

    On PostgreSQL the issue is this transaction's own until it ends, so that of
    several workers with the same request one acts and the others find its work.
    (SQLite has one writing transaction at a time.)
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            text("SELECT pg_advisory_xact_lock(:kind, hashtext(:issue))"),
            {"kind": _ISSUE_LOCK, "issue": issue_id},
        )
    return _found(session.scalar(select(DocumentRow).where(DocumentRow.issue_id == issue_id)))


def enter(session: Session, issue: Issue) -> None:
    """Write down an issue: the entry of the chain, the document, its facts."""
    kept = DocumentFacts(number=issue.number, facts=dict(issue.facts), salt=audit.new_salt())
    entry: dict[str, Any] = {
        "issue_id": issue.issue_id,
        "application_id": issue.application_id,
        "kind": issue.kind,
        "language": issue.language,
        "template_version": issue.template_version,
        "facts_hash": kept.digest,
        "file_id": issue.file_id,
        "sha256": issue.sha256,
    }
    if issue.signature is not None:
        entry["signature"] = issue.signature
    document = DocumentRow(
        number=issue.number,
        holder=str(issue.facts.get("holder", "")),
        shows=list(issue.facts.get("shows", [])),
        issued_at=issue.issued_at,
        status=ISSUED,
        **entry,
    )
    session.add(document)
    session.add(kept)
    _append(session, issue.number, ISSUED, issue.issued_at, {**entry, **_by(issue.by)})


def end(
    session: Session,
    number: str,
    status: str,
    code: str,
    at: datetime,
    replaced_by: str | None,
    by: str | None = None,
) -> bool:
    """Make a document `revoked` or `superseded`; False if it had ended before.

    Raises Permanent("unknown_number") if it, or what replaces it, was never issued.
    """
    document = _find_for_update(session, number)
    if replaced_by is not None:
        _find_for_update(session, replaced_by)
    if document.status != ISSUED:
        return False
    document.status, document.status_code, document.status_at = status, code, at
    document.replaced_by = replaced_by
    entry = {"code": code, "replaced_by": replaced_by, **_by(by)}
    _append(session, number, status, at, entry)
    return True


def erase(session: Session, number: str, at: datetime, by: str | None = None) -> Document:
    """Forget what stood on a document; one that counts is revoked first. Safe to repeat.

    Number, days, hashes and how it ended stay. Its file is the caller's to remove.
    Raises Permanent("unknown_number").
    """
    end(session, number, REVOKED, "withdrawn", at, None, by)
    document = _find_for_update(session, number)
    if document.erased_at is None:
        document.shows, document.holder, document.erased_at = [], "", at
        session.execute(delete(DocumentFacts).where(DocumentFacts.number == number))
        _append(session, number, ERASED, at, _by(by))
    return plain(document)


def find(session: Session, number: str) -> Document | None:
    """The document of a number in its one spelling."""
    return _found(session.get(DocumentRow, number))


def find_by_hash(session: Session, hashes: Sequence[str]) -> Document | None:
    """The document whose file has one of these SHA-256 values."""
    wanted = select(DocumentRow).where(DocumentRow.sha256.in_(hashes)).limit(1)
    return _found(session.scalar(wanted))


def facts_of(session: Session, number: str) -> dict[str, Any]:
    """What stands on a document. Raises NotFound("facts_forgotten")."""
    found = session.get(DocumentFacts, number)
    if found is None:
        raise NotFound("facts_forgotten", "the facts of this document are no longer kept")
    return found.facts


def newest(session: Session, most: int, number: str | None = None) -> list[Document]:
    """The documents issued last, or the one of a number."""
    wanted = select(DocumentRow).order_by(*NEWEST_FIRST).limit(most)
    if number is not None:
        wanted = wanted.where(DocumentRow.number == number)
    return [plain(row) for row in session.scalars(wanted)]


def history(session: Session, number: str) -> list[Event]:
    """What happened to a document, oldest first."""
    wanted = select(LedgerEntry).where(LedgerEntry.number == number)
    rows = session.scalars(wanted.order_by(LedgerEntry.position))
    return [
        Event(
            position=row.position,
            event=row.event,
            at=row.at,
            by=tuple(str(row.entry.get("by") or "").split()),
            code=row.entry.get("code"),
            replaced_by=row.entry.get("replaced_by"),
            hash=row.hash,
        )
        for row in rows
    ]


def first_broken(session: Session) -> int | None:
    """The position (from 1) of the first entry that does not follow, or None: all do."""
    rows = session.execute(
        select(LedgerEntry).order_by(LedgerEntry.position).execution_options(yield_per=1000)
    )
    broken = audit.first_broken((chained(row), row.hash) for (row,) in rows)
    return None if broken is None else broken + 1


def plain(row: DocumentRow) -> Document:
    """The values of a row, which outlive its session."""
    return Document(**{item.name: getattr(row, item.name) for item in fields(Document)})


def chained(row: LedgerEntry) -> dict[str, Any]:
    """What the hash of an entry covers."""
    return {
        "position": row.position,
        "number": row.number,
        "event": row.event,
        "at": row.at.isoformat(timespec="microseconds"),
        "entry": row.entry,
    }


def _by(by: str | None) -> dict[str, str]:
    return {"by": by} if by else {}


def _found(row: DocumentRow | None) -> Document | None:
    return None if row is None else plain(row)


def _find_for_update(session: Session, number: str) -> DocumentRow:
    wanted = select(DocumentRow).where(DocumentRow.number == number).with_for_update()
    found = session.scalar(wanted)
    if found is None:
        raise Permanent("unknown_number", "no document of that number was issued")
    return found


def _append(
    session: Session, number: str, event: str, at: datetime, entry: Mapping[str, Any]
) -> None:
    """Add a link to the chain; the lock lets one transaction at a time do so until its commit."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})
    last = session.scalar(select(func.max(LedgerEntry.position))) or 0
    previous = session.scalar(select(LedgerEntry.hash).where(LedgerEntry.position == last))
    row = LedgerEntry(position=last + 1, number=number, event=event, at=at, entry=dict(entry))
    row.hash = audit.link(previous or audit.BEGINNING, chained(row))
    session.add(row)
    session.flush()
