"""A line to RabbitMQ: one connection and channel in a thread of their own, back by themselves.

The thread does nothing but the network, so that heartbeats are sent however
long a handler works, and all that touches the channel is called in it
(`call`). After a loss it asks the next node at once and, when all were asked,
again with growing delay, for as long as it takes; each time it declares the
topology first.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import pika
from pika.adapters.select_connection import IOLoop
from pika.channel import Channel
from pika.exceptions import AMQPError

from shared.broker.rabbit_confirms import Confirms
from shared.broker.rabbit_topology import Declaration

HEARTBEAT_S = 30
BLOCKED_TIMEOUT_S = 60  # an alarm on the broker: give up the connection rather than hang
FIRST_DELAY_S = 0.25
LONGEST_DELAY_S = 5.0
CLOSING_S = 15.0

log = logging.getLogger(__name__)
# pika tells of every failed attempt with tracebacks at ERROR, every few seconds while a broker is
# away; a line says the same in one sentence.
logging.getLogger("pika").setLevel(logging.CRITICAL)


class Owner(Protocol):
    """Who uses a line. All are called in the line's thread."""

    def line_opened(self, channel: Channel, confirms: Confirms) -> None:
        """A new channel in confirm mode, everything declared."""
        ...

    def line_usable(self) -> None:
        """It takes publications: it was opened, or an alarm of the broker is over."""
        ...

    def line_lost(self) -> None:
        """The channel is gone; nothing of it can be settled any more."""
        ...


def nodes_of(urls: str) -> list[pika.URLParameters]:
    """How to connect to each node of `urls` (a space between), in an order that is drawn: so the
    connections of many processes spread over a cluster."""
    nodes = [_parameters_of(url) for url in urls.split()]
    random.shuffle(nodes)
    return nodes


def _parameters_of(url: str) -> pika.URLParameters:
    """Connection parameters that neither hang on a blocked broker nor keep a dead one."""
    parameters = pika.URLParameters(url)
    if "heartbeat=" not in url:
        parameters.heartbeat = HEARTBEAT_S
    parameters.blocked_connection_timeout = BLOCKED_TIMEOUT_S
    parameters.socket_timeout = parameters.stack_timeout = CLOSING_S
    return parameters


class Line:
    """The connection of one owner."""

    def __init__(self, urls: str, declaration: Declaration, owner: Owner, name: str) -> None:
        self._nodes, self._declaration, self._owner = nodes_of(urls), declaration, owner
        self._turn = 0  # whose turn it is among the nodes
        self._loop = IOLoop()
        self._connection: pika.SelectConnection | None = None
        self._confirms: Confirms | None = None
        self._delay_s = FIRST_DELAY_S
        self._ending = self._ended = False
        self._lock = threading.Lock()  # of _ended
        self.usable = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"rabbit-{name}", daemon=True)
        self._thread.start()

    def call(self, do: Callable[[], None]) -> None:
        """Have `do()` called in the line's thread, after what was asked before.

        When the line has ended nothing happens: the broker delivers again what
        was not settled, and a relay publishes again what was not confirmed.
        """
        with self._lock:
            if not self._ended:
                self._loop.add_callback_threadsafe(partial(self._guarded, do))

    def later(self, seconds: float, do: Callable[[], None]) -> None:
        """Have `do()` called in the line's thread after a while; only from that thread."""
        self._loop.call_later(seconds, do)

    def close(self) -> None:
        """End the connection in order: what was written before still arrives."""
        if self._thread.is_alive():
            self.call(self.end)
            self._thread.join(CLOSING_S)

    def end(self) -> None:
        """As `close`, from the line's own thread, without waiting."""
        self._ending = True
        if self._connection is None or self._connection.is_closed:
            self._loop.stop()
        elif self._connection.is_open:
            self._connection.close()

    def renew(self) -> None:
        """Give the connection up for another; only from the line's own thread.

        Who said no once may go on to say it on this channel: RabbitMQ 3.10 does to a channel that
        first spoke to a queue when its leader had just died, for as long as that node is away.
        """
        if self._connection is not None and self._connection.is_open:
            log.warning("the broker said no: another connection")
            self._connection.close()

    def join(self) -> bool:
        """Wait until the line has ended; False if it does not."""
        self._thread.join(CLOSING_S)
        return not self._thread.is_alive()

    def _run(self) -> None:
        self.call(self._connect)
        self._loop.start()
        with self._lock:
            self._ended = True
            self._loop.close()

    def _guarded(self, do: Callable[[], None]) -> None:
        """An error here must not end the thread: give up the connection and begin anew."""
        try:
            do()
        except AMQPError as error:
            log.error("the line to the broker failed (%s)", type(error).__name__)  # noqa: TRY400 – a reset connection, not a fault of ours
            self._lose_channel()
            if self._connection is not None and self._connection.is_open:
                self._connection.close()

    def _connect(self) -> None:
        if self._ending:
            self._loop.stop()
            return
        self._connection = pika.SelectConnection(
            self._nodes[self._turn % len(self._nodes)],
            on_open_callback=self._connected,
            on_open_error_callback=self._lost,
            on_close_callback=self._lost,
            custom_ioloop=self._loop,
        )

    def _connected(self, connection: pika.SelectConnection) -> None:
        if self._ending:
            connection.close()
            return
        connection.add_on_connection_blocked_callback(lambda *_: self._block(True))
        connection.add_on_connection_unblocked_callback(lambda *_: self._block(False))
        connection.channel(on_open_callback=self._prepare)

    def _prepare(self, channel: Channel) -> None:
        channel.add_on_close_callback(self._channel_closed)
        channel.add_on_cancel_callback(lambda _frame: channel.close())  # our queue was deleted
        self._declaration.on(channel)
        self._confirms = confirms = Confirms(channel)
        confirms.start(lambda: self._prepared(channel, confirms))

    def _prepared(self, channel: Channel, confirms: Confirms) -> None:
        self._delay_s = FIRST_DELAY_S
        self._owner.line_opened(channel, confirms)
        self._block(False)

    def _block(self, blocked: bool) -> None:
        if blocked:
            log.warning("the broker blocks publishers (an alarm of memory or disk)")
            self.usable.clear()
        else:
            self.usable.set()
            self._owner.line_usable()

    def _channel_closed(self, channel: Channel, reason: Exception) -> None:
        self._lose_channel()
        self._declaration.refused(reason)
        if not self._ending:
            log.warning("a channel to the broker closed: %s", reason)
        if channel.connection.is_open:
            channel.connection.close()

    def _lost(self, _connection: Any, reason: object) -> None:
        self._lose_channel()
        if self._ending:
            self._loop.stop()
            return
        self._turn += 1
        if self._turn % len(self._nodes):
            log.warning("no broker (%s), the next node", type(reason).__name__)
            self._loop.call_later(0, self._connect)
            return
        log.warning("no broker (%s), again in %.2f s", type(reason).__name__, self._delay_s)
        self._loop.call_later(self._delay_s, self._connect)
        self._delay_s = min(self._delay_s * 2, LONGEST_DELAY_S)

    def _lose_channel(self) -> None:
        self.usable.clear()
        confirms, self._confirms = self._confirms, None
        if confirms is not None:
            confirms.abandon()
        self._owner.line_lost()
