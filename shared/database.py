"""One service's database: SQLite by default, PostgreSQL by URL, the same code on both.

A write is one transaction (`BEGIN IMMEDIATE` on SQLite: a read that later
writes would otherwise fail as busy whatever the time-out). After a commit the
registered wake-ups run, so that a relay need not poll.
"""

from __future__ import annotations

import json
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.errors import LockNotAvailable
from sqlalchemy import DateTime, Dialect, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from shared.errors import TryLater

BUSY_TIMEOUT_MS = 15_000
MIGRATE_TRIES, MIGRATE_WAIT_MS, MIGRATE_REST_SECONDS = 60, 2_000, 3.0
MIGRATE_LOCK = 0x646F6A616E67  # whoever migrates holds it ("dojang")
# Named constraints, so that a migration can change them on either database.
CONSTRAINT_NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


_TOPICS = "dojang topics"


def concern(session: Session, topic: str) -> None:
    """Have whoever waits for `topic` woken when this transaction is committed."""
    session.info.setdefault(_TOPICS, set()).add(topic)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in, aware UTC out, on either database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """Hands out transactions of one service's database."""

    def __init__(self, url: str, pool_size: int = 10) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgres_engine(url, pool_size)
        self._turn = threading.Lock() if self.is_sqlite else None
        self._after_commit: list[tuple[str | None, Callable[[], None]]] = []
        weakref.finalize(self, self.engine.dispose)  # who forgets `close` leaks no connection

    def on_commit(self, wake: Callable[[], None], topic: str | None = None) -> None:
        """Have `wake()` called after every committed write, or after those that `concern` a topic
        alone: a look costs a transaction, and most commits are nobody's business."""
        self._after_commit.append((topic, wake))

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction that may write; commits at the end, rolls back on any exception.

        Raises TryLater("database_unavailable") when the database is away or locked.
        """
        with self._in_turn(), self._session("BEGIN IMMEDIATE") as session:
            yield session
            session.commit()
        topics = session.info.get(_TOPICS, ())
        for topic, wake in self._after_commit:
            if topic is None or topic in topics:
                wake()

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """SQLite lets one write at a time, and has the others sleep up to 100 ms between two looks:
        threads of one process wait for each other here, and none sleeps past the end of a write."""
        if self._turn is None:
            yield
        elif self._turn.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            try:
                yield
            finally:
                self._turn.release()
        else:
            raise TryLater("database_unavailable", "the database is locked")

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent view; whatever it changes is thrown away."""
        with self._session("BEGIN") as session:
            yield session
            session.rollback()

    @contextmanager
    def _session(self, begin: str) -> Iterator[Session]:
        try:
            with Session(self.engine, expire_on_commit=False) as session:
                session.connection(execution_options={"begin": begin})
                yield session
        except OperationalError as error:
            raise TryLater("database_unavailable", "the database does not answer") from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise TryLater("database_unavailable", "the database went away") from error
            raise

    def ready(self) -> bool:
        """Whether the database answers now."""
        try:
            with self.read() as session:
                session.execute(text("SELECT 1"))
        except TryLater:
            return False
        return True

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(
        url,
        json_serializer=_dumps,
        hide_parameters=True,  # values of a failing statement would end in a log
        connect_args={"check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _settle(connection: Any, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        options = connection.get_execution_options()
        connection.exec_driver_sql(options.get("begin", "BEGIN IMMEDIATE"))

    return engine


def _postgres_engine(url: str, pool_size: int) -> Engine:
    return create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        json_serializer=_dumps,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=pool_size,
        max_overflow=pool_size,
        connect_args={"connect_timeout": 5},
    )


def insert_new(session: Session, table: Table) -> Any:
    """An INSERT into `table` that passes over rows whose key is there already."""
    return insert(session, table).on_conflict_do_nothing()


def insert(session: Session, table: Table) -> Any:
    """An INSERT into `table` that may say what is to be done where its key is there already."""
    return (postgresql if _on_postgres(session) else sqlite).insert(table)


@contextmanager
def aside(session: Session) -> Iterator[Connection]:
    """A short transaction beside the one that runs: others wait for its locks no longer than it.

    It stays when the one that runs is rolled back, and it is on the disk no later than what is
    committed after it, since PostgreSQL writes one log in order: so it need not wait for the disk.
    SQLite lets one write at a time; there it is a part of the one that runs.
    """
    if not _on_postgres(session):
        yield session.connection()
        return
    with session.get_bind().engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
        yield connection


def _on_postgres(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def revision(database: Database) -> str | None:
    """The schema that a database has; None before its first. Raises TryLater."""
    with database.read() as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def newest_revision(package_folder: Path) -> str | None:
    """The schema that this version of a service wants."""
    return ScriptDirectory.from_config(_config(package_folder)).get_current_head()


def _config(package_folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(package_folder / "migrations"))
    config.set_main_option("version_path_separator", "os")
    return config


def migrate(database: Database, package_folder: Path) -> None:
    """Bring a service's database to the newest schema (`<package_folder>/migrations`).

    All or nothing, and while it is in use: on PostgreSQL whoever waits to change a table keeps
    everybody from it who comes later, so this waits two seconds for those who are there, steps
    back, and tries again. Raises TryLater("database_unavailable") when one table was held by others
    all the time, for minutes.
    """
    for _ in range(MIGRATE_TRIES):
        try:
            _upgrade(database, _config(package_folder))
        except OperationalError as error:
            if not isinstance(error.orig, LockNotAvailable):
                raise
            time.sleep(MIGRATE_REST_SECONDS)
        else:
            return
    raise TryLater("database_unavailable", "others hold a table that is to be changed")


def _upgrade(database: Database, config: Config) -> None:
    with database.engine.begin() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {MIGRATE_WAIT_MS}")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATE_LOCK})")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
