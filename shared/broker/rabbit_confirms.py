"""Publishes on one channel and tells of each message what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from pika import BasicProperties
from pika.channel import Channel
from pika.spec import Basic

from shared.broker.interface import Outcome

Told = Callable[[Outcome], None]


class Confirms:
    """Confirm mode of one channel. Lives in the thread of its line.

    A message that no queue wants comes back (Basic.Return) before it is
    confirmed all the same; the two are matched by message id.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._sent = 0
        self._waiting: dict[int, tuple[str | None, Told]] = {}  # by delivery tag, ascending
        self._returned: Counter[str | None] = Counter()

    def start(self, then: Callable[[], None]) -> None:
        """Turn confirm mode on and call `then()` when it is."""
        self._channel.add_on_return_callback(self._came_back)
        self._channel.confirm_delivery(self._answered, callback=lambda _frame: then())

    def publish(
        self, exchange: str, key: str, body: bytes, properties: BasicProperties, told: Told
    ) -> None:
        """Publish mandatory; `told(outcome)` is called once, at once if the channel is gone."""
        if not self._channel.is_open:
            told(Outcome.UNKNOWN)
            return
        self._sent += 1
        self._waiting[self._sent] = (properties.message_id, told)
        self._channel.basic_publish(exchange, key, body, properties, mandatory=True)

    def abandon(self) -> None:
        """The channel is gone: nobody knows what became of the rest."""
        waiting, self._waiting = self._waiting, {}
        for _, told in waiting.values():
            told(Outcome.UNKNOWN)

    def _came_back(self, _channel: Channel, _method: Any, properties: Any, _body: bytes) -> None:
        self._returned[properties.message_id] += 1

    def _answered(self, frame: Any) -> None:
        method = frame.method
        outcome = Outcome.CONFIRMED if isinstance(method, Basic.Ack) else Outcome.REFUSED
        if not method.multiple:
            self._tell(method.delivery_tag, outcome)
            return
        for tag in [tag for tag in self._waiting if tag <= method.delivery_tag]:
            self._tell(tag, outcome)

    def _tell(self, tag: int, outcome: Outcome) -> None:
        message_id, told = self._waiting.pop(tag)
        if message_id in self._returned:
            self._returned -= Counter([message_id])  # at nought it is forgotten
            outcome = Outcome.UNROUTABLE
        told(outcome)
