"""The embedded broker: one SQLite file, the threads of one process, no polling.

Consumers sleep on a condition and are woken by what concerns them: a
publication, a message given back, the next delay running out. A second
process cannot open the same file (it could not wake the first); commands
beside a running server leave their messages in an outbox, which the server's
relay sweeps.
"""

from __future__ import annotations

import fcntl
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from shared.broker.embedded_store import Row, Store
from shared.broker.interface import DeadLetter, Delivery, Depth, Failures, Outcome, Publication
from shared.broker.topology import TOPOLOGY, Lane, Topology
from shared.errors import Permanent, TryLater


class EmbeddedBroker:
    """A durable queue in the file `path`. Raises Permanent("queue_in_use") if another has it."""

    def __init__(self, path: Path, topology: Topology = TOPOLOGY) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock_file = open(path.with_name(path.name + ".lock"), "wb")  # noqa: SIM115 – held open
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock_file.close()
            raise Permanent(
                "queue_in_use", f"Another Dojang server has the queue {path}: stop it first."
            ) from error
        self._store = Store(path)
        self.topology = topology
        self.changed = threading.Condition()
        self._to_tell: list[Callable[[], None]] = []
        self._answers = True
        self._closed = False

    def publish(self, publications: Sequence[Publication]) -> list[Outcome]:
        routed = [(p, self.topology.route(p.type, p.lane)) for p in publications]
        with self.store() as store:
            store.add([(lane.queue, p) for p, lanes in routed for lane in lanes])
            self.changed.notify_all()
        return [Outcome.CONFIRMED if lanes else Outcome.UNROUTABLE for _, lanes in routed]

    def subscribe(self, lane: Lane, prefetch: int) -> EmbeddedSubscription:
        return EmbeddedSubscription(self, lane, prefetch)

    def dead_letters(self, lane: Lane) -> list[DeadLetter]:
        with self.store() as store:
            found = store.all_in(lane.dead)
        return [DeadLetter(row.id, row.type, row.correlation_id, row.failures) for row in found]

    def dead_letter_body(self, lane: Lane, message_id: str) -> bytes:
        with self.store() as store:
            return _dead(store, lane, message_id).body

    def revive(self, lane: Lane, message_id: str) -> None:
        with self.store() as store:
            store.move(_dead(store, lane, message_id).tag, lane.queue, 0, Failures())
            self.changed.notify_all()

    def discard(self, lane: Lane, message_id: str) -> None:
        with self.store() as store:
            store.remove(_dead(store, lane, message_id).tag)

    def depth(self, lane: Lane) -> Depth:
        with self.store() as store:
            return store.depth(lane)

    def ready(self) -> bool:
        try:
            with self.store() as store:
                store.try_to_write()
        except (TryLater, sqlite3.Error):
            return False
        return True

    def on_ready(self, tell: Callable[[], None]) -> None:
        with self.changed:
            self._to_tell.append(tell)
            ready = self._answers and not self._closed
        if ready:
            tell()

    def close(self) -> None:
        with self.changed:
            if self._closed:
                return
            self._closed = True
            self._store.close()
            self._lock_file.close()
            self.changed.notify_all()

    @property
    def closed(self) -> bool:
        """Whether it has been closed; to be asked under `changed`."""
        return self._closed

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The file, for one thread at a time. Raises TryLater("broker_unavailable")."""
        with self.changed:
            if self._closed:
                raise TryLater("broker_unavailable", "the queue is closed")
            try:
                yield self._store
            except sqlite3.OperationalError as error:
                self._answers = False
                raise TryLater("broker_unavailable", "the queue's file does not answer") from error
            if not self._answers:
                self._answers = True
                for tell in self._to_tell:
                    tell()


class EmbeddedSubscription:
    """One consumer of one lane of an embedded broker."""

    def __init__(self, broker: EmbeddedBroker, lane: Lane, prefetch: int) -> None:
        self._broker, self._lane, self._prefetch = broker, lane, prefetch
        self._at_hand: deque[Row] = deque()
        self._unsettled: set[int] = set()
        self._open = True

    def next(self, timeout_s: float) -> Delivery | None:
        end = time.monotonic() + timeout_s
        with self._broker.changed:
            while True:
                if not self._open:
                    raise TryLater("broker_unavailable", "the subscription is closed")
                row = self._take()
                if row is not None:
                    return _delivery(row)
                left = end - time.monotonic()
                if left <= 0:
                    return None
                self._broker.changed.wait(min(left, self._until_due()))

    def ack(self, delivery: Delivery) -> None:
        self.ack_all([delivery])

    def ack_all(self, deliveries: Sequence[Delivery]) -> None:
        with self._broker.store() as store:
            tags = [one.tag for one in deliveries if one.tag in self._unsettled]
            store.remove(*tags)
            self._unsettled.difference_update(tags)

    def retry(self, delivery: Delivery, reason: str, at: datetime) -> None:
        failures = delivery.failures.and_now(reason, at)
        delay = self._broker.topology.delay_after(failures.attempts)
        queue = self._lane.dead if delay is None else self._lane.queue
        self._move(delivery, queue, _now_ms() + (delay or 0), failures)

    def bury(self, delivery: Delivery, reason: str, at: datetime) -> None:
        self._move(delivery, self._lane.dead, 0, delivery.failures.and_now(reason, at))

    def close(self) -> None:
        with self._broker.changed:
            self._open = False
            if self._unsettled and not self._broker.closed:
                with self._broker.store() as store:
                    store.give_back(sorted(self._unsettled))
            self._unsettled.clear()
            self._at_hand.clear()
            self._broker.changed.notify_all()

    def _take(self) -> Row | None:
        while True:
            if not self._at_hand:
                self._fetch()
            if not self._at_hand:
                return None
            row = self._at_hand.popleft()
            if row.deliveries <= self._broker.topology.delivery_limit:
                return row
            self._bury_killer(row)

    def _fetch(self) -> None:
        room = self._prefetch - len(self._unsettled)
        if room <= 0:
            return
        with self._broker.store() as store:
            rows = store.take(self._lane.queue, _now_ms(), room)
        self._at_hand.extend(rows)
        self._unsettled.update(row.tag for row in rows)

    def _bury_killer(self, row: Row) -> None:
        failures = row.failures.and_now("delivery_limit", datetime.now(UTC))
        with self._broker.store() as store:
            store.move(row.tag, self._lane.dead, 0, failures)
        self._unsettled.discard(row.tag)

    def _move(self, delivery: Delivery, queue: str, due_ms: int, failures: Failures) -> None:
        with self._broker.store() as store:
            if delivery.tag in self._unsettled:
                store.move(delivery.tag, queue, due_ms, failures)
                self._unsettled.discard(delivery.tag)
                self._broker.changed.notify_all()

    def _until_due(self) -> float:
        with self._broker.store() as store:
            due_ms = store.next_due_ms(self._lane.queue)
        if due_ms is None or len(self._unsettled) >= self._prefetch:
            return threading.TIMEOUT_MAX
        return max(due_ms - _now_ms(), 1) / 1000


def _delivery(row: Row) -> Delivery:
    who = (row.tag, row.id, row.type, row.correlation_id)
    return Delivery(*who, row.body, row.failures, row.traceparent)


def _dead(store: Store, lane: Lane, message_id: str) -> Row:
    row = store.find(lane.dead, message_id)
    if row is None:
        raise Permanent("no_dead_letter", f"no dead letter {message_id} in {lane.dead}")
    return row


def _now_ms() -> int:
    """The machine's time: delays run on it in RabbitMQ too, whatever DOJANG_CLOCK says."""
    return time.time_ns() // 1_000_000
