"""The relay: publishes what stands in an outbox, woken by each commit and by a broker come back.

Several relays of one PostgreSQL database share the rows (SKIP LOCKED). A
SQLite database has one relay, in the one process that uses it; it holds no
transaction while it waits for the broker, for that would stop every writer.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shared.broker import Broker, Outcome, Publication
from shared.clock import Clock
from shared.database import Database
from shared.errors import TryLater
from shared.outbox import (
    OUTBOX,
    Waiting,
    any_due,
    any_unanswered,
    mark,
    next_due,
    say_again,
)
from shared.traces import NO_TRACES, Span, Traces
from shared.traces.messages import publishing
from shared.traces.span import OUTCOME

BATCH = 1000
SWEEP_S = 15.0  # the net: what was written by another process, or what rested
FIRST_REST_S = 0.25
LONGEST_REST_S = 5.0
BREATH_S = 0.05  # many commits at once are one reason to look: a look costs two transactions
LOOK_UP_S = 0.5  # how long a stop may go unseen

log = logging.getLogger(__name__)


def no_fault(_point: str) -> None:
    """Nothing goes wrong here. Tests give a function that ends the process at a point."""


class Relay:
    """Publishes the outbox of one database."""

    def __init__(
        self,
        database: Database,
        broker: Broker,
        clock: Clock,
        *,
        sweep_s: float = SWEEP_S,
        first_rest_s: float = FIRST_REST_S,
        fault: Callable[[str], None] = no_fault,
        traces: Traces = NO_TRACES,
    ) -> None:
        self._database, self._broker, self._clock = database, broker, clock
        self._traces = traces
        self._sweep_s, self._first_rest_s, self._fault = sweep_s, first_rest_s, fault
        self._woken, self._broker_ready = threading.Event(), threading.Event()
        self._one = threading.Lock()
        self._look_again_at = datetime.min.replace(tzinfo=UTC)
        database.on_commit(self.wake, OUTBOX.name)
        broker.on_ready(self._broker_ready.set)

    def wake(self) -> None:
        """Something was said."""
        self._woken.set()

    def run(self, stop: threading.Event) -> None:
        """Publish whatever comes, until `stop`; broker or database may be away for any time."""
        rest_s = self._first_rest_s
        while not stop.is_set():
            self._woken.clear()
            self._broker_ready.clear()
            try:
                self.drain()
            except TryLater as error:
                log.warning("outbox waits %.2f s (%s)", rest_s, error.code)
                _sleep(stop, rest_s, self._broker_ready)
                rest_s = max(min(rest_s * 2, LONGEST_REST_S), self._first_rest_s)
            else:
                rest_s = self._first_rest_s
                stop.wait(BREATH_S)
                _sleep(stop, self._sweep_s, self._woken)

    def drain(self) -> int:
        """Publish all that is due now; gives how many were confirmed.

        Raises TryLater when the broker or the database is away, or the
        connection ended before it was known what had arrived.
        """
        self._say_again()
        total = 0
        while count := self._publish_batch():
            total += count
        return total

    def _say_again(self) -> None:
        """Looked for now and then: each wake-up of the many would be too often."""
        now = self._clock.now()
        if now < self._look_again_at:
            return
        with self._database.read() as session:
            late = any_unanswered(session, now)
        if late:
            with self._database.write() as session:
                count = say_again(session, now, BATCH)
            if count:  # others were published late, and still have their time
                log.warning("%d messages have no answer and are said again", count)
        self._look_again_at = now + timedelta(seconds=self._sweep_s)

    def _publish_batch(self) -> int:
        with self._one:
            with self._database.read() as session:
                if not any_due(session, self._clock.now()):
                    return 0
            outcomes = self._publish_held() if self._database.is_sqlite else self._publish_locked()
        if Outcome.UNKNOWN in outcomes:
            raise TryLater("broker_unavailable", "the broker went away before it confirmed")
        return outcomes.count(Outcome.CONFIRMED)

    def _publish_locked(self) -> list[Outcome]:
        with self._database.write() as session:
            rows = next_due(session, self._clock.now(), BATCH)
            outcomes = self._publish(rows)
            mark(session, rows, outcomes, self._clock.now())
        return outcomes

    def _publish_held(self) -> list[Outcome]:
        with self._database.read() as session:
            rows = next_due(session, self._clock.now(), BATCH)
        outcomes = self._publish(rows)
        with self._database.write() as session:
            mark(session, rows, outcomes, self._clock.now())
        return outcomes

    def _publish(self, rows: Sequence[Waiting]) -> list[Outcome]:
        if not rows:
            return []
        self._fault("before publish")
        spans = [publishing(self._traces, row.publication) for row in rows]
        outcomes = self._broker.publish(
            [_bearing(row.publication, span) for row, span in zip(rows, spans, strict=True)]
        )
        self._fault("before mark")
        for row, span, outcome in zip(rows, spans, outcomes, strict=True):
            span.note(OUTCOME, outcome.value)
            span.end()
            if outcome in (Outcome.UNROUTABLE, Outcome.REFUSED):
                log.error("%s %s: %s", row.publication.type, row.publication.id, outcome.value)
        return outcomes


def _bearing(publication: Publication, span: Span) -> Publication:
    """A message that names the span in which it is published, for its receiver to go on from."""
    traced = span.traceparent
    return replace(publication, traceparent=traced) if traced else publication


def _sleep(stop: threading.Event, seconds: float, woken: threading.Event) -> None:
    end = time.monotonic() + seconds
    while not stop.is_set() and (left := end - time.monotonic()) > 0:
        if woken.wait(min(left, LOOK_UP_S)):
            return
