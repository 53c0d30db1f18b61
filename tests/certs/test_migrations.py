"""The migrations make the very tables that the code declares."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from services.certs.database import Base
from tests.certs.parts import Office


def test_the_migrated_database_is_what_the_code_declares(either_office: Office) -> None:
    with either_office.database.engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
