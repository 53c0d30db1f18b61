"""What is measured in every department: its outbox and its queues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import func, select

from shared.broker import Broker, Depth, Lane
from shared.clock import Clock
from shared.database import Database
from shared.metrics import Figure, Measure
from shared.outbox import OUTBOX, oldest_waiting


def outbox(service: str, database: Database, clock: Clock) -> Measure:
    """How many messages wait to be published, and for how long the oldest does."""

    def measure() -> Iterator[Figure]:
        with database.read() as session:
            since = oldest_waiting(session)
            unpublished = select(func.count()).where(OUTBOX.c.published_at.is_(None))
            count = session.scalar(unpublished) or 0
        age = (clock.now() - since).total_seconds() if since else 0.0
        yield Figure(
            "dojang_outbox_waiting", "Messages in an outbox.", {(service,): count}, ("service",)
        )
        yield Figure(
            "dojang_outbox_oldest_seconds",
            "For how long the oldest message of an outbox waits.",
            {(service,): max(age, 0.0)},
            ("service",),
        )

    return measure


def queues(broker: Broker, lanes: Sequence[Lane]) -> Measure:
    """How much waits, rests and is dead in each queue, and how many work on it."""

    def measure() -> Iterator[Figure]:
        depths = {lane.queue: broker.depth(lane) for lane in lanes}
        yield Figure(
            "dojang_queue_messages",
            "Messages of a queue: waiting, resting before another try, dead.",
            dict(_by_state(depths)),
            ("queue", "state"),
        )
        known: dict[tuple[str, ...], float] = {
            (queue,): depth.consumers
            for queue, depth in depths.items()
            if depth.consumers is not None
        }
        if known:
            yield Figure("dojang_queue_consumers", "How many work on a queue.", known, ("queue",))

    return measure


def _by_state(depths: Mapping[str, Depth]) -> Iterator[tuple[tuple[str, str], float]]:
    for queue, depth in depths.items():
        yield (queue, "waiting"), depth.waiting
        yield (queue, "resting"), depth.resting
        yield (queue, "dead"), depth.dead
