"""What was decided is said: after the commit, at least once, in order, whatever is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import MetaData, select

from shared.broker import Broker, EmbeddedBroker, Outcome, Publication
from shared.clock import StandingClock
from shared.database import Database
from shared.errors import TryLater
from shared.messages import (
    DocumentRevocationRequested,
    DocumentRevoked,
    Envelope,
    NotificationRequested,
)
from shared.outbox import OUTBOX, add, attach
from shared.relay import Relay
from shared.unanswered import UNANSWERED, answered, forget
from tests.parts.brokers import QUICK, lane_of
from tests.parts.databases import DATABASES, database_url
from tests.parts.ports import wait_until

AT = datetime(2022, 8, 30, 9, tzinfo=UTC)


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    database = Database(database_url(request.param, request, tmp_path))
    attach(metadata := MetaData())
    metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    broker = EmbeddedBroker(tmp_path / "queue.sqlite", QUICK)
    yield broker
    broker.close()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(AT)


class Watched:
    """A broker that takes everything and remembers; or is away, or wants nothing."""

    topology = QUICK

    def __init__(self, pause_s: float = 0.0) -> None:
        self.taken: list[Publication] = []
        self.outcome = Outcome.CONFIRMED
        self.away = False
        self.asked_in_vain = threading.Event()
        self._told: list[Callable[[], None]] = []
        self._pause_s, self._lock = pause_s, threading.Lock()

    def on_ready(self, tell: Callable[[], None]) -> None:
        self._told.append(tell)

    def come_back(self) -> None:
        self.away = False
        for tell in self._told:
            tell()

    def publish(self, publications: Sequence[Publication]) -> list[Outcome]:
        if self.away:
            self.asked_in_vain.set()
            raise TryLater("broker_unavailable")
        time.sleep(self._pause_s)
        with self._lock:
            self.taken += publications
        return [self.outcome] * len(publications)


def say(database: Database, clock: StandingClock, number: str, case: str = "case-1") -> str:
    with database.write() as session:
        message = DocumentRevoked(number=number, code="error", at=AT)
        return add(session, message, clock=clock, correlation_id=case)


def numbers(broker: Broker) -> list[str]:
    subscription = broker.subscribe(lane_of(broker, "forms"), 1000)
    found = []
    while delivery := subscription.next(0):
        found.append(Envelope.from_json(delivery.body).data["number"])
        subscription.ack(delivery)
    subscription.close()
    return found


def test_what_a_transaction_says_is_published_and_then_only_its_ids_are_kept(
    database: Database, broker: EmbeddedBroker, clock: StandingClock
) -> None:
    message_id = say(database, clock, "A")
    assert Relay(database, broker, clock).drain() == 1
    assert numbers(broker) == ["A"]
    with database.read() as session:
        (row,) = session.execute(select(OUTBOX))
    assert (row.id, row.type, row.correlation_id) == (message_id, "document.revoked", "case-1")
    assert (row.payload, row.published_at) == (None, AT)
    assert Relay(database, broker, clock).drain() == 0


def ask(database: Database, clock: StandingClock) -> str:
    """Something that asks for an answer."""
    message = DocumentRevocationRequested(number="A", code="error")
    with database.write() as session:
        return add(session, message, clock=clock, correlation_id="case-1")


def test_what_nobody_answers_is_said_again_at_growing_intervals_for_a_day(
    database: Database, clock: StandingClock
) -> None:
    broker = Watched()
    relay = Relay(database, broker, clock)
    message_id = ask(database, clock)
    said_at = []
    for minute in range(3 * 24 * 60):
        if relay.drain():
            said_at.append(minute)
        clock.advance(timedelta(minutes=1))
    assert said_at == [0, 5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560]
    assert {one.id for one in broker.taken} == {message_id}
    assert all(one.body for one in broker.taken)
    assert kept(database) == 0


def test_what_could_not_be_said_for_days_is_said_again_too(
    database: Database, clock: StandingClock
) -> None:
    broker = Watched()
    broker.outcome = Outcome.REFUSED
    relay = Relay(database, broker, clock)
    ask(database, clock)
    assert relay.drain() == 0
    clock.advance(timedelta(days=3))
    broker.outcome = Outcome.CONFIRMED
    assert relay.drain() == 1
    clock.advance(timedelta(minutes=5))
    assert relay.drain() == 1


@pytest.mark.parametrize("when", ["before it is marked", "after it was marked"])
def test_what_was_answered_is_not_said_again_and_not_kept(
    database: Database, clock: StandingClock, when: str
) -> None:
    """Before: by a relay that died between the two, so that it is published once more."""
    broker = Watched()
    relay = Relay(database, broker, clock)
    message_id = ask(database, clock)
    if when == "after it was marked":
        assert relay.drain() == 1
    with database.write() as session:
        answered(session, [message_id])
    assert kept(database) == 0
    assert relay.drain() == (1 if when == "before it is marked" else 0)
    clock.advance(timedelta(days=1))
    assert relay.drain() == 0


def test_while_it_waits_for_an_answer_the_outbox_keeps_its_ids_alone(
    database: Database, clock: StandingClock
) -> None:
    relay = Relay(database, Watched(), clock)
    ask(database, clock)
    assert relay.drain() == 1
    with database.read() as session:
        assert session.scalars(select(OUTBOX.c.payload)).all() == [None]
    assert kept(database) == 1


def test_what_is_forgotten_is_not_said_again_and_what_was_never_said_is_said(
    database: Database, clock: StandingClock
) -> None:
    broker = Watched()
    relay = Relay(database, broker, clock)
    ask(database, clock)
    assert relay.drain() == 1
    ask(database, clock)
    with database.write() as session:
        forget(session, ["case-1"])
    assert kept(database) == 0
    assert relay.drain() == 1


def kept(database: Database) -> int:
    """How many messages wait for an answer."""
    with database.read() as session:
        return len(session.execute(select(UNANSWERED.c.id)).all())


def test_what_a_broken_transaction_would_have_said_is_never_heard(
    database: Database, broker: EmbeddedBroker, clock: StandingClock
) -> None:
    def speak_and_break() -> None:
        with database.write() as session:
            message = DocumentRevoked(number="A", code="error", at=AT)
            add(session, message, clock=clock, correlation_id="case-1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        speak_and_break()
    assert Relay(database, broker, clock).drain() == 0


def test_a_mail_goes_to_the_lane_that_it_asks_for(
    database: Database, broker: EmbeddedBroker, clock: StandingClock
) -> None:
    mail = NotificationRequested(
        notification_id="n1", message="approval_reminder", language="ko", lane="bulk",
        address={"email": "kim@student.example"}, thread="t", params={}, links=[],
    )  # fmt: skip
    with database.write() as session:
        add(session, mail, clock=clock, correlation_id="case-1")
    Relay(database, broker, clock).drain()
    bulk = broker.subscribe(lane_of(broker, "notify", "bulk"), 1)
    assert bulk.next(0) is not None


def test_a_commit_wakes_the_relay_at_once(
    database: Database, broker: EmbeddedBroker, clock: StandingClock
) -> None:
    relay, stop = Relay(database, broker, clock, sweep_s=600), threading.Event()
    running = threading.Thread(target=relay.run, args=(stop,))
    running.start()
    subscription = broker.subscribe(lane_of(broker, "forms"), 1)
    try:
        time.sleep(0.3)  # it sleeps
        say(database, clock, "A")
        assert subscription.next(60) is not None
    finally:
        stop.set()
        running.join()


def test_more_than_a_batch_is_published_in_order(
    database: Database, broker: EmbeddedBroker, clock: StandingClock
) -> None:
    said = [f"{n:04d}" for n in range(1100)]
    with database.write() as session:
        for number in said:
            message = DocumentRevoked(number=number, code="error", at=AT)
            add(session, message, clock=clock, correlation_id="case-1")
    assert Relay(database, broker, clock).drain() == len(said)
    assert numbers(broker) == said


def test_while_the_broker_is_away_everything_waits_and_then_catches_up_by_itself(
    database: Database, clock: StandingClock
) -> None:
    broker = Watched()
    broker.away = True
    relay, stop = Relay(database, broker, clock, sweep_s=0.1), threading.Event()  # type: ignore[arg-type]  # publishing is all that a relay needs
    running = threading.Thread(target=relay.run, args=(stop,))
    running.start()
    try:
        for number in "ABC":
            say(database, clock, number)
        time.sleep(0.5)
        broker.away = False
        end = time.monotonic() + 60
        while len(broker.taken) < 3 and time.monotonic() < end:
            time.sleep(0.05)
    finally:
        stop.set()
        running.join()
    assert [Envelope.from_json(one.body).data["number"] for one in broker.taken] == ["A", "B", "C"]


def test_a_broker_that_comes_back_wakes_the_relay_from_however_long_a_rest(
    database: Database, clock: StandingClock
) -> None:
    broker = Watched()
    broker.away = True
    say(database, clock, "A")
    relay = Relay(database, broker, clock, first_rest_s=3600)  # type: ignore[arg-type]  # as above
    stop = threading.Event()
    running = threading.Thread(target=relay.run, args=(stop,))
    running.start()
    try:
        assert broker.asked_in_vain.wait(60)
        broker.come_back()
        wait_until(lambda: len(broker.taken) == 1, seconds=60, what="the message published")
    finally:
        stop.set()
        running.join()


@pytest.mark.parametrize("outcome", [Outcome.UNROUTABLE, Outcome.REFUSED])
def test_what_no_queue_wants_is_kept_rests_and_holds_up_no_other_case(
    database: Database, clock: StandingClock, outcome: Outcome
) -> None:
    broker = Watched()
    relay = Relay(database, broker, clock)  # type: ignore[arg-type]  # as above
    broker.outcome = outcome
    say(database, clock, "A")
    assert relay.drain() == 0
    broker.outcome = Outcome.CONFIRMED
    say(database, clock, "B", "case-2")
    assert relay.drain() == 1
    clock.advance(timedelta(seconds=2))
    assert relay.drain() == 1
    assert [Envelope.from_json(one.body).data["number"] for one in broker.taken] == ["A", "B", "A"]


def test_what_may_or_may_not_have_arrived_is_published_again(
    database: Database, clock: StandingClock
) -> None:
    broker = Watched()
    relay = Relay(database, broker, clock)  # type: ignore[arg-type]  # as above
    broker.outcome = Outcome.UNKNOWN
    say(database, clock, "A")
    with pytest.raises(TryLater):
        relay.drain()
    broker.outcome = Outcome.CONFIRMED
    assert relay.drain() == 1


def test_relays_of_several_processes_share_the_work_and_keep_each_case_in_order(
    database: Database, clock: StandingClock
) -> None:
    if database.is_sqlite:
        return  # one process has it, and one relay
    said = [(f"case-{n % 7}", f"{n:04d}") for n in range(1500)]
    with database.write() as session:
        for case, number in said:
            message = DocumentRevoked(number=number, code="error", at=AT)
            add(session, message, clock=clock, correlation_id=case)
    broker = Watched(pause_s=0.01)
    threads = [
        threading.Thread(target=drained, args=(Relay(database, broker, clock),))  # type: ignore[arg-type]  # as above
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    heard = [(one.correlation_id, Envelope.from_json(one.body).data["number"])
             for one in broker.taken]  # fmt: skip
    assert sorted(heard) == sorted(said)
    for case in {case for case, _ in said}:
        assert [n for c, n in heard if c == case] == [n for c, n in said if c == case]


def drained(relay: Relay) -> None:
    """Drain until there is nothing, also when another relay had it locked meanwhile."""
    for _ in range(20):
        relay.drain()
        time.sleep(0.02)
