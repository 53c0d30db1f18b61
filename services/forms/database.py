"""The metadata of forms' own database; each module declares its tables on `Base`."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from shared import outbox
from shared.database import CONSTRAINT_NAMES


class Base(DeclarativeBase):
    """What every table of forms derives from."""

    metadata = MetaData(naming_convention=CONSTRAINT_NAMES)


outbox.attach(Base.metadata)
