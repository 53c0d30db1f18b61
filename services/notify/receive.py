"""Take in a request to notify: one row, in the transaction of the inbox."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.notify.catalog import CHANNELS, EMAIL
from services.notify.tables import OPEN, Happening, Notification
from shared.clock import Clock
from shared.consumer import Received
from shared.messages import LANES, TRANSACTIONAL, NotificationRequested


def receive(session: Session, received: Received, clock: Clock) -> None:
    """Write the notification down; a deliverer wakes when this commits.

    Whatever is wrong with its content is found when it is composed and told to
    forms by notification.failed: a dead letter would tell nobody whose case it is.
    """
    request = received.message
    if not isinstance(request, NotificationRequested):
        raise TypeError(type(request))
    if session.get(Notification, request.notification_id) is not None:
        return
    now = clock.now()
    channel, address = _address(request)
    session.add(
        Notification(
            id=request.notification_id, message=request.message, language=request.language,
            lane=request.lane if request.lane in LANES else TRANSACTIONAL,
            channel=channel, address=address, thread=request.thread, params=request.params,
            links=request.links, correlation_id=received.envelope.correlation_id,
            causation_id=received.envelope.id, state=OPEN, code="", attempts=0,
            delay_told=False, created_at=now, next_at=now, holder=None, held_until=None,
            kind=_word(request, "kind"), number=_word(request, "application_number"),
            by="", provider_id="",
        )
    )  # fmt: skip
    session.flush()
    session.add(
        Happening(
            notification_id=request.notification_id, at=now, event="created", attempt=0, code="",
            by="", provider_id="",
        )
    )  # fmt: skip


def _address(request: NotificationRequested) -> tuple[str, str]:
    for channel in CHANNELS:
        if request.address.get(channel):
            return channel, str(request.address[channel])
    return EMAIL, ""


def _word(request: NotificationRequested, name: str) -> str:
    """A param by which staff find it again; the others are forgotten when it is over."""
    given = request.params.get(name, "")
    return given[:100] if isinstance(given, str) else ""
