"""The migrations make exactly the tables that the code declares, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from services.notify.database import FOLDER, bring_up_to_date
from shared.database import Database
from tests.parts.postgres import PostgresServer


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_migrated_database_is_the_declared_one(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path}/notify.sqlite"
    if kind == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.url()
    database = Database(url)
    bring_up_to_date(database)
    bring_up_to_date(database)
    config = Config()
    config.set_main_option("script_location", str(FOLDER / "migrations"))
    config.set_main_option("version_path_separator", "os")
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.check(config)
    database.close()
