"""Whether the chain is whole, for a page that anybody may open at any time.

The chain is walked a stretch a view, never all at once, so that a ledger of a
hundred thousand entries makes no page slow. A whole walk is remembered with
its time, and begun again after ten minutes; what is new is walked at once.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.certs.ledger import LedgerEntry, chained
from shared import audit

ENTRIES_A_VIEW = 2000
ANEW_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class Seen:
    """How far the chain was looked through: `broken` is the position of the first wrong entry.

    `whole_at` is when the last whole walk ended, if there was one.
    """

    checked: int
    total: int
    broken: int | None
    whole_at: datetime | None

    @property
    def is_whole(self) -> bool:
        """Whether every entry was looked at and follows."""
        return self.broken is None and self.checked >= self.total


class ChainWatch:
    """Walks the chain; one a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._whole_at: datetime | None = None
        self._began: datetime | None = None
        self._broken: int | None = None
        self._position, self._hash = 0, audit.BEGINNING

    def look(self, session: Session, now: datetime) -> Seen:
        """Go on a stretch, and say how far that is."""
        with self._lock:
            total = session.scalar(select(func.max(LedgerEntry.position))) or 0
            if self._began is None or self._position > total or self._is_stale(total, now):
                self._begin(now)
            self._walk(session)
            if self._is_over(total) and self._broken is None:
                self._whole_at = now
            return Seen(self._position, total, self._broken, self._whole_at)

    def _begin(self, now: datetime) -> None:
        self._began, self._broken = now, None
        self._position, self._hash = 0, audit.BEGINNING

    def _is_stale(self, total: int, now: datetime) -> bool:
        began = self._began or now
        return self._is_over(total) and now - began >= ANEW_AFTER

    def _is_over(self, total: int) -> bool:
        return self._broken is not None or self._position >= total

    def _walk(self, session: Session) -> None:
        if self._broken is not None:
            return
        wanted = select(LedgerEntry).where(LedgerEntry.position > self._position)
        for row in session.scalars(wanted.order_by(LedgerEntry.position).limit(ENTRIES_A_VIEW)):
            expected = self._position + 1
            if row.position != expected or audit.link(self._hash, chained(row)) != row.hash:
                self._broken = expected
                return
            self._position, self._hash = row.position, row.hash
