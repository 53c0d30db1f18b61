"""Looking at the dead letters that lie in RabbitMQ, and resolving one.

AMQP can only look by taking, so all are taken, looked at and given back. Two
who look at once would each see half: an exclusive queue, which the broker
itself removes with its connection, is the key to the room.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError, ChannelClosedByBroker, NackError, UnroutableError

from shared.broker.interface import DEAD_LETTERS_SHOWN, DeadLetter, Failures
from shared.broker.rabbit_form import failures_of, identity, properties_with, traceparent_of
from shared.broker.rabbit_line import nodes_of
from shared.broker.topology import Lane
from shared.errors import Permanent, TryLater

WAITING_S = 10.0
LOCKED = 405  # AMQP: RESOURCE_LOCKED


@dataclass(frozen=True)
class Found:
    """A dead letter in our hands, and the tag to give it back by."""

    tag: int
    letter: DeadLetter
    body: bytes
    traceparent: str


class DeadRoom:
    """The dead-letter queues of a RabbitMQ."""

    def __init__(self, urls: str) -> None:
        self._urls = urls

    def letters(self, lane: Lane) -> list[DeadLetter]:
        """See Broker.dead_letters. One that was buried twice is shown once."""
        with self._looking(lane) as (_, found):
            return list({one.letter.id: one.letter for one in found}.values())

    def body(self, lane: Lane, message_id: str) -> bytes:
        """See Broker.dead_letter_body."""
        with self._looking(lane) as (_, found):
            return _of_id(found, message_id)[0].body

    def revive(self, lane: Lane, message_id: str) -> None:
        """See Broker.revive: published to its lane first, removed when that is confirmed."""
        with self._looking(lane) as (channel, found):
            copies = _of_id(found, message_id)
            letter = copies[0].letter
            who = (letter.id, letter.type, letter.correlation_id)
            properties = properties_with(*who, Failures(), copies[0].traceparent)
            try:
                channel.basic_publish(
                    lane.exchange, lane.queue, copies[0].body, properties, mandatory=True
                )
            except (NackError, UnroutableError) as error:
                raise TryLater("broker_unavailable", f"{lane.queue} takes nothing") from error
            _remove(channel, copies)

    def discard(self, lane: Lane, message_id: str) -> None:
        """See Broker.discard."""
        with self._looking(lane) as (channel, found):
            _remove(channel, _of_id(found, message_id))

    @contextmanager
    def _looking(self, lane: Lane) -> Iterator[tuple[BlockingChannel, list[Found]]]:
        try:
            connection = pika.BlockingConnection(nodes_of(self._urls))
            try:
                channel = self._enter(connection, lane)
                yield channel, _take_all(channel, lane.dead)
                channel.basic_nack(0, multiple=True, requeue=True)  # what is left goes back
            finally:
                if connection.is_open:
                    connection.close()
        except (AMQPError, OSError) as error:
            raise TryLater("broker_unavailable", "the broker does not answer") from error

    def _enter(self, connection: pika.BlockingConnection, lane: Lane) -> BlockingChannel:
        end = time.monotonic() + WAITING_S
        while True:
            channel = connection.channel()
            try:
                channel.queue_declare(f"{lane.dead}.looking", exclusive=True)
            except ChannelClosedByBroker as error:
                if error.reply_code != LOCKED or time.monotonic() > end:
                    raise
                time.sleep(0.05)
            else:
                channel.confirm_delivery()
                return channel


def _take_all(channel: BlockingChannel, queue: str) -> list[Found]:
    found: list[Found] = []
    while len(found) < DEAD_LETTERS_SHOWN:
        method, properties, body = channel.basic_get(queue)
        if method is None:
            break
        found.append(_found(method, properties, body))
    return found


def _found(method: Any, properties: Any, body: Any) -> Found:
    who = identity(method.routing_key, properties, body)
    letter = DeadLetter(*who, failures_of(properties))
    return Found(method.delivery_tag, letter, body, traceparent_of(properties))


def _of_id(found: list[Found], message_id: str) -> list[Found]:
    copies = [one for one in found if one.letter.id == message_id]
    if not copies:
        raise Permanent("no_dead_letter", f"no dead letter {message_id}")
    return copies


def _remove(channel: BlockingChannel, copies: list[Found]) -> None:
    for one in copies:
        channel.basic_ack(one.tag)
