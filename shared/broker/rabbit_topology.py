"""Declares the topology on RabbitMQ; whoever connects does, and the second time changes nothing.

Queues are quorum queues (durable, replicated where there are more nodes).
Delays and the delivery limit dead-letter *at least once*, which quorum queues
only do with `overflow: reject-publish`; the default loses messages when the
broker dies between the two queues.
"""

from __future__ import annotations

from typing import Any

from pika.channel import Channel

from shared.broker.topology import EXCHANGE, NO_LIMIT, Lane, Topology
from shared.messages import TRANSACTIONAL

QUORUM = {"x-queue-type": "quorum"}
AT_LEAST_ONCE = {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}


def declare(channel: Channel, topology: Topology) -> None:
    """Declare exchanges, queues and bindings, without waiting for answers.

    The broker works in order: whatever is asked on this channel afterwards is
    answered when all of it is there. A queue that exists with other arguments
    closes the channel (406).
    """
    channel.exchange_declare(EXCHANGE, "topic", durable=True)
    for lane in topology.lanes:
        _declare_queues(channel, lane, topology)
    for service in dict.fromkeys(lane.service for lane in topology.lanes):
        if topology.is_sorted(service):
            _bind_sorted(channel, service, topology.lanes_of(service))
        else:
            _bind_plain(channel, topology.lanes_of(service)[0])


def _declare_queues(channel: Channel, lane: Lane, topology: Topology) -> None:
    killers = {"x-delivery-limit": topology.delivery_limit, **_moving_to(lane.dead)}
    _queue(channel, lane.dead, {"x-delivery-limit": NO_LIMIT})
    _queue(channel, lane.queue, killers)
    for delay_ms in topology.delays_ms:
        _queue(
            channel, lane.waiting(delay_ms), {"x-message-ttl": delay_ms, **_moving_to(lane.queue)}
        )


def _moving_to(queue: str) -> dict[str, Any]:
    return {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": queue, **AT_LEAST_ONCE}


def _queue(channel: Channel, name: str, arguments: dict[str, Any]) -> None:
    channel.queue_declare(name, durable=True, arguments=QUORUM | arguments)


def _bind_plain(channel: Channel, lane: Lane) -> None:
    for message_type in lane.types:
        channel.queue_bind(lane.queue, EXCHANGE, message_type)


def _bind_sorted(channel: Channel, service: str, lanes: tuple[Lane, ...]) -> None:
    """Types go to a headers exchange, which sorts by lane, and else to the usual lane."""
    sorting, usual = f"dojang.{service}.lanes", f"dojang.{service}.usual"
    channel.exchange_declare(usual, "fanout", durable=True)
    channel.exchange_declare(
        sorting, "headers", durable=True, arguments={"alternate-exchange": usual}
    )
    for lane in lanes:
        channel.queue_bind(lane.queue, sorting, "", {"x-match": "all", "lane": lane.name})
        if lane.name == TRANSACTIONAL:
            channel.queue_bind(lane.queue, usual)
    for message_type in dict.fromkeys(t for lane in lanes for t in lane.types):
        channel.exchange_bind(sorting, EXCHANGE, message_type)
        _unbind_plain(channel, lanes, message_type)


def _unbind_plain(channel: Channel, lanes: tuple[Lane, ...], message_type: str) -> None:
    """A service that had one lane once was bound directly: it would get everything twice.

    To unbind what is not bound is no error (RabbitMQ, "AMQP 0-9-1 Errata").
    """
    for lane in lanes:
        if lane.name == TRANSACTIONAL:
            channel.queue_unbind(lane.queue, EXCHANGE, message_type)
