"""The tables of archives: what is to be packed, and the parts of the ZIP that lie in the store.

A ZIP lies in the file store as parts that follow one another, so that it is made and handed out
in little memory whatever its size, and goes on after a crash where the last part ended.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from services.certs.database import Base
from shared.database import UtcDateTime

OPEN, FINISHED, FAILED, REMOVED = "open", "finished", "failed", "removed"


class ArchiveRow(Base):
    """One ZIP from the asking to its removal; `done` counts rows of the list."""

    __tablename__ = "archive"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    correlation_id: Mapped[str] = mapped_column(String(200))
    causation_id: Mapped[str] = mapped_column(String(36))
    language: Mapped[str] = mapped_column(String(8))
    list_file_id: Mapped[str] = mapped_column(String(32))
    list_sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(12), index=True)
    done: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime())
    until: Mapped[datetime | None] = mapped_column(UtcDateTime())


class PartRow(Base):
    """A stretch of the ZIP in the file store.

    `entries` are [name, CRC-32, bytes, offset] of the files in it, `left_out` {row: status} of
    the documents that are no longer valid.
    """

    __tablename__ = "archive_part"
    archive_id: Mapped[str] = mapped_column(
        ForeignKey("archive.id", ondelete="CASCADE"), primary_key=True
    )
    n: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[str] = mapped_column(String(32))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    entries: Mapped[list[Any]] = mapped_column(JSON)
    left_out: Mapped[dict[str, str]] = mapped_column(JSON)
