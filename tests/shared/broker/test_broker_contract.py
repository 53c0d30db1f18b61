"""What both brokers promise: the embedded queue passes the same tests as RabbitMQ."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.broker import (
    Broker,
    DeadLetter,
    Delivery,
    EmbeddedBroker,
    Outcome,
    Subscription,
    Topology,
)
from shared.errors import Permanent, TryLater
from tests.parts.brokers import KINDS, QUICK, Brokers, brokers_of, lane_of, publication

AT = datetime(2022, 8, 30, 9, tzinfo=UTC)
SOON_S = 60.0  # far more than it takes, so that a busy machine fails nothing
SHORT_S = 0.3  # how long we look for what must not come


@pytest.fixture(params=KINDS)
def brokers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Brokers]:
    found = brokers_of(request.param, request, tmp_path)
    yield found
    found.close()


@pytest.fixture
def broker(brokers: Brokers) -> Broker:
    return brokers.open()


def listen(
    broker: Broker, service: str = "forms", lane: str = "transactional", prefetch: int = 20
) -> Subscription:
    return broker.subscribe(lane_of(broker, service, lane), prefetch)


def come(subscription: Subscription) -> Delivery:
    delivery = subscription.next(SOON_S)
    assert delivery is not None, "nothing came"
    return delivery


def test_a_confirmed_message_reaches_its_service_as_it_was(broker: Broker) -> None:
    sent = publication(body='{"name": "도장"}'.encode(), case="W-2026-00042")
    assert broker.publish([sent]) == [Outcome.CONFIRMED]
    got = come(listen(broker))
    assert (got.id, got.type, got.correlation_id, got.body) == (
        sent.id, "document.issued", "W-2026-00042", sent.body,
    )  # fmt: skip
    assert got.failures.attempts == 0


def test_a_message_that_no_queue_wants_is_told_and_the_others_arrive(broker: Broker) -> None:
    sent = [publication(), publication("nobody.hears"), publication()]
    outcomes = broker.publish(sent)
    assert outcomes == [Outcome.CONFIRMED, Outcome.UNROUTABLE, Outcome.CONFIRMED]
    subscription = listen(broker)
    assert [come(subscription).id for _ in range(2)] == [sent[0].id, sent[2].id]


def test_thousands_are_confirmed_in_one_go_and_arrive_in_order(broker: Broker) -> None:
    sent = [publication() for _ in range(1200)]
    assert set(broker.publish(sent)) == {Outcome.CONFIRMED}
    subscription = listen(broker, prefetch=200)
    arrived = []
    for _ in sent:
        delivery = come(subscription)
        arrived.append(delivery.id)
        subscription.ack(delivery)
    assert arrived == [one.id for one in sent]


def test_what_is_acked_never_comes_again(brokers: Brokers) -> None:
    first = brokers.open()
    first.publish([publication()])
    subscription = listen(first)
    subscription.ack(come(subscription))
    first.close()
    assert listen(brokers.open()).next(SHORT_S) is None


def test_what_is_acked_at_once_never_comes_again(brokers: Brokers) -> None:
    first = brokers.open()
    first.publish([sent := publication(), publication(), publication()])
    subscription = listen(first)
    come(subscription)
    subscription.ack_all([come(subscription), come(subscription)])
    first.close()
    again = listen(brokers.open())
    assert come(again).id == sent.id
    assert again.next(SHORT_S) is None


def test_what_was_in_hand_when_everything_ended_comes_again(brokers: Brokers) -> None:
    first = brokers.open()
    sent = [publication(), publication()]
    first.publish(sent)
    come(listen(first))
    first.close()
    subscription = listen(brokers.open())
    assert {come(subscription).id for _ in sent} == {one.id for one in sent}


def test_what_a_consumer_leaves_goes_to_the_next_one(broker: Broker) -> None:
    broker.publish([publication()])
    leaving, staying = listen(broker), None
    left = come(leaving)
    staying = listen(broker)
    leaving.close()
    assert come(staying).id == left.id


def test_several_consumers_share_and_none_gets_what_another_has(broker: Broker) -> None:
    sent = [publication() for _ in range(40)]
    subscriptions = [listen(broker, prefetch=5) for _ in range(3)]
    broker.publish(sent)
    got: list[str] = []
    while len(got) < len(sent):
        for subscription in subscriptions:
            delivery = subscription.next(0.05)
            if delivery is not None:
                got.append(delivery.id)
                subscription.ack(delivery)
    assert sorted(got) == sorted(one.id for one in sent)


def test_no_more_than_the_prefetch_is_in_one_hand(broker: Broker) -> None:
    broker.publish([publication() for _ in range(3)])
    subscription = listen(broker, prefetch=2)
    first = come(subscription)
    come(subscription)
    assert subscription.next(SHORT_S) is None
    subscription.ack(first)
    come(subscription)


def test_a_sleeping_consumer_is_woken_by_a_publication(broker: Broker) -> None:
    subscription = listen(broker)
    assert subscription.next(1.0) is None  # it listens
    threading.Timer(0.2, lambda: broker.publish([publication()])).start()
    come(subscription)


def test_a_failed_message_comes_again_later_and_holds_nobody_up(broker: Broker) -> None:
    failing, fine = publication(), publication()
    broker.publish([failing, fine])
    subscription = listen(broker, prefetch=1)
    begun = time.monotonic()
    subscription.retry(come(subscription), "busy", AT)
    second = come(subscription)
    assert second.id == fine.id
    subscription.ack(second)
    again = come(subscription)
    assert again.id == failing.id
    assert again.body == failing.body
    assert time.monotonic() - begun >= 0.1
    assert (again.failures.attempts, again.failures.reason) == (1, "busy")


def test_after_the_longest_delay_a_message_is_dead_and_says_since_when(broker: Broker) -> None:
    sent = publication(case="W-2026-00007")
    broker.publish([sent])
    subscription = listen(broker)
    for attempt in range(3):
        subscription.retry(come(subscription), "busy", AT + timedelta(hours=attempt))
    letter = only_dead_letter(broker)
    assert (letter.id, letter.type, letter.correlation_id) == (sent.id, sent.type, "W-2026-00007")
    assert (letter.failures.attempts, letter.failures.reason) == (3, "busy")
    assert letter.failures.first_at == AT
    assert letter.failures.last_at == AT + timedelta(hours=2)


def test_a_retry_that_waits_survives_a_restart(brokers: Brokers) -> None:
    first = brokers.open()
    first.publish([sent := publication()])
    subscription = listen(first)
    subscription.retry(come(subscription), "busy", AT)
    first.close()
    assert come(listen(brokers.open())).id == sent.id


def test_a_dead_letter_stays_however_often_it_is_looked_at_and_can_be_revived(
    broker: Broker,
) -> None:
    sent = bury_one(broker, "unknown_template")
    lane = lane_of(broker, "forms")
    for _ in range(5):  # more than the delivery limit
        assert only_dead_letter(broker).failures.reason == "unknown_template"
    assert broker.dead_letter_body(lane, sent) is not None
    broker.revive(lane, sent)
    subscription = listen(broker)
    again = come(subscription)
    assert (again.id, again.failures.attempts) == (sent, 0)
    assert broker.dead_letters(lane) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_lane_says_how_much_waits_rests_and_is_dead(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    slow = Topology(lanes=QUICK.lanes, delays_ms=(600_000,))
    brokers = brokers_of(kind, request, tmp_path, slow)
    broker = brokers.open()
    try:
        broker.publish([publication() for _ in range(3)])
        subscription = listen(broker, prefetch=2)
        subscription.bury(come(subscription), "unknown_template", AT)
        subscription.retry(come(subscription), "store_unavailable", AT)
        subscription.close()
        end, depth = time.monotonic() + SOON_S, None
        while time.monotonic() < end and depth != (1, 1, 1):
            found = broker.depth(lane_of(broker, "forms"))
            depth = (found.waiting, found.resting, found.dead)
            time.sleep(0.02)
        assert depth == (1, 1, 1)
    finally:
        brokers.close()


def test_only_the_dead_letter_that_was_meant_is_touched(broker: Broker) -> None:
    first, second = bury_one(broker, "one"), bury_one(broker, "two")
    lane = lane_of(broker, "forms")
    broker.discard(lane, first)
    assert only_dead_letter(broker).id == second
    with pytest.raises(Permanent, match="no dead letter"):
        broker.revive(lane, first)


def test_a_message_that_kills_its_consumers_is_buried(broker: Broker) -> None:
    broker.publish([sent := publication()])
    for _ in range(broker.topology.delivery_limit + 1):
        subscription = listen(broker)
        assert come(subscription).id == sent.id
        subscription.close()
    subscription = listen(broker)
    assert subscription.next(SHORT_S) is None
    assert only_dead_letter(broker).failures.reason == "delivery_limit"


def test_a_bulk_mailing_stands_before_nobody_and_an_unknown_lane_is_the_usual_one(
    broker: Broker,
) -> None:
    type_ = "notification.requested"
    bulk = publication(type_, lane="bulk")
    usual, strange = publication(type_), publication(type_, lane="express")
    assert set(broker.publish([bulk, usual, strange])) == {Outcome.CONFIRMED}
    transactional = listen(broker, "notify")
    assert {come(transactional).id for _ in range(2)} == {usual.id, strange.id}
    assert come(listen(broker, "notify", "bulk")).id == bulk.id


def test_a_closed_broker_says_so(broker: Broker) -> None:
    assert broker.ready()
    broker.close()
    assert not broker.ready()
    with pytest.raises(TryLater) as caught:
        broker.publish([publication()])
    assert caught.value.code == "broker_unavailable"


def test_whoever_wants_to_know_is_told_that_it_takes_publications(broker: Broker) -> None:
    before, after = threading.Event(), threading.Event()
    broker.on_ready(before.set)
    broker.publish([publication()])
    assert before.wait(60)
    broker.on_ready(after.set)
    assert after.is_set()


def test_whoever_wants_to_know_is_told_when_the_file_of_the_embedded_queue_answers_again(
    tmp_path: Path,
) -> None:
    broker, told = EmbeddedBroker(tmp_path / "queue.sqlite", QUICK), threading.Event()
    with pytest.raises(TryLater), broker.store():
        raise sqlite3.OperationalError("disk I/O error")
    broker.on_ready(told.set)
    assert not told.is_set()
    broker.publish([publication()])
    assert told.is_set()
    broker.close()


def test_a_closed_subscription_wakes_who_waits_on_it(broker: Broker) -> None:
    subscription = listen(broker)
    threading.Timer(0.2, subscription.close).start()
    with pytest.raises(TryLater):
        subscription.next(SOON_S)


def only_dead_letter(broker: Broker) -> DeadLetter:
    end = time.monotonic() + SOON_S
    while time.monotonic() < end:
        found = broker.dead_letters(lane_of(broker, "forms"))
        if found:
            (letter,) = found
            return letter
        time.sleep(0.05)
    raise AssertionError("no dead letter")


def bury_one(broker: Broker, reason: str) -> str:
    subscription = listen(broker)
    broker.publish([sent := publication()])
    subscription.bury(come(subscription), reason, AT)
    subscription.close()
    return sent.id
