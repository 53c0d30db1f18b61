"""The tables of bulk issues: the list that an office sent, and what becomes of each row.

A row that was asked for has an application; how that goes on (made, issued, failed) is the
application's own state and stands nowhere else.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.forms.database import Base
from shared.database import UtcDateTime

# Of the whole list.
CHECKING, CHECKED, ISSUING, DONE = "checking", "checked", "issuing", "done"
# Of one row.
NEW, REFUSED, WAITING, ASKED = "new", "refused", "waiting", "asked"
AGAIN, CANCELLED = "again", "cancelled"
PENDING = (NEW, WAITING, AGAIN)
# Of the ZIP.
BEING_PACKED, OFFERED, NOT_PACKED = "asked", "offered", "failed"


class BulkRow(Base):
    """One list of an office: the kind, what is asked for each, how far it is."""

    __tablename__ = "bulk"
    __table_args__ = (Index("ix_bulk_state", "state"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    office: Mapped[str] = mapped_column(String(40), index=True)
    person_id: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(
        String(8)
    )  # of the person: the ZIP's list is written in it
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    tell: Mapped[bool]  # whether each student is mailed
    unused: Mapped[list[str]] = mapped_column(JSON)  # headings that nothing was made of
    state: Mapped[str] = mapped_column(String(12))
    total: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    archives: Mapped[int] = mapped_column(default=0)  # how many ZIPs were asked for
    archive_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    archive_state: Mapped[str | None] = mapped_column(String(12))
    archive_checked: Mapped[int] = mapped_column(default=0)
    archive_documents: Mapped[int | None]
    archive_left_out: Mapped[int | None]
    archive_size: Mapped[int | None] = mapped_column(BigInteger)
    archive_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    archive_trouble: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # code, row, number, field


class EntryRow(Base):
    """One row of the list; `n` is its line in the file, the headings being line 1."""

    __tablename__ = "bulk_entry"
    __table_args__ = (Index("ix_bulk_entry_state", "bulk_id", "state", "n"),)
    bulk_id: Mapped[str] = mapped_column(
        ForeignKey("bulk.id", ondelete="CASCADE"), primary_key=True
    )
    n: Mapped[int] = mapped_column(primary_key=True)
    student_number: Mapped[str] = mapped_column(String(60))
    given: Mapped[dict[str, Any]] = mapped_column(JSON)  # answers of this row's own
    state: Mapped[str] = mapped_column(String(12))
    findings: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # by language
    application_id: Mapped[str | None] = mapped_column(ForeignKey("application.id"), unique=True)
