"""What is kept of uploaded templates: the versions, which one is in use, and who did what.

Version 1 of each paper comes with the product and has no row; uploads begin with 2.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from services.certs.database import Base
from shared.database import UtcDateTime

WAITING, COMPILING, READY, REFUSED = "waiting", "compiling", "ready", "refused"


class TemplateRow(Base):
    """One uploaded version of a kind's paper in one language."""

    __tablename__ = "template"

    kind: Mapped[str] = mapped_column(String(64), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    form: Mapped[str] = mapped_column(String(8))  # docx | pdf
    name: Mapped[str] = mapped_column(String(200))  # of the file, as uploaded
    size: Mapped[int] = mapped_column(Integer)
    file_id: Mapped[str | None] = mapped_column(String(32))  # none of a file that was unsafe
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), index=True)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    uploaded_by: Mapped[str] = mapped_column(String(64))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime())
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    claim: Mapped[str | None] = mapped_column(String(32))  # of the worker that compiles it now
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    made_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    files: Mapped[dict[str, Any]] = mapped_column(JSON)  # name: {file_id, sha256} of what was made


class ActiveRow(Base):
    """Which version a paper is printed from; without a row it is the built-in one."""

    __tablename__ = "template_active"

    kind: Mapped[str] = mapped_column(String(64), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    number: Mapped[int] = mapped_column(Integer)


class TemplateEvent(Base):
    """One link of the audit chain (`shared/audit.py`); never changed, never removed."""

    __tablename__ = "template_event"

    position: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(String(64), index=True)
    language: Mapped[str] = mapped_column(String(8))
    number: Mapped[int] = mapped_column(Integer)
    event: Mapped[str] = mapped_column(String(20))
    person: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    entry: Mapped[dict[str, Any]] = mapped_column(JSON)
    hash: Mapped[str] = mapped_column(String(64))
