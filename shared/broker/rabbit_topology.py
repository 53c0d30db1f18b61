"""Declares the topology on RabbitMQ; whoever connects does, and the second time changes nothing.

A department declares its own queues alone, since its user may have no rights to
others (`rights`). What it publishes before another department ever connected is
unroutable, and its outbox tries again. The exchange that all share is looked
for, and made by who does not find it.

Queues are quorum queues (durable, replicated where there are more nodes).
Delays and the delivery limit dead-letter *at least once*, which quorum queues
only do with `overflow: reject-publish`; the default loses messages when the
broker dies between the two queues.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pika.channel import Channel
from pika.exceptions import ChannelClosedByBroker

from shared.broker.topology import EXCHANGE, NO_LIMIT, TOPOLOGY, Lane, Topology
from shared.messages import TRANSACTIONAL

QUORUM = {"x-queue-type": "quorum"}
NOT_FOUND = 404  # AMQP
AT_LEAST_ONCE = {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}


class Declaration:
    """What a broker object declares on each channel: the queues of `services`, or of all."""

    def __init__(
        self, topology: Topology = TOPOLOGY, services: Collection[str] | None = None
    ) -> None:
        self.topology = topology
        every = dict.fromkeys(lane.service for lane in topology.lanes)
        self._services = [one for one in every if services is None or one in services]
        self._makes_exchange = services is None

    def on(self, channel: Channel) -> None:
        """Declare exchanges, queues and bindings, without waiting for answers.

        The broker works in order: whatever is asked on this channel afterwards is
        answered when all of it is there. A queue that exists with other arguments
        closes the channel (406).
        """
        channel.exchange_declare(EXCHANGE, "topic", durable=True, passive=not self._makes_exchange)
        for service in self._services:
            _declare_service(channel, service, self.topology)

    def refused(self, reason: Exception) -> None:
        """The channel was closed: if the shared exchange was not found, make it the next time."""
        if isinstance(reason, ChannelClosedByBroker) and reason.reply_code == NOT_FOUND:
            self._makes_exchange = True


def _declare_service(channel: Channel, service: str, topology: Topology) -> None:
    lanes = topology.lanes_of(service)
    channel.exchange_declare(lanes[0].exchange, "direct", durable=True)
    for lane in lanes:
        _declare_queues(channel, lane, topology)
    if topology.is_sorted(service):
        _bind_sorted(channel, service, lanes)
    else:
        _bind_plain(channel, lanes[0])


def _declare_queues(channel: Channel, lane: Lane, topology: Topology) -> None:
    killers = {"x-delivery-limit": topology.delivery_limit, **_moving_to(lane, lane.dead)}
    _queue(channel, lane, lane.dead, {"x-delivery-limit": NO_LIMIT})
    _queue(channel, lane, lane.queue, killers)
    for delay_ms in topology.delays_ms:
        waiting = {"x-message-ttl": delay_ms, **_moving_to(lane, lane.queue)}
        _queue(channel, lane, lane.waiting(delay_ms), waiting)


def _moving_to(lane: Lane, queue: str) -> dict[str, Any]:
    moving = {"x-dead-letter-exchange": lane.exchange, "x-dead-letter-routing-key": queue}
    return moving | AT_LEAST_ONCE


def _queue(channel: Channel, lane: Lane, name: str, arguments: dict[str, Any]) -> None:
    channel.queue_declare(name, durable=True, arguments=QUORUM | arguments)
    channel.queue_bind(name, lane.exchange, name)


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
