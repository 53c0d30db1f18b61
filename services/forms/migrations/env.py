"""Alembic's way in: the connection is handed over by `shared.database.migrate`."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator

import services.forms.access.tables
import services.forms.applications.endings
import services.forms.applications.letter_tables
import services.forms.applications.tables
import services.forms.bulk.tables
import services.forms.payments.tables
import services.forms.people.tables
import services.forms.signin.tables
from services.forms.database import Base

__all__ = ["services"]  # imported for the tables that they declare


def plainly(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our own column types as what they are in the database: a migration outlives them."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite changes a table by making it anew
    render_item=plainly,
)
with context.begin_transaction():
    context.run_migrations()
