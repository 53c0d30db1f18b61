"""The archivist: reads documents back, compares them with their facts, packs them.

It works a chunk at a time and writes down each, so that after a crash it goes on where the last
chunk ended; a chunk that was packed and not written down is packed again, to the same bytes at
the same place. Nothing is offered before everything has been looked at.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select, text

from services.certs.bulk.archive import forget_old
from services.certs.bulk.chunks import fail, finish, next_chunk, pack
from services.certs.bulk.tables import OPEN, ArchiveRow
from services.certs.parts import Parts
from shared.errors import Permanent, TryLater

log = logging.getLogger("dojang.certs.archivist")

CHUNK = 100  # rows of the list
LOOK_UP_S = 0.5  # how long a stop may go unseen
SWEEP_S = 2.0  # what another process has taken on
TROUBLE_REST_S = 5.0
TIDY_EVERY_S = 600.0
FALLS_MOST = 5
_PACKING_LOCK = 0x7A6970  # the other key is the archive's own


class Archivist:
    """Packs the archives that certs was asked for, one chunk after the other."""

    def __init__(self, parts: Parts, chunk_rows: int = CHUNK) -> None:
        self._parts, self._chunk_rows = parts, chunk_rows
        self._woken = threading.Event()
        self._tidied = float("-inf")
        self._falls: Counter[str] = Counter()
        parts.database.on_commit(self._woken.set)

    def run(self, stop: threading.Event) -> None:
        """Work until `stop`; woken by every commit of this process."""
        while not stop.is_set():
            self._woken.clear()
            try:
                if not self.step():
                    self._sleep(stop)
            except TryLater as error:
                log.warning("the archivist waits (%s)", error.code)
                stop.wait(TROUBLE_REST_S)

    def drain(self) -> None:
        """Do all that can be done now (tests)."""
        while self.step():
            pass

    def step(self) -> bool:
        """One chunk of the oldest archive; whether there was one. Raises TryLater."""
        self._tidy()
        with self._parts.database.read() as session:
            wanted = select(ArchiveRow.id).where(ArchiveRow.state == OPEN)
            archive_id = session.scalar(wanted.order_by(ArchiveRow.asked_at).limit(1))
        if archive_id is None:
            return False
        with _alone(self._parts, archive_id) as alone:
            return alone and self._go_on(archive_id)

    def _go_on(self, archive_id: str) -> bool:
        try:
            chunk = next_chunk(self._parts, archive_id, self._chunk_rows)
            if chunk.next:
                pack(self._parts, chunk)
            else:
                finish(self._parts, chunk)
        except TryLater:
            raise
        except Permanent as problem:
            fail(self._parts, archive_id, problem)
        except Exception:
            self._falls[archive_id] += 1
            if self._falls[archive_id] < FALLS_MOST:
                raise
            log.exception("archive %s cannot be packed", archive_id)
            fail(self._parts, archive_id, Permanent("unexpected"))  # others wait behind it
        return True

    def _tidy(self) -> None:
        if time.monotonic() - self._tidied >= TIDY_EVERY_S:
            self._tidied = time.monotonic()
            forget_old(self._parts, self._parts.clock.now())

    def _sleep(self, stop: threading.Event) -> None:
        end = time.monotonic() + SWEEP_S
        while not stop.is_set() and (left := end - time.monotonic()) > 0:
            if self._woken.wait(min(left, LOOK_UP_S)):
                return


@contextmanager
def _alone(parts: Parts, archive_id: str) -> Iterator[bool]:
    """Whether no other worker packs it now. (On SQLite there is one process.)"""
    if parts.database.is_sqlite:
        yield True
        return
    with parts.database.read() as session:
        lock = text("SELECT pg_try_advisory_xact_lock(:kind, hashtext(:archive))")
        yield bool(session.scalar(lock, {"kind": _PACKING_LOCK, "archive": archive_id}))
