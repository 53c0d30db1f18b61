"""A campus for each test of forms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.clock import StandingClock
from shared.database import Database
from tests.forms.campus import TUESDAY, Campus, open_campus, settle


@pytest.fixture(scope="session")
def demo_university(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the demo university, to be copied for each test."""
    path = tmp_path_factory.mktemp("demo") / "forms.sqlite"
    database = Database(f"sqlite:///{path}")
    settle(database, StandingClock(TUESDAY))
    database.close()
    return path


@pytest.fixture
def campus(tmp_path: Path, demo_university: Path) -> Iterator[Campus]:
    """Forms with the demo university, Tuesday 6 September 2022."""
    made = open_campus(tmp_path, seeded=demo_university)
    yield made
    made.parts.database.close()
