"""Numbers that people can say: each given once, and nobody waits for another's to be done with."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.forms import database as forms_database
from services.forms.applications.numbers import next_number
from shared.database import Database, migrate
from tests.parts.databases import DATABASES, database_url

NOW = datetime(2026, 12, 31, 15, tzinfo=UTC)  # midnight in Seoul: 2027 has begun
BEFORE = datetime(2026, 12, 31, 14, 59, tzinfo=UTC)
WAIT_S = 10


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made = Database(database_url(request.param, request, tmp_path))
    migrate(made, Path(forms_database.__file__).parent)
    yield made
    made.close()


def take(database: Database, prefix: str = "W", now: datetime = NOW) -> str:
    with database.write() as session:
        return next_number(session, prefix, now)


def test_they_count_by_prefix_and_by_the_year_of_seoul(database: Database) -> None:
    assert [take(database), take(database)] == ["W-2027-00001", "W-2027-00002"]
    assert take(database, "C") == "C-2027-00001"
    assert take(database, now=BEFORE) == "W-2026-00001"


def test_none_is_given_twice_however_many_ask_at_once(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _nth: take(database), range(80)))
    assert sorted(taken) == [f"W-2027-{nth:05d}" for nth in range(1, 81)]


def test_what_came_to_nothing_gives_its_number_to_nobody_who_has_one(database: Database) -> None:
    with suppress(ZeroDivisionError), database.write() as session:
        lost = next_number(session, "W", NOW)
        raise ZeroDivisionError
    later = [take(database) for _ in range(3)]
    assert len(set(later)) == 3
    assert lost not in later or database.is_sqlite  # SQLite has taken it back


def test_on_postgresql_the_next_does_not_wait_for_the_end_of_the_first(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """A submission holds its number while rules are judged and mails are laid out."""
    database = Database(database_url("postgresql", request, tmp_path))
    migrate(database, Path(forms_database.__file__).parent)
    taken, over = threading.Event(), threading.Event()

    def slow() -> str:
        with database.write() as session:
            number = next_number(session, "W", NOW)
            taken.set()
            assert over.wait(WAIT_S)
        return number

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(slow)
        assert taken.wait(WAIT_S)
        second = pool.submit(take, database)
        assert second.result(WAIT_S) == "W-2027-00002"
        over.set()
        assert first.result() == "W-2027-00001"
    database.close()
