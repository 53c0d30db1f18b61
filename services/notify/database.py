"""The metadata of notify's own database; the tables are declared on `Base`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import JSON, MetaData
from sqlalchemy.orm import DeclarativeBase

from shared import outbox
from shared.database import CONSTRAINT_NAMES, Database, migrate

FOLDER = Path(__file__).parent


class Base(DeclarativeBase):
    """What every table of notify derives from."""

    metadata = MetaData(naming_convention=CONSTRAINT_NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dict[str, Any]: JSON,
        list[dict[str, Any]]: JSON,
    }


outbox.attach(Base.metadata)


def bring_up_to_date(database: Database) -> None:
    """Apply the migrations that are still missing."""
    migrate(database, FOLDER)
