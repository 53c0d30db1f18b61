"""What only a real RabbitMQ can show: the whole topology, programs outside, slow work."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from shared.broker import Outcome, RabbitBroker, Topology
from shared.broker.topology import DELAYS_MS, EXCHANGE, LANES
from shared.errors import TryLater
from shared.messages import TRANSACTIONAL
from tests.parts.brokers import QUICK, connected, publication
from tests.parts.ports import free_port, wait_until
from tests.parts.rabbitmq import RabbitServer

SOON_S = 60.0
AT = datetime(2022, 8, 30, 9, tzinfo=UTC)


@pytest.fixture
def url(rabbitmq: RabbitServer) -> str:
    return rabbitmq.url()


@pytest.fixture
def outside(url: str) -> Iterator[BlockingChannel]:
    """A program that is not ours and knows the contract."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        yield channel


def test_everybody_declares_the_whole_topology_and_the_second_time_changes_nothing(
    url: str, outside: BlockingChannel
) -> None:
    brokers = [RabbitBroker(url) for _ in range(3)]
    ready = [threading.Thread(target=broker.ready) for broker in brokers]
    for thread in ready:
        thread.start()
    for thread in ready:
        thread.join()
    for broker in brokers:
        wait_until(broker.ready, seconds=20, what="the broker")
    for lane in LANES:
        for queue in (lane.queue, lane.dead, *(lane.waiting(delay) for delay in DELAYS_MS)):
            outside.queue_declare(queue, passive=True)
    for broker in brokers:
        broker.close()


def test_other_delays_are_other_queues_so_that_a_setting_can_change(url: str) -> None:
    before = connected(url, QUICK)
    after = connected(url, Topology(QUICK.lanes, (250,), QUICK.delivery_limit))
    assert before.ready()
    assert after.ready()
    before.close()
    after.close()


def test_a_program_outside_hears_and_speaks_by_the_type_alone(
    url: str, outside: BlockingChannel
) -> None:
    broker = connected(url, QUICK)
    assert broker.ready()
    outside.queue_declare("listener", exclusive=True)
    outside.queue_bind("listener", EXCHANGE, "document.*")
    sent = publication()
    assert broker.publish([sent]) == [Outcome.CONFIRMED]
    method, properties, body = next(outside.consume("listener", inactivity_timeout=SOON_S))
    assert method is not None
    assert properties is not None
    assert (method.routing_key, properties.message_id, body) == (sent.type, sent.id, sent.body)
    assert properties.delivery_mode == 2
    outside.cancel()
    outside.basic_publish(EXCHANGE, "notification.requested", b"{}", mandatory=True)
    got = broker.subscribe(QUICK.lane("notify", TRANSACTIONAL), 1).next(SOON_S)
    assert got is not None
    assert (got.type, got.body) == ("notification.requested", b"{}")
    broker.close()


def test_work_that_takes_longer_than_the_heartbeat_keeps_its_connection(url: str) -> None:
    broker = connected(f"{url}?heartbeat=1", QUICK)
    broker.publish([publication()])
    subscription = broker.subscribe(QUICK.lane("forms"), 1)
    delivery = subscription.next(SOON_S)
    assert delivery is not None
    time.sleep(4)  # the handler; RabbitMQ gives up after two missed heartbeats
    subscription.ack(delivery)
    assert subscription.next(0.3) is None, "it was delivered again: the connection was lost"
    broker.close()
    again = connected(url, QUICK)
    assert again.subscribe(QUICK.lane("forms"), 1).next(0.5) is None
    again.close()


def test_where_nobody_listens_it_says_so_and_keeps_trying() -> None:
    broker = RabbitBroker(f"amqp://guest:guest@127.0.0.1:{free_port()}/", QUICK)
    assert not broker.ready()
    with pytest.raises(TryLater) as caught:
        broker.publish([publication()])
    assert caught.value.code == "broker_unavailable"
    with pytest.raises(TryLater):
        broker.dead_letters(QUICK.lane("forms"))
    broker.close()


def test_of_several_addresses_any_that_answers_will_do(url: str) -> None:
    nobody = [f"amqp://127.0.0.1:{free_port()}" for _ in range(2)]
    broker = connected(f"{nobody[0]} {url} {nobody[1]}", QUICK)
    lane = broker.topology.lane("forms")
    assert broker.publish([publication()]) == [Outcome.CONFIRMED]
    assert broker.depth(lane).waiting == 1
    assert broker.dead_letters(lane) == []
    broker.close()


def test_two_who_look_at_the_dead_letters_at_once_both_see_them_all(url: str) -> None:
    broker = connected(url, QUICK)
    lane = QUICK.lane("forms")
    broker.publish([publication() for _ in range(30)])
    subscription = broker.subscribe(lane, 30)
    for _ in range(30):
        delivery = subscription.next(SOON_S)
        assert delivery is not None
        subscription.bury(delivery, "missing_glyph", AT)
    subscription.close()
    seen: list[int] = []
    looking = [
        threading.Thread(target=lambda: seen.append(len(broker.dead_letters(lane))))
        for _ in range(4)
    ]
    for thread in looking:
        thread.start()
    for thread in looking:
        thread.join()
    assert seen == [30] * 4
    broker.close()


def test_a_deleted_queue_is_made_again_and_its_consumer_listens_again(
    url: str, outside: BlockingChannel
) -> None:
    broker = connected(url, QUICK)
    subscription = broker.subscribe(QUICK.lane("forms"), 1)
    assert broker.ready()
    assert subscription.next(0.5) is None
    outside.queue_delete("forms.transactional")
    time.sleep(1.0)
    sent = publication()
    assert broker.publish([sent]) == [Outcome.CONFIRMED]
    got = subscription.next(SOON_S)
    assert got is not None
    assert got.id == sent.id
    broker.close()
