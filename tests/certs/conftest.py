"""certs on either database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.certs.parts import Office
from tests.parts.databases import DATABASES, database_url


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """certs on SQLite."""
    made = Office(tmp_path, f"sqlite:///{tmp_path / 'certs.sqlite'}")
    yield made
    made.close()


@pytest.fixture
def open_office(tmp_path: Path) -> Iterator[Callable[..., Office]]:
    """Opens certs with a database or a fault of the test's choice."""
    with ExitStack() as opened:

        def make(url: str = "", **more: Any) -> Office:
            office = Office(tmp_path, url or f"sqlite:///{tmp_path / 'certs.sqlite'}", **more)
            opened.callback(office.close)
            return office

        yield make


@pytest.fixture(params=DATABASES)
def either_office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """certs on SQLite, then on PostgreSQL."""
    made = Office(tmp_path, database_url(request.param, request, tmp_path))
    yield made
    made.close()
