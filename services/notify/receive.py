"""Take in a request to notify: one row, in the transaction of the inbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, insert, literal
from sqlalchemy.orm import Session

from services.notify.catalog import CHANNELS, EMAIL
from services.notify.tables import OPEN, Happening, Notification, topic_of
from shared.clock import Clock
from shared.consumer import Received
from shared.database import concern, insert_new
from shared.messages import LANES, TRANSACTIONAL, NotificationRequested

WAIT_MOST = timedelta(days=1)
_NOTIFICATIONS = cast(Table, Notification.__table__)
_CREATED = insert(Happening).values(
    event=literal("created"), attempt=literal(0), code=literal(""), by=literal(""),
    provider_id=literal(""),
)  # fmt: skip


def receive(session: Session, received: Received, clock: Clock) -> None:
    """Write the notification down; a deliverer wakes when this commits.

    Whatever is wrong with its content is found when it is composed and told to
    forms by notification.failed: a dead letter would tell nobody whose case it is.
    """
    receive_all(session, [received], clock)


def receive_all(session: Session, received: Sequence[Received], clock: Clock) -> None:
    """As `receive`, of many at once."""
    now = clock.now()
    rows = [_row(one, now) for one in received]
    written = session.execute(
        insert_new(session, _NOTIFICATIONS).returning(_NOTIFICATIONS.c.id),
        rows,
    )
    for lane in {row["lane"] for row in rows}:
        concern(session, topic_of(lane))
    ids = written.scalars().all()
    if ids:
        session.execute(_CREATED, [{"notification_id": one, "at": now} for one in ids])


def _row(received: Received, now: datetime) -> dict[str, Any]:
    request = received.message
    if not isinstance(request, NotificationRequested):
        raise TypeError(type(request))
    channel, address = _address(request)
    return {
        "id": request.notification_id, "message": request.message, "language": request.language,
        "lane": request.lane if request.lane in LANES else TRANSACTIONAL,
        "channel": channel, "address": address, "thread": request.thread,
        "params": request.params, "links": request.links,
        "correlation_id": received.envelope.correlation_id,
        "causation_id": received.envelope.id, "state": OPEN, "code": "", "attempts": 0,
        "delay_told": False, "created_at": now, "next_at": _leaves(request, now),
        "kind": _word(request, "kind"), "number": _word(request, "application_number"),
        "by": "", "provider_id": "", "traceparent": received.span.traceparent or None,
    }  # fmt: skip


def _address(request: NotificationRequested) -> tuple[str, str]:
    for channel in CHANNELS:
        if request.address.get(channel):
            return channel, str(request.address[channel])
    return EMAIL, ""


def _leaves(request: NotificationRequested, now: datetime) -> datetime:
    """When it may be tried first: not before its reader's quiet hours are over."""
    given = request.params.get("not_before")
    try:
        wanted = datetime.fromisoformat(given) if isinstance(given, str) else now
    except ValueError:
        return now
    return min(max(now, wanted), now + WAIT_MOST) if wanted.tzinfo else now


def _word(request: NotificationRequested, name: str) -> str:
    """A param by which staff find it again; the others are forgotten when it is over."""
    given = request.params.get(name, "")
    return given[:100] if isinstance(given, str) else ""
