"""The tables of heads: the leaves in their order, and what was published."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from services.certs.database import Base
from shared.database import UtcDateTime

LEDGER, TEMPLATES, TRAILS = "ledger", "templates", "trails"


class LeafRow(Base):
    """The hash of a chain's entry; `n` counts from 0, `position` is that of its own chain."""

    __tablename__ = "head_leaf"
    __table_args__ = (Index("ix_head_leaf_source", "source", "position"),)
    n: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    source: Mapped[str] = mapped_column(String(10))
    position: Mapped[int | None] = mapped_column(BigInteger)  # none of trails: they are many
    hash: Mapped[str] = mapped_column(String(64), index=True)


class HeadRow(Base):
    """A head as it was published; never changed."""

    __tablename__ = "head"
    day: Mapped[str] = mapped_column(String(10), primary_key=True)  # of Seoul
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[str] = mapped_column(String(64))
    key_id: Mapped[str] = mapped_column(String(8))
    signature: Mapped[str] = mapped_column(String(128))  # ES256 (RFC 7518, 3.4), hex
