"""The tables of letters: what a writer has so far, what was signed, how it was delivered.

A draft belongs to its writer: where a step is given to somebody else, they
begin with an empty page. What was signed never changes; a new round has a step
of its own.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from services.forms.database import Base
from shared.database import UtcDateTime


def _application() -> Mapped[str]:
    return mapped_column(ForeignKey("application.id", ondelete="CASCADE"), primary_key=True)


class LetterDraftRow(Base):
    """A letter as its writer has it now; `before` is what an uploaded file replaced."""

    __tablename__ = "letter_draft"
    application_id: Mapped[str] = _application()
    professor_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    letter: Mapped[dict[str, Any]] = mapped_column(JSON)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SignedLetterRow(Base):
    """A letter as it was signed in one step."""

    __tablename__ = "signed_letter"
    step_id: Mapped[str] = mapped_column(
        ForeignKey("approval_step.id", ondelete="CASCADE"), primary_key=True
    )
    letter: Mapped[dict[str, Any]] = mapped_column(JSON)


class DeliveryRow(Base):
    """How the paper of an application left the house (REC-02)."""

    __tablename__ = "delivery"
    application_id: Mapped[str] = _application()
    how: Mapped[str] = mapped_column(String(12))  # handed | mailed
    day: Mapped[date] = mapped_column(Date)
    reference: Mapped[str | None] = mapped_column(String(40))
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    noted_by: Mapped[str] = mapped_column(String(40))
