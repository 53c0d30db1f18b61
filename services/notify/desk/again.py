"""Send a notification again, or now: what staff may do about one that has not arrived.

One that waits is tried at once; one that failed or came back begins anew, as
far as its words are still there. What somebody accepted has no words any more
(they are forgotten then): forms sends that anew, from the application.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.notify.claims import note
from services.notify.tables import BOUNCED, FAILED, OPEN, Notification, topic_of
from shared.clock import Clock
from shared.database import concern
from shared.errors import Conflict


def can_be_sent(row: Notification) -> bool:
    """Whether it waits, or ended badly with its words still there."""
    return row.state == OPEN or (row.state in (FAILED, BOUNCED) and bool(row.params))


def send_again(session: Session, clock: Clock, row: Notification, by: str) -> None:
    """Let the next deliverer take it; `by` is who asks, opaque. Raises Conflict("words_gone")."""
    if not can_be_sent(row):
        raise Conflict("words_gone", "its words are forgotten")
    now = clock.now()
    if row.state != OPEN:
        row.state, row.code, row.attempts, row.created_at = OPEN, "", 0, now
        row.delay_told = False
    row.next_at = now
    concern(session, topic_of(row.lane))
    note(session, row, "again", now, by=by)
