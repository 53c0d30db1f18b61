"""The metadata of certs' own database; each module declares its tables on `Base`."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from shared import outbox
from shared.database import CONSTRAINT_NAMES, Database, migrate

FOLDER = Path(__file__).parent


class Base(DeclarativeBase):
    """What every table of certs derives from."""

    metadata = MetaData(naming_convention=CONSTRAINT_NAMES)


outbox.attach(Base.metadata)


def bring_up_to_date(database: Database) -> None:
    """Apply the migrations that are still missing."""
    migrate(database, FOLDER)
