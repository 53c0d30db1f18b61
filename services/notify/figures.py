"""What notify counts: what is on its way in each lane, how fast it goes, how servers do."""

from __future__ import annotations

import math
from collections.abc import Iterator

from services.notify.desk import health
from services.notify.parts import Parts
from shared.metrics import Figure


def measure(parts: Parts) -> Iterator[Figure]:
    """Counted where they lie; what happened is of the last hour, as at the desk of post."""
    now = parts.clock.now()
    with parts.database.read() as session:
        lanes, ways = health.lanes(session, now), health.ways(session, now)
    yield Figure(
        "dojang_notifications_open",
        "Notifications that nobody has taken over yet.",
        {(one.lane,): one.waiting for one in lanes},
        ("lane",),
    )
    yield Figure(
        "dojang_notifications_oldest_seconds",
        "Since when the oldest of them was asked for.",
        {
            (one.lane,): max((now - one.oldest).total_seconds(), 0) if one.oldest else 0
            for one in lanes
        },
        ("lane",),
    )
    yield Figure(
        "dojang_notifications_accepted",
        f"Notifications that were taken over in the last hour, {health.SAMPLES_MOST} at most.",
        {(one.lane,): one.accepted for one in lanes},
        ("lane",),
    )
    yield Figure(
        "dojang_notifications_seconds",
        "From being asked for to being taken over, in the last hour; that share was quicker.",
        {
            (one.lane, share): math.nan if seconds is None else seconds
            for one in lanes
            for share, seconds in (("0.5", one.median_s), ("0.95", one.p95_s))
        },
        ("lane", "share"),
    )
    yield Figure(
        "dojang_ways_accepted",
        "What a mail server or SMS provider took over in the last hour.",
        {(one.name,): one.accepted for one in ways},
        ("way",),
    )
    yield Figure(
        "dojang_ways_troubles",
        "What it put off or refused in the last hour.",
        {(one.name,): one.troubles for one in ways},
        ("way",),
    )
