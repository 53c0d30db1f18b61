"""Making the day's head: take in what the chains have gained, sign size and root, keep it.

Whoever keeps a published head can hold the installation to it: a chain that is
written anew, cut or dated back leads to another root.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from services.certs.heads.tables import LEDGER, TEMPLATES, TRAILS, HeadRow, LeafRow
from services.certs.ledger import LedgerEntry
from services.certs.parts import Parts
from services.certs.templates.tables import TemplateEvent
from shared import outbox
from shared.audit import canonical
from shared.clock import SEOUL
from shared.consumer import Received
from shared.merkle import Tree
from shared.messages import TrailGrew, TrailHeard

PURPOSE = "dojang-head/1"
_LOCK = 0x68656164
_CHAINS = ((LEDGER, LedgerEntry), (TEMPLATES, TemplateEvent))


@dataclass(frozen=True)
class Head:
    """A published head."""

    day: str
    at: datetime
    size: int
    root: str
    key_id: str
    signature: str

    def as_json(self) -> dict[str, Any]:
        """What is signed, by which key, and the signature."""
        return {**self.signed(), "kid": self.key_id, "signature": self.signature}

    def signed(self) -> dict[str, Any]:
        """What the signature covers, in RFC 8785 form."""
        at = self.at.isoformat(timespec="seconds")
        return {"purpose": PURPOSE, "day": self.day, "at": at, "size": self.size, "root": self.root}


class Log:
    """The tree in memory, read once and then only what is new. Used by many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tree = Tree()

    def tree(self, session: Session) -> Tree:
        """All leaves that there are now."""
        with self._lock:
            wanted = select(LeafRow.hash).where(LeafRow.n >= self._tree.size).order_by(LeafRow.n)
            for one in session.scalars(wanted.execution_options(yield_per=5000)):
                self._tree.append(bytes.fromhex(one))
            return self._tree


def take_in(session: Session, received: Received, parts: Parts) -> None:
    """What forms tells of the chains of applications."""
    message = cast(TrailGrew, received.message)
    _hold(session)
    _append(session, TRAILS, [(None, str(one["hash"])) for one in message.entries])
    say_heard(session, received, parts)


def say_heard(session: Session, received: Received, parts: Parts) -> None:
    """Say that it is in the tree, so that it need not be told again."""
    heard = TrailHeard(batch_id=cast(TrailGrew, received.message).batch_id)
    outbox.answer(session, heard, received.envelope, clock=parts.clock)


def publish(parts: Parts, log: Log, now: datetime) -> Head | None:
    """The head of today, unless there is one; None if there is."""
    day = now.astimezone(SEOUL).date().isoformat()
    with parts.database.read() as session:
        if session.get(HeadRow, day) is not None:
            return None
    with parts.database.write() as session:
        _hold(session)
        if session.get(HeadRow, day) is not None:
            return None
        for source, table in _CHAINS:
            _append(session, source, _news(session, source, table))
        session.flush()
        made = _signed(parts, log.tree(session), day, now.replace(microsecond=0))
        session.add(HeadRow(**vars(made)))
    return made


def heads(session: Session, most: int = 400) -> list[Head]:
    """The published heads, the newest first."""
    rows = session.scalars(select(HeadRow).order_by(HeadRow.day.desc()).limit(most))
    return [Head(row.day, row.at, row.size, row.root, row.key_id, row.signature) for row in rows]


def _signed(parts: Parts, tree: Tree, day: str, at: datetime) -> Head:
    keys = parts.prover.safe.keys()
    plain = Head(day, at, tree.size, tree.root().hex(), keys.key_id.hex(), "")
    der = keys.private.sign(canonical(plain.signed()), ec.ECDSA(hashes.SHA256()))
    r, s = decode_dss_signature(der)
    return Head(
        day, at, plain.size, plain.root, plain.key_id,
        (r.to_bytes(32, "big") + s.to_bytes(32, "big")).hex(),
    )  # fmt: skip


def _news(
    session: Session, source: str, table: type[LedgerEntry] | type[TemplateEvent]
) -> Sequence[tuple[int, str]]:
    last = session.scalar(select(func.max(LeafRow.position)).where(LeafRow.source == source)) or 0
    wanted = select(table.position, table.hash).where(table.position > last)
    return [(position, one) for position, one in session.execute(wanted.order_by(table.position))]


def _append(session: Session, source: str, entries: Iterable[tuple[int | None, str]]) -> None:
    size = session.scalar(select(func.count()).select_from(LeafRow)) or 0
    session.add_all(
        LeafRow(n=n, source=source, position=position, hash=one)
        for n, (position, one) in enumerate(entries, size)
    )
    session.flush()


def _hold(session: Session) -> None:
    """One transaction at a time adds leaves (SQLite has one writer anyway)."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
