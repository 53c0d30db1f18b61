"""Tell forms what became of a notification, in the transaction that notes it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.notify.tables import BOUNCED, FAILED, OPEN, Notification
from shared import outbox
from shared.clock import Clock
from shared.messages import (
    Message,
    NotificationDelivered,
    NotificationFailed,
    NotificationRequested,
)


def tell_delivered(session: Session, row: Notification, clock: Clock) -> None:
    """Somebody else answers for it now."""
    _tell(session, row, clock, NotificationDelivered(notification_id=row.id))


def tell_failed(session: Session, row: Notification, clock: Clock, *, permanent: bool) -> None:
    """It never arrives, or has not so far; `row.code` says why."""
    message = NotificationFailed(notification_id=row.id, permanent=permanent, code=row.code)
    _tell(session, row, clock, message)


def tell_again(session: Session, request: Message, clock: Clock) -> None:
    """Say again what became of one, for whoever asks for it again has not heard."""
    if not isinstance(request, NotificationRequested):
        raise TypeError(type(request))
    row = session.get(Notification, request.notification_id)
    if row is None or row.state == OPEN:
        return
    if row.state in (FAILED, BOUNCED):
        tell_failed(session, row, clock, permanent=True)
    else:
        tell_delivered(session, row, clock)


def _tell(session: Session, row: Notification, clock: Clock, message: Message) -> None:
    outbox.add(
        session, message, clock=clock, correlation_id=row.correlation_id,
        causation_id=row.causation_id,
    )  # fmt: skip
