"""Which queues there are and what goes where: literal tables, the same for both brokers.

Every message is published to the topic exchange `dojang.events` with its type
as routing key, so that a program outside can publish or listen with nothing
but the contract in hand. Each service has one queue a lane, `<service>.<lane>`.

A type that has a queue in several lanes of its receiver (those of notify and
certs) goes from the topic exchange to a headers exchange of that service,
`dojang.<service>.lanes`, which sorts by the header `lane`; what bears no or an
unknown lane falls through that exchange's alternate exchange into
`<service>.transactional`. So the routing key stays the type, a bulk mailing
never stands before a student's mail nor a bulk issue before a student's
certificate, and nothing is unroutable because a header is missing.

A failed message waits in `<queue>.retry.<delay>`, one queue a delay, since a
delay by TTL is served head-first; when its time is over the broker moves it
back. After the longest delay it lies in `<queue>.dead` until it is resolved.
The delay is in the name: other delays are other queues, and never a
redeclaration with other arguments (AMQP error 406).

What moves between the queues of a service goes through a direct exchange of
that service, `dojang.<service>.queues`, where each of its queues is bound by
its own name. The default exchange would do, but who may write to it may write
to every queue there is (`rights`).
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.messages import BULK, CODES, TRANSACTIONAL

EXCHANGE = "dojang.events"

# How often a message may be given to a consumer that dies without settling it, before it counts
# as the killer and is buried ("delivery_limit"). Our own failures never count here: those are
# republished and begin at nought. High, because a consumer that dies counts for all that it had
# prefetched, and so does a broker's restart; set, because 3.10 has no limit and 4.x has 20.
DELIVERY_LIMIT = 100

# Dead letters are looked at by taking and giving back, and every look counts as a delivery; they
# stay until resolved, so the limit (20 on 4.x) is put out of reach. 3.10 cannot say "none".
NO_LIMIT = 1_000_000_000

DELAYS_MS = (1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000)


@dataclass(frozen=True)
class Lane:
    """One queue of one service, with the types that it wants."""

    service: str
    name: str
    types: tuple[str, ...]

    @property
    def queue(self) -> str:
        """The queue's name."""
        return f"{self.service}.{self.name}"

    @property
    def exchange(self) -> str:
        """By which a message gets into this lane's queues by their names."""
        return f"dojang.{self.service}.queues"

    @property
    def dead(self) -> str:
        """Where its dead letters lie."""
        return f"{self.queue}.dead"

    def waiting(self, delay_ms: int) -> str:
        """Where its failed messages wait for `delay_ms`."""
        return f"{self.queue}.retry.{delay_ms}ms"


FORMS_HEARS = (
    "render.finished",
    "render.failed",
    "document.issued",
    "document.failed",
    "document.revoked",
    "document.superseded",
    "document.erased",
    "archive.progressed",
    "archive.finished",
    "archive.failed",
    "notification.delivered",
    "notification.failed",
    "trail.heard",
    "recipient.erased",
)
CERTS_HEARS = (
    "render.requested",
    "document.requested",
    "document.revocation.requested",
    "document.erasure.requested",
    "trail.grew",
    "archive.requested",
)
NOTIFY_HEARS = ("notification.requested", "recipient.forgotten")

LANES = (
    Lane("forms", TRANSACTIONAL, FORMS_HEARS),
    Lane("certs", TRANSACTIONAL, CERTS_HEARS),
    Lane("certs", BULK, CERTS_HEARS),
    Lane("notify", CODES, NOTIFY_HEARS),
    Lane("notify", TRANSACTIONAL, NOTIFY_HEARS),
    Lane("notify", BULK, NOTIFY_HEARS),
)


@dataclass(frozen=True)
class Topology:
    """All lanes; the delays (ms, growing) before a failed message is tried again; the limit."""

    lanes: tuple[Lane, ...] = LANES
    delays_ms: tuple[int, ...] = DELAYS_MS
    delivery_limit: int = DELIVERY_LIMIT

    def lane(self, service: str, name: str = TRANSACTIONAL) -> Lane:
        """The lane of that name; KeyError if there is none."""
        for lane in self.lanes:
            if (lane.service, lane.name) == (service, name):
                return lane
        raise KeyError(f"{service}.{name}")

    def lanes_of(self, service: str) -> tuple[Lane, ...]:
        """The lanes of a service."""
        return tuple(lane for lane in self.lanes if lane.service == service)

    def is_sorted(self, service: str) -> bool:
        """Whether the service has several lanes, so that a headers exchange sorts for it."""
        return len(self.lanes_of(service)) > 1

    def route(self, message_type: str, lane_name: str) -> tuple[Lane, ...]:
        """Where a message goes: to each service that wants it, one lane each."""
        wanted = [lane for lane in self.lanes if message_type in lane.types]
        services = dict.fromkeys(lane.service for lane in wanted)
        return tuple(
            self._lane_or_default([lane for lane in wanted if lane.service == service], lane_name)
            for service in services
        )

    def _lane_or_default(self, lanes: list[Lane], name: str) -> Lane:
        default = next((lane for lane in lanes if lane.name == TRANSACTIONAL), lanes[0])
        return next((lane for lane in lanes if lane.name == name), default)

    def delay_after(self, attempts: int) -> int | None:
        """How long (ms) a message waits that has failed `attempts` times; None: it is dead."""
        return self.delays_ms[attempts - 1] if attempts <= len(self.delays_ms) else None


TOPOLOGY = Topology()
