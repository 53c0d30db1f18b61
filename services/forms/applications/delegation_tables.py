"""The table of who signs for whom. Steps name the row that they were handed over by."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from services.forms.database import Base
from shared.database import UtcDateTime


class DelegationRow(Base):
    """Somebody signs for a professor: one request, or every link that is sent on certain days."""

    __tablename__ = "delegation"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    professor_id: Mapped[str] = mapped_column(String(40), index=True)
    delegate_id: Mapped[str] = mapped_column(String(40))
    first_day: Mapped[date | None]  # days in Seoul; without them it is one request
    last_day: Mapped[date | None]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
