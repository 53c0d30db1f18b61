"""Which files the tables of a database name: what a store holds beside these belongs to nobody.

A column `file_id` or `…_file_id` names a file, and so does a `file_id` in a JSON
column. The ids are kept in a temporary file while they are compared.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Column, MetaData, Table, inspect, select

from shared.database import Database

ROWS_AT_A_TIME = 1000
IDS_AT_A_TIME = 500  # SQLite takes 999 parameters or more
PASSED_OVER = ("inbox", "outbox")  # messages are no home of a file


class Named:
    """The ids of all files that some databases name, in a temporary SQLite file."""

    def __init__(self, path: Path, databases: Iterable[Database]) -> None:
        self._ids = sqlite3.connect(path, isolation_level=None)
        self._ids.execute("PRAGMA journal_mode=OFF")
        self._ids.execute("CREATE TABLE named (id TEXT PRIMARY KEY) WITHOUT ROWID")
        for database in databases:
            self._ids.execute("BEGIN")
            self._ids.executemany(
                "INSERT OR IGNORE INTO named VALUES (?)", ((one,) for one in file_ids(database))
            )
            self._ids.execute("COMMIT")

    def __call__(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids that are named."""
        marks = ", ".join("?" * len(ids))
        wanted = f"SELECT id FROM named WHERE id IN ({marks})"  # noqa: S608 – question marks alone
        return {row[0] for row in self._ids.execute(wanted, list(ids))}

    def close(self) -> None:
        """Let go of the temporary file."""
        self._ids.close()


def file_ids(database: Database) -> Iterator[str]:
    """Every file id that a row of a database names, again where rows share one."""
    metadata = MetaData()
    metadata.reflect(database.engine)
    for table in metadata.sorted_tables:
        columns = [one for one in table.columns if _names_files(one)]
        if columns and table.name not in PASSED_OVER:
            yield from _of_table(database, table, columns)


def knows_its_tables(database: Database) -> bool:
    """Whether this is a department's database and not an address where nothing is."""
    path = database.engine.url.database
    if database.is_sqlite and (not path or not Path(path).exists()):
        return False  # asking would make an empty one
    return inspect(database.engine).has_table("alembic_version")


def _names_files(column: Column[Any]) -> bool:
    return column.name == "file_id" or column.name.endswith("_file_id") or _is_json(column)


def _is_json(column: Column[Any]) -> bool:
    return isinstance(column.type, JSON)


def _of_table(database: Database, table: Table, columns: Sequence[Column[Any]]) -> Iterator[str]:
    with database.read() as session:
        rows = session.execute(
            select(*columns).select_from(table).execution_options(yield_per=ROWS_AT_A_TIME)
        )
        for row in rows:
            for value in row:
                yield from [value] if isinstance(value, str) else _in_json(value)


def _in_json(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            if isinstance(one, str) and (name == "file_id" or name.endswith("_file_id")):
                yield one
            else:
                yield from _in_json(one)
    elif isinstance(value, list):
        for one in value:
            yield from _in_json(one)
