"""Alembic's way in: the connection is handed over by `shared.database.migrate`."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator

from services.certs import counted, ledger
from services.certs.bulk import tables as archives
from services.certs.database import Base
from services.certs.heads import tables as heads
from services.certs.templates import tables as templates

__all__ = [
    "archives",
    "counted",
    "heads",
    "ledger",
    "templates",
]  # imported for the tables that they declare


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
