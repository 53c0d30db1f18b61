"""The house that is attacked: on SQLite, and on PostgreSQL where the database itself may refuse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.routes import SERVICES
from tests.parts.databases import DATABASES
from tests.security.house import House, open_house


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The product on SQLite; tests share it, each with people of its own."""
    with open_house(tmp_path_factory.mktemp("house") / "data") as made:
        yield made


@pytest.fixture(scope="session", params=DATABASES)
def either_house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """The product on either database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("house")
        return
    postgres = request.getfixturevalue("postgres")
    urls = {f"DOJANG_{name.upper()}_DATABASE": postgres.url() for name in SERVICES}
    with open_house(tmp_path_factory.mktemp("house") / "data", **urls) as made:
        yield made
