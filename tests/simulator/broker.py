"""A broker in memory that keeps every promise of `shared.broker.interface` and no other.

It may deliver again, in any order, late, to nobody for a while, and lose its answers; what it has
confirmed it keeps, whoever dies. A department that is partitioned off reaches it no more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.broker import DeadLetter, Delivery, Depth, Outcome, Publication
from shared.broker.interface import Failures
from shared.broker.topology import TOPOLOGY, Lane
from shared.clock import StandingClock
from shared.errors import Permanent, TryLater
from shared.messages import ANSWERED, MESSAGES
from tests.simulator.chance import Chance

# What asks, and what answers it: it is asked again until the answer is there (`shared/outbox.py`).
SAID_AGAIN = ANSWERED | {one.type for one in MESSAGES if one.answers}


@dataclass
class Lying:
    """A message in a queue."""

    tag: int
    queue: str
    publication: Publication
    due: datetime
    failures: Failures = field(default_factory=Failures)
    taken: bool = False


@dataclass
class Queues:
    """What lies where; it outlives everybody."""

    messages: list[Lying] = field(default_factory=list)
    tags: int = 0
    lost: set[tuple[str, str]] = field(default_factory=set)

    def add(self, queue: str, publication: Publication, due: datetime) -> None:
        """One message more."""
        self.tags += 1
        self.messages.append(Lying(self.tags, queue, publication, due))

    def lying(self, queue: str) -> list[Lying]:
        """All of a queue, oldest first."""
        return [one for one in self.messages if one.queue == queue]


class SimulatedBroker:
    """The broker as one department sees it."""

    topology = TOPOLOGY

    def __init__(
        self, department: str, queues: Queues, clock: StandingClock, chance: Chance
    ) -> None:
        self.department, self.queues, self.clock, self.chance = department, queues, clock, chance
        self.away_until: datetime | None = None

    def publish(self, publications: Sequence[Publication]) -> list[Outcome]:
        self.reach("publish")
        outcomes = [self._publish(one) for one in publications]
        if outcomes and self.chance.strikes("broker", f"{self.department}, confirms lost"):
            keep = self.chance.draw.randrange(len(outcomes))
            outcomes[keep:] = [Outcome.UNKNOWN] * (len(outcomes) - keep)
        return outcomes

    def subscribe(self, lane: Lane, prefetch: int) -> SimulatedSubscription:
        return SimulatedSubscription(self, lane)

    def dead_letters(self, lane: Lane) -> list[DeadLetter]:
        found = self.queues.lying(lane.dead)
        return [
            DeadLetter(p.id, p.type, p.correlation_id, one.failures)
            for one in found
            for p in [one.publication]
        ]

    def dead_letter_body(self, lane: Lane, message_id: str) -> bytes:
        return self._dead(lane, message_id).publication.body

    def revive(self, lane: Lane, message_id: str) -> None:
        found = self._dead(lane, message_id)
        found.queue, found.failures, found.taken = lane.queue, Failures(), False

    def discard(self, lane: Lane, message_id: str) -> None:
        self.queues.messages.remove(self._dead(lane, message_id))

    def depth(self, lane: Lane) -> Depth:
        found = self.queues.lying(lane.queue)
        resting = sum(one.failures.attempts > 0 for one in found)
        return Depth(len(found) - resting, resting, len(self.queues.lying(lane.dead)))

    def ready(self) -> bool:
        return self.away_until is None

    def on_ready(self, tell: Callable[[], None]) -> None:
        """Nobody sleeps here who would have to be told."""

    def close(self) -> None:
        """There is no connection."""

    def reach(self, what: str) -> None:
        """Raises TryLater while this department is partitioned off."""
        now = self.clock.now()
        if self.away_until is not None and (self.chance.healed or now >= self.away_until):
            self.away_until = None
        if self.away_until is None and self.chance.strikes("broker", f"{self.department}, {what}"):
            self.away_until = now + timedelta(seconds=self.chance.one_of((1, 20, 300)))
        if self.away_until is not None:
            raise TryLater("broker_unavailable", "the simulated broker is not to be reached")

    def _publish(self, one: Publication) -> Outcome:
        lanes = self.topology.route(one.type, one.lane)
        if not lanes:
            return Outcome.UNROUTABLE
        if self.chance.strikes("broker", f"{self.department}, {one.type} refused"):
            return Outcome.REFUSED
        for lane in lanes:
            if self._loses(one, lane):
                continue
            times = 2 if self.chance.strikes("twice", f"{one.type} to {lane.queue}") else 1
            for _ in range(times):
                late = self.chance.strikes("late", f"{one.type} to {lane.queue}")
                rest_s = self.chance.one_of((5, 60, 3600)) if late else 0
                self.queues.add(lane.queue, one, self.clock.now() + timedelta(seconds=rest_s))
        return Outcome.CONFIRMED

    def _loses(self, one: Publication, lane: Lane) -> bool:
        """Of a case each type once: what is lost again and again for a day is not said again."""
        what = (one.type, one.correlation_id)
        if one.type not in SAID_AGAIN or what in self.queues.lost:
            return False
        if not self.chance.strikes("lost", f"{one.type} in {lane.queue}"):
            return False
        self.queues.lost.add(what)
        return True

    def _dead(self, lane: Lane, message_id: str) -> Lying:
        for one in self.queues.lying(lane.dead):
            if one.publication.id == message_id:
                return one
        raise Permanent("no_dead_letter", f"no dead letter {message_id} in {lane.dead}")


class SimulatedSubscription:
    """One consumer of one lane."""

    def __init__(self, broker: SimulatedBroker, lane: Lane) -> None:
        self._broker, self._lane = broker, lane
        self._held: dict[int, Lying] = {}

    def next(self, timeout_s: float) -> Delivery | None:
        broker = self._broker
        broker.reach(f"take from {self._lane.queue}")
        now = broker.clock.now()
        due = [
            one for one in broker.queues.lying(self._lane.queue) if not one.taken and one.due <= now
        ]
        if not due:
            return None
        turned = len(due) > 1 and broker.chance.strikes("order", self._lane.queue)
        one = broker.chance.one_of(due) if turned else due[0]
        one.taken = True
        self._held[one.tag] = one
        p = one.publication
        who = (one.tag, p.id, p.type, p.correlation_id)
        return Delivery(*who, p.body, one.failures, p.traceparent)

    def ack(self, delivery: Delivery) -> None:
        self._broker.reach(f"ack to {self._lane.queue}")
        one = self._held.pop(delivery.tag)
        if self._broker.chance.strikes("twice", f"{delivery.type} of {self._lane.queue}, acked"):
            one.taken = False  # the ack got lost
            return
        self._broker.queues.messages.remove(one)

    def retry(self, delivery: Delivery, reason: str, at: datetime) -> None:
        failures = delivery.failures.and_now(reason, at)
        delay_ms = self._broker.topology.delay_after(failures.attempts)
        queue = self._lane.dead if delay_ms is None else self._lane.queue
        self._move(delivery, queue, timedelta(milliseconds=delay_ms or 0), failures)

    def bury(self, delivery: Delivery, reason: str, at: datetime) -> None:
        failures = delivery.failures.and_now(reason, at)
        self._move(delivery, self._lane.dead, timedelta(), failures)

    def close(self) -> None:
        for one in self._held.values():
            one.taken = False
        self._held.clear()

    def _move(self, delivery: Delivery, queue: str, rest: timedelta, failures: Failures) -> None:
        self._broker.reach(f"move to {queue}")
        one = self._held.pop(delivery.tag)
        one.queue, one.due, one.failures = queue, self._broker.clock.now() + rest, failures
        one.taken = False
