"""How post goes: what waits in each lane, how fast, and how each server or provider does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.notify.tables import OPEN, Happening, Notification
from shared.messages import LANES

WINDOW = timedelta(hours=1)
SAMPLES_MOST = 2_000


@dataclass(frozen=True)
class LaneHealth:
    """One lane: what is open and since when; the latencies (s) that half and 95 % stayed under."""

    lane: str
    waiting: int
    oldest: datetime | None
    accepted: int
    median_s: float | None
    p95_s: float | None


@dataclass(frozen=True)
class WayHealth:
    """A server or provider in the last hour; `last_code` is its last trouble."""

    name: str
    accepted: int
    troubles: int
    last_accepted: datetime | None
    last_code: str

    @property
    def is_well(self) -> bool:
        """Whether it has taken something since its last trouble, or had none."""
        return not self.last_code


def lanes(session: Session, now: datetime) -> list[LaneHealth]:
    """All lanes, in their order."""
    waiting = {
        lane: (count, oldest)
        for lane, count, oldest in session.execute(
            select(Notification.lane, func.count(), func.min(Notification.created_at))
            .where(Notification.state == OPEN)
            .group_by(Notification.lane)
        )
    }
    found = []
    for lane in LANES:
        count, oldest = waiting.get(lane, (0, None))
        times = latencies(session, lane, now)
        middle, most = percentile(times, 0.5), percentile(times, 0.95)
        found.append(LaneHealth(lane, count, oldest, len(times), middle, most))
    return found


def latencies(session: Session, lane: str, now: datetime) -> list[float]:
    """Seconds from being asked for to being accepted, of the last hour's latest."""
    rows = session.execute(
        select(Notification.created_at, Happening.at)
        .join(Happening, Happening.notification_id == Notification.id)
        .where(
            Notification.lane == lane,
            Notification.created_at >= now - WINDOW,
            Happening.event == "accepted",
        )
        .order_by(Notification.created_at.desc())
        .limit(SAMPLES_MOST)
    )
    return [max(0.0, (accepted - created).total_seconds()) for created, accepted in rows]


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value that this share of them does not exceed; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def ways(session: Session, now: datetime) -> list[WayHealth]:
    """Every server and provider that said something in the last hour."""
    rows = session.execute(
        select(Happening.by, Happening.event, Happening.code, func.count(), func.max(Happening.id),
               func.max(Happening.at))
        .where(
            Happening.at >= now - WINDOW,
            Happening.by != "",
            Happening.event.in_(("accepted", "deferred", "failed")),
        )
        .group_by(Happening.by, Happening.event, Happening.code)
    ).all()  # fmt: skip
    return [_way(name, [row for row in rows if row[0] == name]) for name in
            sorted({row[0] for row in rows})]  # fmt: skip


def _way(name: str, rows: Sequence[Sequence[object]]) -> WayHealth:
    newest = max(rows, key=lambda row: int(str(row[4])))
    accepted = [row for row in rows if row[1] == "accepted"]
    times = [row[5] for row in accepted if isinstance(row[5], datetime)]
    return WayHealth(
        name=name,
        accepted=sum(int(str(row[3])) for row in accepted),
        troubles=sum(int(str(row[3])) for row in rows if row[1] != "accepted"),
        last_accepted=max(times, default=None),
        last_code="" if newest[1] == "accepted" else str(newest[2]),
    )
