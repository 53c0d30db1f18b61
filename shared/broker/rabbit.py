"""RabbitMQ (3.10 and later) as the broker, by pika."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence

from shared.broker.interface import DeadLetter, Depth, Outcome, Publication
from shared.broker.rabbit_consume import RabbitSubscription
from shared.broker.rabbit_dead import DeadRoom
from shared.broker.rabbit_depth import depth_of
from shared.broker.rabbit_publish import Publisher
from shared.broker.rabbit_topology import Declaration
from shared.broker.topology import TOPOLOGY, Lane, Topology
from shared.errors import TryLater

FIRST_ANSWER_S = 2.0


class RabbitBroker:
    """The RabbitMQ at an `amqp(s)://user:password@host:port/vhost` URL, or the cluster of the nodes
    at several, with a space between.

    Nothing connects before it is needed; then one connection publishes, each
    subscription has its own, and each look at dead letters makes one. It declares the queues of
    `services`, or of all where none are named.
    """

    def __init__(
        self, urls: str, topology: Topology = TOPOLOGY, services: Collection[str] | None = None
    ) -> None:
        self._urls, self.topology = urls, topology
        self._declaration = Declaration(topology, services)
        self._lock = threading.Lock()
        self._publisher: Publisher | None = None
        self._subscriptions: list[RabbitSubscription] = []
        self._to_tell: list[Callable[[], None]] = []
        self._closed = False
        self._dead = DeadRoom(urls)

    def publish(self, publications: Sequence[Publication]) -> list[Outcome]:
        return self._line().publish(publications)

    def subscribe(self, lane: Lane, prefetch: int) -> RabbitSubscription:
        subscription = RabbitSubscription(self._urls, self._declaration, lane, prefetch)
        with self._lock:
            self._subscriptions = [one for one in self._subscriptions if one.is_open]
            self._subscriptions.append(subscription)
        return subscription

    def dead_letters(self, lane: Lane) -> list[DeadLetter]:
        self._needs_queues()
        return self._dead.letters(lane)

    def dead_letter_body(self, lane: Lane, message_id: str) -> bytes:
        self._needs_queues()
        return self._dead.body(lane, message_id)

    def revive(self, lane: Lane, message_id: str) -> None:
        self._needs_queues()
        self._dead.revive(lane, message_id)

    def discard(self, lane: Lane, message_id: str) -> None:
        self._needs_queues()
        self._dead.discard(lane, message_id)

    def depth(self, lane: Lane) -> Depth:
        self._needs_queues()
        return depth_of(self._urls, self.topology, lane)

    def ready(self) -> bool:
        try:
            return self._line().usable(FIRST_ANSWER_S)
        except TryLater:
            return False

    def on_ready(self, tell: Callable[[], None]) -> None:
        with self._lock:
            self._to_tell.append(tell)
            publisher = self._publisher
        if publisher is not None and publisher.usable(0):
            tell()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            publisher, self._publisher = self._publisher, None
            subscriptions, self._subscriptions = self._subscriptions, []
        for subscription in subscriptions:
            subscription.close()
        if publisher is not None:
            publisher.close()

    def _line(self) -> Publisher:
        with self._lock:
            if self._closed:
                raise TryLater("broker_unavailable", "the broker is closed")
            if self._publisher is None:
                self._publisher = Publisher(self._urls, self._declaration, self._tell)
            return self._publisher

    def _tell(self) -> None:
        """In the publishing line's thread."""
        with self._lock:
            to_tell = list(self._to_tell)
        for tell in to_tell:
            tell()

    def _needs_queues(self) -> None:
        """Whoever looks at dead letters first of all has to have the queues declared."""
        if not self.ready():
            raise TryLater("broker_unavailable", "no connection to the broker")
