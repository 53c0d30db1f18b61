"""Publishing to RabbitMQ: whole batches, many in flight, each with its outcome."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from pika.channel import Channel

from shared.broker.interface import Outcome, Publication
from shared.broker.rabbit_confirms import Confirms
from shared.broker.rabbit_form import properties_of
from shared.broker.rabbit_line import BLOCKED_TIMEOUT_S, Line
from shared.broker.rabbit_topology import Declaration
from shared.broker.topology import EXCHANGE
from shared.errors import TryLater

IN_FLIGHT = 1000  # one by one 985/s, 100 to 1000 in flight about 20 000/s
CONNECTING_S = 2.0
CONFIRMING_S = BLOCKED_TIMEOUT_S + 30.0  # by then the connection has been given up


class Publisher:
    """The publishing line of a broker; any thread may publish. `ready()` is called in the line's
    thread whenever it takes publications (again)."""

    def __init__(self, urls: str, declaration: Declaration, ready: Callable[[], None]) -> None:
        self._confirms: Confirms | None = None
        self._ready = ready
        self._line = Line(urls, declaration, self, "publisher")

    def publish(self, publications: Sequence[Publication]) -> list[Outcome]:
        """See Broker.publish."""
        if not publications:
            return []
        if not self._line.usable.wait(CONNECTING_S):
            raise TryLater("broker_unavailable", "no connection to the broker")
        batch = _Batch(publications)
        self._line.call(lambda: self._begin(batch))
        batch.over.wait(CONFIRMING_S)
        if Outcome.REFUSED in batch.outcomes:
            self._line.call(self._line.renew)
        return list(batch.outcomes)

    def usable(self, within_s: float) -> bool:
        """Whether there is a connection that takes publications."""
        return self._line.usable.wait(within_s)

    def close(self) -> None:
        """End the line."""
        self._line.close()

    def line_opened(self, channel: Channel, confirms: Confirms) -> None:
        self._confirms = confirms

    def line_usable(self) -> None:
        self._ready()

    def line_lost(self) -> None:
        self._confirms = None

    def _begin(self, batch: _Batch) -> None:
        if self._confirms is None:
            batch.abandon()
        else:
            batch.fill(self._confirms)


class _Batch:
    """Publications on their way. All but `over` and `outcomes` is for the line's thread."""

    def __init__(self, publications: Sequence[Publication]) -> None:
        self._publications = publications
        self._sent = self._answered = 0
        self._confirms: Confirms | None = None
        self.outcomes = [Outcome.UNKNOWN] * len(publications)
        self.over = threading.Event()

    def fill(self, confirms: Confirms) -> None:
        """Send until IN_FLIGHT are unanswered."""
        self._confirms = confirms
        while self._sent < len(self._publications) and self._sent - self._answered < IN_FLIGHT:
            self._send(confirms, self._sent)

    def abandon(self) -> None:
        """There is no connection any more."""
        self._confirms = None
        self.over.set()

    def _send(self, confirms: Confirms, index: int) -> None:
        publication = self._publications[index]
        self._sent += 1
        confirms.publish(
            EXCHANGE, publication.type, publication.body, properties_of(publication),
            lambda outcome: self._told(index, outcome),
        )  # fmt: skip

    def _told(self, index: int, outcome: Outcome) -> None:
        self.outcomes[index] = outcome
        self._answered += 1
        if outcome is Outcome.UNKNOWN:
            self.abandon()
        elif self._answered == len(self._publications):
            self.over.set()
        elif self._confirms is not None:
            self.fill(self._confirms)
