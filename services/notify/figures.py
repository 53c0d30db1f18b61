"""What notify counts: notifications of each lane that are still on their way, and since when."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from services.notify.parts import Parts
from services.notify.tables import OPEN, Notification
from shared.messages import LANES
from shared.metrics import Figure


def measure(parts: Parts) -> Iterator[Figure]:
    """Counted where they lie; a lane with nothing on its way counts nought."""
    now = parts.clock.now()
    wanted = select(Notification.lane, func.count(), func.min(Notification.created_at))
    with parts.database.read() as session:
        rows = session.execute(wanted.where(Notification.state == OPEN).group_by(Notification.lane))
        found = {lane: (count, since) for lane, count, since in rows}
    yield Figure(
        "dojang_notifications_open",
        "Notifications that nobody has taken over yet.",
        {(lane,): found[lane][0] if lane in found else 0 for lane in LANES},
        ("lane",),
    )
    yield Figure(
        "dojang_notifications_oldest_seconds",
        "Since when the oldest of them was asked for.",
        {
            (lane,): max((now - found[lane][1]).total_seconds(), 0) if lane in found else 0
            for lane in LANES
        },
        ("lane",),
    )
