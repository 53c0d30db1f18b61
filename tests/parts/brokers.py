"""Brokers of either kind for tests, with short delays so that nobody waits."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.broker import Broker, EmbeddedBroker, Lane, Publication, RabbitBroker, Topology
from shared.broker.topology import LANES
from shared.messages import CODES
from tests.parts.ports import wait_until

KINDS = ("embedded", "rabbitmq")
QUICK = Topology(
    lanes=tuple(lane for lane in LANES if lane.name != CODES),
    delays_ms=(100, 400),
    delivery_limit=3,
)


class Brokers:
    """Opens brokers upon one and the same store of messages, as restarts of a process would."""

    def __init__(self, make: Callable[[], Broker], address: str) -> None:
        self._make = make
        self._opened: list[Broker] = []
        self.address = address

    def open(self) -> Broker:
        """Another broker object upon the same messages, connected."""
        broker = self._make()
        self._opened.append(broker)
        wait_until(broker.ready, seconds=20, what="the broker")
        return broker

    def close(self) -> None:
        """Close whatever is open."""
        for broker in self._opened:
            broker.close()


def connected(url: str, topology: Topology | None = None) -> RabbitBroker:
    """A broker object whose line is there: on a busy machine that takes longer than it waits."""
    broker = RabbitBroker(url, topology) if topology else RabbitBroker(url)
    wait_until(broker.ready, seconds=20, what="the broker")
    return broker


def brokers_of(
    kind: str, request: pytest.FixtureRequest, folder: Path, topology: Topology = QUICK
) -> Brokers:
    """An empty message store of that kind; starts RabbitMQ only when it is asked for."""
    if kind == "embedded":
        path = folder / "queue.sqlite"
        return Brokers(lambda: EmbeddedBroker(path, topology), str(path))
    url = request.getfixturevalue("rabbitmq").url()
    return Brokers(lambda: RabbitBroker(url, topology), url)


def publication(
    type_: str = "document.issued", *, lane: str = "transactional", case: str = "case-1",
    body: bytes | None = None,
) -> Publication:  # fmt: skip
    """A message with an id of its own."""
    identity = str(uuid.uuid4())
    return Publication(identity, type_, lane, case, body or b'{"of": "%s"}' % identity.encode())


def lane_of(broker: Broker, service: str, name: str = "transactional") -> Lane:
    """A lane of the broker's topology."""
    return broker.topology.lane(service, name)
