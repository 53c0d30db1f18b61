"""How much lies in the queues of a RabbitMQ: a passive declaration counts and changes nothing."""

from __future__ import annotations

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError

from shared.broker.interface import Depth
from shared.broker.rabbit_line import nodes_of
from shared.broker.topology import Lane, Topology
from shared.errors import TryLater


def depth_of(urls: str, topology: Topology, lane: Lane) -> Depth:
    """See Broker.depth. A delivery that a consumer has in hand is not counted by RabbitMQ."""
    try:
        connection = pika.BlockingConnection(nodes_of(urls))
        try:
            return _counted(connection.channel(), topology, lane)
        finally:
            if connection.is_open:
                connection.close()
    except (AMQPError, OSError) as error:
        raise TryLater("broker_unavailable", "the broker does not answer") from error


def _counted(channel: BlockingChannel, topology: Topology, lane: Lane) -> Depth:
    waiting = channel.queue_declare(lane.queue, passive=True).method
    return Depth(
        waiting=waiting.message_count,
        resting=sum(_count(channel, lane.waiting(delay)) for delay in topology.delays_ms),
        dead=_count(channel, lane.dead),
        consumers=waiting.consumer_count,
    )


def _count(channel: BlockingChannel, queue: str) -> int:
    return int(channel.queue_declare(queue, passive=True).method.message_count)
