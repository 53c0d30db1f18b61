"""What a broker does, whichever it is: take over publications, hand out deliveries.

Both brokers keep the same promises (`tests/shared/broker/` is their contract):

- *Confirmed* means written to disk in every queue that wants the message.
- A message that no queue wants is *unroutable*, never silently dropped.
- A delivery is the consumer's until it acks, retries or buries it; a consumer
  that dies, or a broker that does, leads to a second delivery, never to none.
- Retrying and burying move a message without a moment in which it is nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol

from shared.broker.topology import Lane, Topology


@dataclass(frozen=True)
class Publication:
    """A message on its way out: `body` is its envelope, the rest is for routing and for staff;
    `traceparent` is the span that said it ("" where nothing is traced)."""

    id: str
    type: str
    lane: str
    correlation_id: str
    body: bytes = field(repr=False)
    traceparent: str = ""


class Outcome(Enum):
    """What became of a publication; everything but CONFIRMED has to be published again."""

    CONFIRMED = "confirmed"
    UNROUTABLE = "unroutable"  # returned: no queue wants this type
    REFUSED = "refused"  # the broker said no
    UNKNOWN = "unknown"  # the connection ended before the answer; it may have arrived


@dataclass(frozen=True)
class Failures:
    """What went wrong with a message so far; `reason` is a code, never a sentence with data."""

    attempts: int = 0
    reason: str = ""
    first_at: datetime | None = None
    last_at: datetime | None = None

    def and_now(self, reason: str, at: datetime) -> Failures:
        """These and one more, at `at` (aware)."""
        return Failures(self.attempts + 1, reason, self.first_at or at, at)


@dataclass(frozen=True)
class Delivery:
    """A message handed to a consumer; `tag` tells it from others of the same subscription.

    `traceparent` is checked: that of a span, or empty.
    """

    tag: int
    id: str
    type: str
    correlation_id: str
    body: bytes = field(repr=False)
    failures: Failures = Failures()
    traceparent: str = ""


class Subscription(Protocol):
    """One consumer of one lane. Used by one thread; closed by any."""

    def next(self, timeout_s: float) -> Delivery | None:
        """The next delivery, or None after `timeout_s`.

        Raises TryLater("broker_unavailable") when it has been closed.
        """
        ...

    def ack(self, delivery: Delivery) -> None:
        """It is done: forget the message."""
        ...

    def ack_all(self, deliveries: Sequence[Delivery]) -> None:
        """As `ack`, of many at once."""
        ...

    def retry(self, delivery: Delivery, reason: str, at: datetime) -> None:
        """It failed: deliver again after the next longer delay, bury it after the longest."""
        ...

    def bury(self, delivery: Delivery, reason: str, at: datetime) -> None:
        """It can never succeed: keep it as a dead letter until somebody resolves it."""
        ...

    def close(self) -> None:
        """Let what was said above reach the broker, and give back what was not settled."""
        ...


@dataclass(frozen=True)
class DeadLetter:
    """A stuck message, as staff may see it: which case and why, never what it says."""

    id: str
    type: str
    correlation_id: str
    failures: Failures


@dataclass(frozen=True)
class Depth:
    """How much lies in a lane: to be handled, resting before another try, dead; who handles it.

    `consumers` is None where the broker does not tell.
    """

    waiting: int
    resting: int
    dead: int
    consumers: int | None = None


class Broker(Protocol):
    """Carries messages between departments."""

    topology: Topology

    def publish(self, publications: Sequence[Publication]) -> list[Outcome]:
        """Hand over all of them, many in flight; one outcome each, in their order.

        Raises TryLater("broker_unavailable") when there is no connection to begin with.
        """
        ...

    def subscribe(self, lane: Lane, prefetch: int) -> Subscription:
        """Consume a lane, holding at most `prefetch` unsettled deliveries; safe before connect."""
        ...

    def dead_letters(self, lane: Lane) -> list[DeadLetter]:
        """The dead letters of a lane, oldest first, at most DEAD_LETTERS_SHOWN."""
        ...

    def dead_letter_body(self, lane: Lane, message_id: str) -> bytes:
        """The envelope of a dead letter, for operators. Raises Permanent("no_dead_letter")."""
        ...

    def revive(self, lane: Lane, message_id: str) -> None:
        """Put a dead letter back into its lane, its failures forgotten; raises as above."""
        ...

    def discard(self, lane: Lane, message_id: str) -> None:
        """Throw a dead letter away for good; raises as above."""
        ...

    def depth(self, lane: Lane) -> Depth:
        """How much lies in a lane now. Raises TryLater("broker_unavailable")."""
        ...

    def ready(self) -> bool:
        """Whether it would take a publication now."""
        ...

    def on_ready(self, tell: Callable[[], None]) -> None:
        """Have `tell()` called at once if it takes publications, and each time it does again.

        Called in any thread; it must return soon and may come once too often.
        """
        ...

    def close(self) -> None:
        """End all connections and subscriptions."""
        ...


DEAD_LETTERS_SHOWN = 1000
