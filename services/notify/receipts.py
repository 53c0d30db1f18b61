"""What became of a message after it was accepted: a receipt says so, or a bounce.

Both may come twice, late, or before our own note that it was accepted.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.notify.channels.interface import UNCERTAIN
from services.notify.channels.provider import Receipt
from services.notify.claims import note
from services.notify.tables import (
    ACCEPTED,
    BOUNCED,
    DELIVERED,
    FAILED,
    OPEN,
    Notification,
)
from services.notify.telling import tell_delivered, tell_failed
from shared.clock import Clock
from shared.database import Database

EARLY_MOST = 1_000


class Receipts:
    """Takes in what providers say; what comes before our note of the acceptance is kept at hand."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._early: OrderedDict[tuple[str, str], Receipt] = OrderedDict()
        self._lock = threading.Lock()

    def hear(self, receipt: Receipt) -> None:
        """Note a receipt. Raises TryLater where the database is away: it is to be sent again."""
        with self._database.write() as session:
            row = session.scalar(
                select(Notification)
                .where(
                    Notification.provider_id == receipt.provider_id, Notification.by == receipt.by
                )
                .with_for_update()
            )
            if row is not None:
                note_end(session, self._clock, row, receipt.event, receipt.code, receipt.by)
                return
        with self._lock:
            self._early[receipt.by, receipt.provider_id] = receipt
            if len(self._early) > EARLY_MOST:
                self._early.popitem(last=False)

    def accepted(self, by: str, provider_id: str) -> None:
        """It is noted now that this was accepted: what came too early counts."""
        with self._lock:
            early = self._early.pop((by, provider_id), None)
        if early is not None:
            self.hear(early)


def note_end(
    session: Session, clock: Clock, row: Notification, event: str, code: str, by: str
) -> None:
    """Note that it was delivered, bounced or is delayed; what is known already changes nothing."""
    now = clock.now()
    if event == "delivered" and _may_be_delivered(row):
        if row.state == FAILED:
            tell_delivered(session, row, clock)
        row.state, row.code = DELIVERED, ""
    elif event == "bounced" and row.state in (OPEN, ACCEPTED, DELIVERED):
        row.state, row.code, row.holder, row.held_until = BOUNCED, code, None, None
        tell_failed(session, row, clock, permanent=True)
    elif event == "delayed" and row.state == ACCEPTED and not row.delay_told:
        row.delay_told, row.code = True, code
        tell_failed(session, row, clock, permanent=False)
    else:
        return
    note(session, row, event, now, code, by=by)


def _may_be_delivered(row: Notification) -> bool:
    return row.state == ACCEPTED or (row.state == FAILED and row.code == UNCERTAIN)
