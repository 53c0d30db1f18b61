"""How many messages a second a relay gets confirmed and a consumer has the effect of.

`python -m benchmarks.broker [messages]`, one row for each broker and database;
beside it pika's BlockingConnection confirming one by one, which is what one
would write without a relay. Starts the servers that the tests start.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pika
from sqlalchemy.orm import Session

from shared.broker import Broker, EmbeddedBroker, RabbitBroker
from shared.broker.rabbit_form import properties_of
from shared.clock import SystemClock
from shared.consumer import Consumer, Handler, Received
from shared.database import Database
from shared.messages import DocumentRevoked
from shared.outbox import add
from shared.relay import Relay
from tests.parts.brokers import publication
from tests.parts.crashing import METADATA, note
from tests.parts.postgres import PostgresServer
from tests.parts.rabbitmq import RabbitServer

AT = datetime(2022, 8, 30, 9, tzinfo=UTC)
CLOCK = SystemClock()


def main(count: int) -> None:
    """Measure each pair on `count` messages."""
    with tempfile.TemporaryDirectory(prefix="dojang-bench-") as folder:
        here = Path(folder)
        rabbit, postgres = RabbitServer(here / "rabbit"), PostgresServer(here / "postgres")
        try:
            rabbit.start()
            postgres.start()
            measure_pair(
                "embedded, SQLite",
                lambda: EmbeddedBroker(here / "queue.sqlite"),
                f"sqlite:///{here / 'service.sqlite'}",
                count,
            )
            url = rabbit.url()
            measure_pair("RabbitMQ, PostgreSQL", lambda: RabbitBroker(url), postgres.url(), count)
            measure("RabbitMQ, pika one by one", count, lambda: one_by_one(rabbit.url(), count))
        finally:
            rabbit.close()
            postgres.close()


def measure_pair(name: str, make: Callable[[], Broker], url: str, count: int) -> None:
    """A relay and a consumer, one after the other, each alone."""
    broker, database = make(), Database(url)
    METADATA.create_all(database.engine)
    broker.ready()
    with database.write() as session:
        for number in range(count):
            message = DocumentRevoked(number=str(number), code="error", at=AT)
            add(session, message, clock=CLOCK, correlation_id=str(number))
    measure(f"{name}: relay", count, Relay(database, broker, CLOCK).drain)
    handler = Handler(DocumentRevoked, effect)
    consumer = Consumer("forms", database, broker, CLOCK, [handler], prefetch=100)
    measure(f"{name}: consumer (1 s of waiting included)", count, lambda: consumer.drain(1.0))
    broker.close()
    database.close()


def effect(session: Session, received: Received) -> None:
    """One row."""
    note(session, received)


def one_by_one(url: str, count: int) -> None:
    """What one would write first: publish, wait, publish, wait."""
    broker = RabbitBroker(url)
    broker.ready()
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        for _ in range(count):
            one = publication()
            channel.basic_publish(
                "dojang.events", one.type, one.body, properties_of(one), mandatory=True
            )
    broker.close()


def measure(name: str, count: int, act: Callable[[], object]) -> None:
    """Print one row."""
    begun = time.perf_counter()
    act()
    print(f"{name:50s} {count / (time.perf_counter() - begun):8.0f} messages/s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
