"""The table of accesses: who, when, from where, whose, what. It holds ids and an address only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from services.forms.database import Base
from shared.database import UtcDateTime


class AccessRow(Base):
    """One person's data were shown to somebody, once."""

    __tablename__ = "access"
    __table_args__ = (Index("ix_access_student", "student_id", "seq"),)
    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    role: Mapped[str] = mapped_column(String(12))  # student | professor | staff
    who: Mapped[str] = mapped_column(String(40))  # their id in the register
    office: Mapped[str | None] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(String(45))  # of the network, as the server sees it
    student_id: Mapped[str] = mapped_column(String(40))
    what: Mapped[str] = mapped_column(String(12))  # a key of `access.views.WHAT`
    about: Mapped[str] = mapped_column(String(40))  # number of the application or document
