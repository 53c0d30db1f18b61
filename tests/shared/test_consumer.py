"""Every message has its effect once, however often it comes and whatever goes wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select
from sqlalchemy.orm import Session

from shared.broker import DeadLetters, EmbeddedBroker, Publication
from shared.clock import StandingClock
from shared.consumer import Consumer, Handler, Received
from shared.database import Database
from shared.errors import Permanent, TryLater
from shared.inbox import INBOX
from shared.messages import DocumentIssued, Envelope, Message, RenderFailed
from shared.outbox import attach
from tests.parts.brokers import QUICK
from tests.parts.databases import DATABASES, database_url

AT = datetime(2022, 8, 30, 9, tzinfo=UTC)
METADATA = MetaData()
EFFECT = Table("effect", METADATA, Column("n", Integer, primary_key=True), Column("of", String(50)))
attach(METADATA)

Act = Callable[[Session, Received], None]


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    database = Database(database_url(request.param, request, tmp_path))
    METADATA.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    broker = EmbeddedBroker(tmp_path / "queue.sqlite", QUICK)
    yield broker
    broker.close()


def issued(issue_id: str) -> DocumentIssued:
    return DocumentIssued(
        issue_id=issue_id, application_id="a1", number="N", sha256="0" * 64,
        template_version="1", issued_at=AT,
    )  # fmt: skip


def publication(message: Message) -> Publication:
    envelope = Envelope.wrap(message, at=AT, correlation_id="W-2026-00042")
    return Publication(
        envelope.id, envelope.type, "transactional", "W-2026-00042", envelope.to_json()
    )


def note(session: Session, received: Received) -> None:
    session.execute(insert(EFFECT).values(of=received.message.business_key()))


def effects(database: Database) -> list[str]:
    with database.read() as session:
        return sorted(session.scalars(select(EFFECT.c.of)))


def consumer(database: Database, broker: EmbeddedBroker, act: Act = note) -> Consumer:
    return Consumer(
        "forms", database, broker, StandingClock(AT), [Handler(DocumentIssued, act)], prefetch=5
    )


def test_a_message_that_comes_twice_has_one_effect(
    database: Database, broker: EmbeddedBroker
) -> None:
    one = publication(issued("i1"))
    broker.publish([one, one])
    assert consumer(database, broker).drain() == 2
    assert effects(database) == ["i1"]


def test_another_message_about_the_same_effect_repeats_nothing(
    database: Database, broker: EmbeddedBroker
) -> None:
    broker.publish([publication(issued("i1")), publication(issued("i1"))])
    broker.publish([publication(issued("i2"))])
    assert consumer(database, broker).drain() == 3
    assert effects(database) == ["i1", "i2"]


def note_all(session: Session, received: Sequence[Received]) -> None:
    session.execute(insert(EFFECT), [{"of": one.message.business_key()} for one in received])


def together(database: Database, broker: EmbeddedBroker, act: Act = note) -> Consumer:
    handler = Handler(DocumentIssued, act, handle_all=note_all)
    return Consumer("forms", database, broker, StandingClock(AT), [handler], prefetch=50)


def test_many_at_once_have_each_its_one_effect_by_one_commit(
    database: Database, broker: EmbeddedBroker
) -> None:
    twice = publication(issued("i1"))
    broker.publish([twice, twice, publication(issued("i1"))])
    broker.publish([publication(issued(f"i{n}")) for n in range(1, 9)])
    commits: list[int] = []
    database.on_commit(lambda: commits.append(1))
    assert together(database, broker).drain() == 11
    assert effects(database) == [f"i{n}" for n in range(1, 9)]
    assert len(commits) == 1
    broker.publish([publication(issued("i1")), publication(issued("i2"))])
    assert together(database, broker).drain() == 2
    assert effects(database) == [f"i{n}" for n in range(1, 9)]


def test_one_of_many_that_can_never_succeed_is_dead_alone(
    database: Database, broker: EmbeddedBroker
) -> None:
    bad = replace(publication(issued("i2")), body=b"{}")
    broker.publish([publication(issued("i1")), bad, publication(issued("i3"))])
    assert together(database, broker).drain() == 3
    assert effects(database) == ["i1", "i3"]
    assert [letter.id for letter in DeadLetters(broker).list("forms")] == [bad.id]


def test_many_at_once_that_fail_are_each_tried_by_itself(
    database: Database, broker: EmbeddedBroker
) -> None:
    def fails(_session: Session, _received: Sequence[Received]) -> None:
        raise ZeroDivisionError

    broker.publish([publication(issued(f"i{n}")) for n in range(3)])
    handler = Handler(DocumentIssued, note, handle_all=fails)
    Consumer("forms", database, broker, StandingClock(AT), [handler]).drain()
    assert effects(database) == ["i0", "i1", "i2"]


def test_two_workers_at_the_same_moment_have_one_effect(
    database: Database, broker: EmbeddedBroker
) -> None:
    broker.publish([publication(issued(f"i{n % 10}")) for n in range(40)])
    workers = [
        threading.Thread(target=consumer(database, broker).drain, args=(0.5,)) for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert effects(database) == [f"i{n}" for n in range(10)]


def test_the_inbox_keeps_ids_alone(database: Database, broker: EmbeddedBroker) -> None:
    broker.publish([one := publication(issued("i1"))])
    consumer(database, broker).drain()
    with database.read() as session:
        (row,) = session.execute(select(INBOX))
    assert tuple(row) == (one.id, "document.issued:i1", AT)


def test_a_failure_leaves_nothing_behind_and_the_next_try_succeeds(
    database: Database, broker: EmbeddedBroker
) -> None:
    tries: list[int] = []

    def act(session: Session, received: Received) -> None:
        note(session, received)
        tries.append(1)
        if len(tries) == 1:
            raise TryLater("store_unavailable")

    broker.publish([publication(issued("i1"))])
    assert consumer(database, broker, act).drain(1.0) == 2
    assert effects(database) == ["i1"]


def test_what_fails_for_ever_is_dead_at_once_and_can_be_retried_by_staff(
    database: Database, broker: EmbeddedBroker
) -> None:
    faults = [Permanent("missing_glyph")]

    def act(session: Session, received: Received) -> None:
        if faults:
            raise faults.pop()
        note(session, received)

    broker.publish([one := publication(issued("i1"))])
    worker = consumer(database, broker, act)
    assert worker.drain(0.3) == 1
    (letter,) = DeadLetters(broker).list("forms")
    assert (letter.type, letter.correlation_id) == ("document.issued", "W-2026-00042")
    assert (letter.failures.reason, letter.failures.attempts) == ("missing_glyph", 1)
    assert DeadLetters(broker).content("forms", one.id) == one.body
    DeadLetters(broker).replay("forms", one.id)
    worker.drain()
    assert effects(database) == ["i1"]
    assert DeadLetters(broker).list("forms") == ()


def test_an_unexpected_error_is_tried_again_and_then_dead_and_its_words_stay_in_the_house(
    database: Database, broker: EmbeddedBroker, caplog: pytest.LogCaptureFixture
) -> None:
    def act(_session: Session, _received: Received) -> None:
        raise ValueError("김하늘, kim@student.example")

    broker.publish([publication(issued("i1"))])
    assert consumer(database, broker, act).drain(1.0) == 1 + len(QUICK.delays_ms)
    (letter,) = DeadLetters(broker).list("forms")
    assert letter.failures.reason == "unexpected"
    assert "ValueError at" in caplog.text
    assert "kim@" not in caplog.text


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda one: replace(one, body=b"\xff{"), "bad_message"),
        (lambda one: replace(one, body=one.body.replace(b'"i1"', b"7")), "bad_message"),
        (lambda one: replace(one, body=one.body.replace(b'n": 1', b'n": 9')), "unknown_message"),
    ],
)
def test_what_cannot_be_read_is_dead_and_says_why(
    database: Database, broker: EmbeddedBroker,
    change: Callable[[Publication], Publication], reason: str,
) -> None:  # fmt: skip
    broker.publish([change(publication(issued("i1")))])
    consumer(database, broker).drain()
    (letter,) = DeadLetters(broker).list("forms")
    assert letter.failures.reason == reason


def test_a_message_that_nobody_handles_is_dead_and_not_lost(
    database: Database, broker: EmbeddedBroker
) -> None:
    broker.publish([publication(RenderFailed(render_id="r1", code="x", detail={}))])
    consumer(database, broker).drain()
    (letter,) = DeadLetters(broker).list("forms")
    assert letter.failures.reason == "no_handler"


def test_while_the_database_is_away_no_attempt_is_spent(
    database: Database, broker: EmbeddedBroker
) -> None:
    faults = [TryLater("database_unavailable")] * 2

    def act(session: Session, received: Received) -> None:
        if faults:
            raise faults.pop()
        note(session, received)

    broker.publish([publication(issued("i1"))])
    assert consumer(database, broker, act).drain() == 1
    assert effects(database) == ["i1"]


def test_who_is_told_to_stop_finishes_what_is_in_hand_and_leaves_the_rest(
    database: Database, broker: EmbeddedBroker
) -> None:
    begun, stop = threading.Event(), threading.Event()

    def act(session: Session, received: Received) -> None:
        begun.set()
        time.sleep(0.3)
        note(session, received)

    broker.publish([publication(issued("i1")), publication(issued("i2"))])
    running = threading.Thread(target=consumer(database, broker, act).run, args=(stop,))
    running.start()
    begun.wait(10)
    stop.set()
    running.join(10)
    assert effects(database) == ["i1"]
    assert consumer(database, broker).drain() == 1
    assert effects(database) == ["i1", "i2"]


def preparing(
    database: Database, broker: EmbeddedBroker, prepare: Callable[[Received], object], act: Act
) -> Consumer:
    handlers = [Handler(DocumentIssued, act, prepare)]
    return Consumer("forms", database, broker, StandingClock(AT), handlers, prefetch=5)


def test_what_takes_long_is_prepared_before_the_transaction_and_not_again(
    database: Database, broker: EmbeddedBroker
) -> None:
    prepared: list[str] = []

    def prepare(received: Received) -> str:
        with database.write() as session:  # nobody else is writing now
            session.execute(insert(EFFECT).values(of="others"))
        prepared.append(received.message.business_key())
        return f"prepared {prepared[-1]}"

    def act(session: Session, received: Received) -> None:
        session.execute(insert(EFFECT).values(of=received.prepared))

    one = publication(issued("i1"))
    broker.publish([one, one])
    assert preparing(database, broker, prepare, act).drain() == 2
    assert effects(database) == ["others", "prepared i1"]
    assert prepared == ["i1"]


def test_a_preparation_that_fails_has_no_effect_and_is_tried_again(
    database: Database, broker: EmbeddedBroker
) -> None:
    attempts: list[int] = []

    def prepare(received: Received) -> str:
        attempts.append(received.attempt)
        if len(attempts) < 3:
            raise TryLater("office_failed")
        return "ready"

    broker.publish([publication(issued("i1"))])
    preparing(database, broker, prepare, note).drain(1.0)
    assert attempts == [1, 2, 3]
    assert effects(database) == ["i1"]
