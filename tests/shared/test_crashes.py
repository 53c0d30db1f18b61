"""Power cuts: real processes killed with -9 at the worst points lose nothing and repeat nothing."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from shared.broker import DeadLetters, RabbitBroker
from shared.clock import SystemClock
from shared.consumer import Consumer, Handler, Received
from shared.database import Database
from shared.errors import Permanent, TryLater
from shared.messages import DocumentRevoked
from shared.outbox import OUTBOX, add
from shared.relay import Relay
from tests.parts.brokers import KINDS, QUICK, brokers_of
from tests.parts.crashing import EFFECT, METADATA, Nursery, note
from tests.parts.databases import database_url
from tests.parts.ports import wait_until
from tests.parts.rabbitmq import RabbitServer

AT = datetime(2022, 8, 30, 9, tzinfo=UTC)
MESSAGES = 12
Open = Callable[[str], Database]
POINTS = ("before publish", "before mark", "before commit", "before ack")


@pytest.fixture
def databases() -> Iterator[Open]:
    """Opens databases with an outbox, an inbox and a table of effects, and closes them."""
    opened: list[Database] = []

    def open_one(url: str) -> Database:
        opened.append(database := Database(url))
        METADATA.create_all(database.engine)
        return database

    yield open_one
    for database in opened:
        database.close()


def say(database: Database, numbers: list[str]) -> None:
    for number in numbers:
        with database.write() as session:
            message = DocumentRevoked(number=number, code="error", at=AT)
            add(session, message, clock=SystemClock(), correlation_id=f"case-{number}")


def heard(database: Database) -> Counter[str]:
    with database.read() as session:
        return Counter(session.scalars(select(EFFECT.c.of)))


def unpublished(database: Database) -> int:
    with database.read() as session:
        query = select(func.count()).where(OUTBOX.c.published_at.is_(None))
        return session.scalar(query) or 0


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    nursery = Nursery()
    yield nursery
    nursery.close()


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_process_killed_at_any_point_loses_nothing_and_repeats_nothing(
    kind: str,
    point: str,
    nursery: Nursery,
    databases: Open,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    url = database_url("sqlite" if kind == "embedded" else "postgresql", request, tmp_path)
    database = databases(url)
    numbers = [str(n) for n in range(MESSAGES)]
    say(database, numbers)
    address = brokers_of(kind, request, tmp_path).address
    life = (url, address, MESSAGES)
    for pass_number in (1, 2):  # it dies at its first pass, then at its second, then lives
        killed = nursery.live(*life, point, pass_number)
        if killed == 0:
            break  # nothing was left to pass that point twice
        assert killed == -signal.SIGKILL
    assert nursery.live(*life, "nowhere", 0) == 0
    assert heard(database) == Counter(numbers)
    assert unpublished(database) == 0


class Working:
    """A relay and a consumer of one process, at work in threads."""

    def __init__(self, database: Database, broker: RabbitBroker, handler: Handler) -> None:
        self._stop = threading.Event()
        clock = SystemClock()
        consumer = Consumer("forms", database, broker, clock, [handler])
        relay = Relay(database, broker, clock, sweep_s=0.5)
        self._threads = [
            threading.Thread(target=act.run, args=(self._stop,)) for act in (relay, consumer)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)


@pytest.fixture
def rabbit(rabbitmq: RabbitServer) -> Iterator[RabbitServer]:
    yield rabbitmq
    rabbitmq.ensure_running()


def within(seconds: float, true: Callable[[], bool], what: str) -> None:
    wait_until(true, seconds=seconds, what=what)


def test_a_broker_killed_under_load_loses_nothing_and_everything_catches_up_by_itself(
    rabbit: RabbitServer, databases: Open, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    database = databases(database_url("postgresql", request, tmp_path))
    broker = RabbitBroker(rabbit.url(), QUICK)
    working = Working(database, broker, Handler(DocumentRevoked, slow_and_sometimes_failing))
    numbers = [str(n) for n in range(400)]
    say_half = threading.Thread(target=say, args=(database, numbers[:200]))
    try:
        say_half.start()
        within(60, lambda: len(heard(database)) > 30, "work begun")
        rabbit.kill()
        within(60, lambda: not broker.ready(), "the loss noticed")
        say_half.join()
        say(database, numbers[200:])  # the broker is away: nobody who writes notices
        rabbit.start()
        within(240, lambda: len(heard(database)) == len(numbers) - 1, "all caught up")
        within(60, lambda: unpublished(database) == 0, "outbox empty")
        within(60, lambda: len(DeadLetters(broker).list("forms")) == 1, "one dead letter")
    finally:
        working.stop()
        broker.close()
    assert set(heard(database).values()) == {1}


_failed_once: set[str] = set()


def slow_and_sometimes_failing(session: object, received: Received) -> None:
    """Takes a while; every tenth fails at first, number 7 for ever."""
    number = received.message.business_key()
    time.sleep(0.002)
    if number == "7":
        raise Permanent("missing_glyph")
    if number.endswith("0") and number not in _failed_once:
        _failed_once.add(number)
        raise TryLater("store_unavailable")
    note(session, received)  # type: ignore[arg-type]  # a session it is


def test_letters_that_wait_or_are_dead_outlive_the_broker_that_holds_them(
    rabbit: RabbitServer, databases: Open, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = rabbit.url()
    broker = RabbitBroker(url, QUICK)
    database = databases(database_url("sqlite", request, tmp_path))
    say(database, ["A", "B"])
    within(20, broker.ready, "the broker")
    Relay(database, broker, SystemClock()).drain()
    subscription = broker.subscribe(QUICK.lane("forms"), 5)
    first, second = subscription.next(60), subscription.next(60)
    assert first is not None
    assert second is not None
    subscription.bury(first, "missing_glyph", AT)
    subscription.retry(second, "busy", AT)
    subscription.close()
    told = threading.Event()
    broker.on_ready(told.set)
    assert told.is_set()
    rabbit.kill()
    within(60, lambda: not broker.ready(), "the loss noticed")
    told.clear()
    rabbit.start()
    assert told.wait(240), "nobody was told that the publishing line is back"
    again = broker.subscribe(QUICK.lane("forms"), 5).next(120)
    assert again is not None
    assert again.id == second.id
    assert broker.ready()
    assert [letter.id for letter in DeadLetters(broker).list("forms")] == [first.id]
    broker.close()
