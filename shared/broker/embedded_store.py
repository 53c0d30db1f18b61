"""The table of the embedded queue, in one SQLite file, and the statements upon it.

Nothing here waits, locks or knows threads: `embedded` calls it under its lock.
Every change is one transaction, on disk when the call returns (WAL,
synchronous=FULL). `secure_delete` overwrites what was acked, since messages
hold personal facts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared.broker.interface import DEAD_LETTERS_SHOWN, Depth, Failures, Publication
from shared.broker.topology import Lane

SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
  tag INTEGER PRIMARY KEY AUTOINCREMENT,
  queue TEXT NOT NULL,
  id TEXT NOT NULL,
  type TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  body BLOB NOT NULL,
  due_ms INTEGER NOT NULL DEFAULT 0,
  taken INTEGER NOT NULL DEFAULT 0,
  deliveries INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  first_failed_at TEXT,
  last_failed_at TEXT,
  traceparent TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS message_next ON message (queue, taken, due_ms, tag);
"""
ADDED = {"traceparent": "TEXT NOT NULL DEFAULT ''"}  # what a file of an earlier version has not
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "secure_delete=ON")
COLUMNS = "tag, id, type, correlation_id, body, deliveries, attempts, reason, first_failed_at, last_failed_at, traceparent"  # noqa: E501 – one list of names


@dataclass(frozen=True)
class Row:
    """A message in the file."""

    tag: int
    id: str
    type: str
    correlation_id: str
    body: bytes
    deliveries: int
    failures: Failures
    traceparent: str


class Store:
    """The queue's file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in PRAGMAS:
            self._file.execute(f"PRAGMA {pragma}")
        self._file.executescript(SCHEMA)
        self._add_columns()
        with self._change():  # whoever held these has died: they are delivered again
            self._file.execute("UPDATE message SET taken = 0 WHERE taken = 1")

    def add(self, rows: Sequence[tuple[str, Publication]]) -> None:
        """Write (queue, publication) pairs, all or none."""
        with self._change():
            self._file.executemany(
                "INSERT INTO message (queue, id, type, correlation_id, body, traceparent) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (queue, p.id, p.type, p.correlation_id, p.body, p.traceparent)
                    for queue, p in rows
                ],
            )

    def take(self, queue: str, now_ms: int, limit: int) -> list[Row]:
        """Give out the oldest due messages of a queue and count a delivery for each."""
        with self._change():
            found = self._rows(
                "SELECT {columns} FROM message WHERE queue = ? AND taken = 0 AND due_ms <= ? "
                "ORDER BY tag LIMIT ?",
                (queue, now_ms, limit),
            )
            self._file.executemany(
                "UPDATE message SET taken = 1, deliveries = deliveries + 1 WHERE tag = ?",
                [(row.tag,) for row in found],
            )
        return found

    def give_back(self, tags: Sequence[int]) -> None:
        """Let taken messages be taken by somebody else."""
        with self._change():
            self._file.executemany(
                "UPDATE message SET taken = 0 WHERE tag = ?", [(tag,) for tag in tags]
            )

    def next_due_ms(self, queue: str) -> int | None:
        """When the next message of a queue is due, epoch ms; None if there is none."""
        sql = "SELECT min(due_ms) FROM message WHERE queue = ? AND taken = 0"
        due: int | None = self._file.execute(sql, (queue,)).fetchone()[0]
        return due

    def remove(self, *tags: int) -> None:
        """The messages are settled."""
        with self._change():
            self._file.executemany("DELETE FROM message WHERE tag = ?", [(tag,) for tag in tags])

    def move(self, tag: int, queue: str, due_ms: int, failures: Failures) -> None:
        """To another queue, or back into its own when due; its deliveries are forgotten."""
        with self._change():
            self._file.execute(
                "UPDATE message SET queue = ?, due_ms = ?, taken = 0, deliveries = 0, attempts = ?,"
                " reason = ?, first_failed_at = ?, last_failed_at = ? WHERE tag = ?",
                (queue, due_ms, failures.attempts, failures.reason,
                 _text(failures.first_at), _text(failures.last_at), tag),
            )  # fmt: skip

    def all_in(self, queue: str) -> list[Row]:
        """What lies in a queue, oldest first, at most DEAD_LETTERS_SHOWN."""
        sql = "SELECT {columns} FROM message WHERE queue = ? ORDER BY tag LIMIT ?"
        return self._rows(sql, (queue, DEAD_LETTERS_SHOWN))

    def find(self, queue: str, message_id: str) -> Row | None:
        """The message of that id in a queue."""
        sql = "SELECT {columns} FROM message WHERE queue = ? AND id = ? LIMIT 1"
        return next(iter(self._rows(sql, (queue, message_id))), None)

    def depth(self, lane: Lane) -> Depth:
        """How much lies in a lane."""
        return depth_in(self._file, lane)

    def try_to_write(self) -> None:
        """Begin and end a transaction that changes nothing. Raises sqlite3.Error."""
        with self._change():
            pass

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _add_columns(self) -> None:
        there = {name for _, name, *_ in self._file.execute("PRAGMA table_info(message)")}
        for name in ADDED.keys() - there:
            self._file.execute(f"ALTER TABLE message ADD COLUMN {name} {ADDED[name]}")

    @contextmanager
    def _change(self) -> Iterator[None]:
        self._file.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._file.execute("ROLLBACK")
            raise
        self._file.execute("COMMIT")

    def _rows(self, sql: str, values: tuple[object, ...]) -> list[Row]:
        found = self._file.execute(sql.format(columns=COLUMNS), values)
        return [_row(*row) for row in found]


def depth_in(file: sqlite3.Connection, lane: Lane) -> Depth:
    """How much lies in a lane of a queue's file; what failed before rests until its time."""
    sql = "SELECT count(*) FILTER (WHERE attempts = 0), count(*) FILTER (WHERE attempts > 0) "
    waiting, resting = file.execute(sql + "FROM message WHERE queue = ?", (lane.queue,)).fetchone()
    dead = file.execute("SELECT count(*) FROM message WHERE queue = ?", (lane.dead,)).fetchone()[0]
    return Depth(waiting, resting, dead)


def _row(*facts: Any) -> Row:
    *who, body, deliveries, attempts, reason, first, last, traceparent = facts
    failures = Failures(attempts, reason, _instant(first), _instant(last))
    tag, message_id, message_type, correlation_id = who
    return Row(
        tag, message_id, message_type, correlation_id, body, deliveries, failures, traceparent
    )


def _text(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
