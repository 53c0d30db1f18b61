"""Reading beside a running server: short transactions, each of one moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.database import Database


@contextmanager
def one_moment(database: Database) -> Iterator[Session]:
    """A transaction in which every query sees the same; on SQLite each one is such."""
    with database.read() as session:
        if not database.is_sqlite:
            session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        yield session
        session.expunge_all()  # what was read is read on after its transaction
