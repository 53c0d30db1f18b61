"""Consuming from RabbitMQ: the network in the line's thread, the work in the consumer's."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from pika import BasicProperties
from pika.channel import Channel

from shared.broker.interface import Delivery, Failures, Outcome
from shared.broker.rabbit_confirms import Confirms
from shared.broker.rabbit_form import failures_of, identity, properties_with, traceparent_of
from shared.broker.rabbit_line import Line
from shared.broker.rabbit_topology import Declaration
from shared.broker.topology import Lane
from shared.errors import TryLater

AGAIN_S = 1.0  # before a message that could not be moved comes again, by another connection

log = logging.getLogger(__name__)


class RabbitSubscription:
    """One consumer of one lane, on a connection of its own: a blocked publisher never stops acks.

    A settled delivery of a lost connection is passed over: the broker delivers
    it again, and the consumer's inbox knows it.
    """

    def __init__(self, urls: str, declaration: Declaration, lane: Lane, prefetch: int) -> None:
        self._topology, self._lane, self._prefetch = declaration.topology, lane, prefetch
        self._changed = threading.Condition()
        self._at_hand: deque[Delivery] = deque()
        self._open = True
        # From here on for the line's thread alone:
        self._channel: Channel | None = None
        self._confirms: Confirms | None = None
        self._tag = 0  # ours: AMQP's begin again with every channel
        self._unsettled: dict[int, int] = {}
        self._moving = 0
        self._ending = False
        self._line = Line(urls, declaration, self, lane.queue)

    @property
    def is_open(self) -> bool:
        """Whether it has not been closed."""
        return self._open

    def next(self, timeout_s: float) -> Delivery | None:
        end = time.monotonic() + timeout_s
        with self._changed:
            while not self._at_hand:
                left = end - time.monotonic()
                if not self._open:
                    raise TryLater("broker_unavailable", "the subscription is closed")
                if left <= 0:
                    return None
                self._changed.wait(left)
            return self._at_hand.popleft()

    def ack(self, delivery: Delivery) -> None:
        self.ack_all([delivery])

    def ack_all(self, deliveries: Sequence[Delivery]) -> None:
        self._line.call(partial(self._ack_all, [one.tag for one in deliveries]))

    def retry(self, delivery: Delivery, reason: str, at: datetime) -> None:
        failures = delivery.failures.and_now(reason, at)
        delay_ms = self._topology.delay_after(failures.attempts)
        queue = self._lane.dead if delay_ms is None else self._lane.waiting(delay_ms)
        self._line.call(partial(self._move, delivery, queue, failures))

    def bury(self, delivery: Delivery, reason: str, at: datetime) -> None:
        failures = delivery.failures.and_now(reason, at)
        self._line.call(partial(self._move, delivery, self._lane.dead, failures))

    def close(self) -> None:
        with self._changed:
            if not self._open:
                return
            self._open = False
            self._at_hand.clear()
            self._changed.notify_all()
        self._line.call(self._end)
        if not self._line.join():
            log.warning("the connection of %s did not end in order", self._lane.queue)

    def line_opened(self, channel: Channel, confirms: Confirms) -> None:
        self._channel, self._confirms = channel, confirms
        channel.basic_qos(prefetch_count=self._prefetch)
        channel.basic_consume(self._lane.queue, self._arrived)

    def line_usable(self) -> None:
        """Deliveries come by themselves."""

    def line_lost(self) -> None:
        self._channel = self._confirms = None
        self._unsettled.clear()
        with self._changed:
            self._at_hand.clear()

    def _arrived(
        self, _channel: Channel, method: Any, properties: BasicProperties, body: bytes
    ) -> None:
        self._tag += 1
        self._unsettled[self._tag] = method.delivery_tag
        who = identity(method.routing_key, properties, body)
        how = (failures_of(properties), traceparent_of(properties))
        with self._changed:
            self._at_hand.append(Delivery(self._tag, *who, body, *how))
            self._changed.notify()

    def _ack_all(self, tags: Sequence[int]) -> None:
        for tag in tags:
            self._ack(tag)

    def _ack(self, tag: int) -> None:
        amqp_tag = self._unsettled.pop(tag, None)
        if amqp_tag is not None and self._channel is not None and self._channel.is_open:
            self._channel.basic_ack(amqp_tag)

    def _move(self, delivery: Delivery, queue: str, failures: Failures) -> None:
        """Publish to the other queue, and ack here only when that is confirmed."""
        if delivery.tag not in self._unsettled or self._confirms is None:
            return
        properties = properties_with(
            delivery.id, delivery.type, delivery.correlation_id, failures, delivery.traceparent
        )
        self._moving += 1
        told = partial(self._moved, delivery.tag, queue)
        self._confirms.publish(self._lane.exchange, queue, delivery.body, properties, told)

    def _moved(self, tag: int, queue: str, outcome: Outcome) -> None:
        self._moving -= 1
        if outcome is Outcome.CONFIRMED:
            self._ack(tag)
        elif outcome is not Outcome.UNKNOWN:
            log.error("%s could not be reached (%s): the message stays", queue, outcome.value)
            self._line.later(AGAIN_S, self._line.renew)
        self._end_when_settled()

    def _end(self) -> None:
        self._ending = True
        self._end_when_settled()

    def _end_when_settled(self) -> None:
        if self._ending and self._moving == 0:
            self._line.end()
