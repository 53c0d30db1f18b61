"""Databases and a store that do not always answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from shared.clock import StandingClock
from shared.database import Database
from shared.errors import Permanent, TryLater
from shared.files import Stored
from shared.files.store import Lying, described, must_be, new_file_id
from tests.simulator.chance import Chance

Watch = Callable[[Session], Callable[[], None]]


class SimulatedDatabase(Database):
    """A department's own SQLite file; each transaction has four moments at which it may fail.

    `watch` sees every transaction before its commit and is called back after it.
    """

    def __init__(self, department: str, url: str) -> None:
        super().__init__(url)
        event.listen(self.engine, "connect", _unhurried)
        self.department = department
        self.chance = Chance(0)
        self.watch: Watch | None = None

    @contextmanager
    def write(self) -> Iterator[Session]:
        here = self.department
        self.chance.may_die(here, "before a transaction")
        self._may_be_away("locked")
        seen: Callable[[], None] | None = None
        with super().write() as session:
            yield session
            self.chance.may_die(here, "before a commit")
            self._may_be_away("its disk is full")
            if self.watch is not None:
                session.flush()
                seen = self.watch(session)
        if seen is not None:
            seen()
        self.chance.may_die(here, "after a commit")
        self._may_be_away("the answer to a commit is lost")

    @contextmanager
    def read(self) -> Iterator[Session]:
        self._may_be_away("not answering a question")
        with super().read() as session:
            yield session

    def _may_be_away(self, how: str) -> None:
        if self.chance.strikes("database", f"{self.department}, {how}"):
            raise TryLater("database_unavailable", f"the simulated database is {how}")


def _unhurried(connection: Any, _entry: object) -> None:
    """No waiting for a disk: a crash here is an exception, and the file lies in memory."""
    connection.execute("PRAGMA synchronous=OFF")


class SimulatedStore:
    """A file store in memory, as one department reaches it; the files are everybody's."""

    def __init__(self, department: str, files: dict[str, tuple[bytes, datetime]]) -> None:
        self.department, self.files = department, files
        self.chance = Chance(0)
        self.clock = StandingClock(datetime.fromisoformat("2026-01-01T00:00:00Z"))

    def put(self, data: bytes, file_id: str | None = None) -> Stored:
        file_id = file_id or new_file_id()
        self.chance.may_die(self.department, "before a file is stored")
        self._reach("full")
        kept = data
        if self.department == "certs" and self.chance.strikes("store", "half a file is kept"):
            kept = data[: len(data) // 2]  # certs reads back what it announces
        self.files[file_id] = (kept, self.clock.now())
        self.chance.may_die(self.department, "after a file is stored")
        return described(file_id, data)

    def get(self, file_id: str, sha256: str | None = None) -> bytes:
        self._reach("away")
        if file_id not in self.files:
            raise Permanent("file_missing", f"no file {file_id}")
        return must_be(file_id, self.files[file_id][0], sha256)

    def exists(self, file_id: str) -> bool:
        return file_id in self.files

    def remove(self, file_id: str) -> None:
        self._reach("away")
        self.files.pop(file_id, None)

    def everything(self) -> Iterator[Lying]:
        for file_id, (data, at) in list(self.files.items()):
            yield Lying(file_id, len(data), at)

    def ready(self) -> bool:
        return True

    def _reach(self, how: str) -> None:
        if self.chance.strikes("store", f"{self.department}, {how}"):
            raise TryLater("store_unavailable", f"the simulated store is {how}")
