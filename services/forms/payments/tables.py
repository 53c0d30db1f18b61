"""The bank's files as they were sent in, and the transfers that became payments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from services.forms.applications.tables import new_id
from services.forms.database import Base
from services.forms.people.tables import SemesterColumn
from services.forms.people.values import Semester
from shared.database import UtcDateTime


class BankFileRow(Base):
    """A file: its headings and (line, cells), weighed anew as often as it is looked at.

    Once entered, `results` say what became of each line, in each language.
    """

    __tablename__ = "bank_file"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[str] = mapped_column(String(40))
    headings: Mapped[list[str]] = mapped_column(JSON)
    lines: Mapped[list[Any]] = mapped_column(JSON)
    entered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    entered_by: Mapped[str | None] = mapped_column(String(40))
    results: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)


class TransferRow(Base):
    """Money that was taken: the bank's own number of it has one effect, however often it comes."""

    __tablename__ = "bank_transfer"
    transaction: Mapped[str] = mapped_column(String(60), primary_key=True)
    account: Mapped[str] = mapped_column(String(40))
    krw: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    student_id: Mapped[str] = mapped_column(String(40), index=True)
    semester: Mapped[Semester] = mapped_column(SemesterColumn)
    part: Mapped[int]
    file_id: Mapped[str] = mapped_column(ForeignKey("bank_file.id"))
