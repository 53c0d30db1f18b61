"""How documents end before their time: revoked, or replaced by a corrected one.

A revocation that takes two people, and every replacement, is a row here from
the asking to its effect. A document has at most one that is under way.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, String, Text, exists, select, text
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from services.forms.applications.tables import DocumentRow, new_id
from services.forms.applications.values import EndingView
from services.forms.database import Base
from services.forms.parts import Parts
from services.forms.people import register
from shared import outbox
from shared.database import UtcDateTime
from shared.messages import DocumentRevocationRequested

REVOKE, REPLACE = "revoke", "replace"
AWAITING = "awaiting_second"  # a second person of the office confirms or refuses
PRINTING = "printing"  # certs was asked for the newer paper
ASKED = "asked"  # certs was asked to end the older one
DONE, REFUSED, FAILED = "done", "refused", "failed"
BEFORE_CERTS = (AWAITING, PRINTING)  # the document has not been asked to end yet
UNDER_WAY = (*BEFORE_CERTS, ASKED)
_UNDER_WAY_SQL = text("state IN (" + ", ".join(f"'{state}'" for state in UNDER_WAY) + ")")


class EndingRow(Base):
    """Who asked for it and why, who confirmed or refused it, what came of it."""

    __tablename__ = "document_ending"
    __table_args__ = (
        Index(
            "uq_document_ending_under_way",
            "number",
            unique=True,
            sqlite_where=_UNDER_WAY_SQL,
            postgresql_where=_UNDER_WAY_SQL,
        ),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(40))
    application_id: Mapped[str] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    way: Mapped[str] = mapped_column(String(12))  # revoke | replace
    code: Mapped[str] = mapped_column(String(20))  # public: error | withdrawn | other
    reason: Mapped[str] = mapped_column(Text)  # the office's own words, never public
    state: Mapped[str] = mapped_column(String(16))
    asked_by: Mapped[str] = mapped_column(String(40))  # person ids, opaque
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(40))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refusal: Mapped[str | None] = mapped_column(Text)  # why the second person refused
    issue_id: Mapped[str | None] = mapped_column(String(32), unique=True)  # of the newer paper
    replaced_by: Mapped[str | None] = mapped_column(String(40))  # its number
    failure: Mapped[dict[str, Any] | None] = mapped_column(JSON)


def under_way(session: Session, number: str) -> EndingRow | None:
    """What is being done to end this document, if anything is."""
    return session.scalar(
        select(EndingRow).where(EndingRow.number == number, EndingRow.state.in_(UNDER_WAY))
    )


def of_issue(session: Session, issue_id: str) -> EndingRow | None:
    """The replacement whose newer paper has this issue id, held until the transaction ends."""
    return session.scalar(select(EndingRow).where(EndingRow.issue_id == issue_id).with_for_update())


def last_of(session: Session, application_id: str) -> dict[str, EndingRow]:
    """Of each document of an application, by number, what is under way, else what was last."""
    rows = session.scalars(select(EndingRow).where(EndingRow.application_id == application_id))
    in_order = sorted(rows, key=lambda row: (row.state in UNDER_WAY, row.asked_at))
    return {row.number: row for row in in_order}


def waits(application_id: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether something of an application waits for a second person."""
    waiting = select(EndingRow.application_id).where(EndingRow.state == AWAITING)
    return application_id.in_(waiting)


def some_wait(session: Session, application_id: str) -> bool:
    """Whether something of this application waits for a second person."""
    wanted = exists().where(EndingRow.application_id == application_id, EndingRow.state == AWAITING)
    return bool(session.scalar(select(wanted)))


def people(ending: EndingRow) -> str:
    """Who decided it, as messages say it: who asked, and who confirmed if somebody had to."""
    return " ".join(filter(None, (ending.asked_by, ending.decided_by)))


def ask_certs(session: Session, parts: Parts, document: DocumentRow, ending: EndingRow) -> None:
    """Have the document ended; from now on its code and reason are those of the ending."""
    document.code, document.reason = ending.code, ending.reason
    ending.state = ASKED
    request = DocumentRevocationRequested(
        number=document.number,
        code=ending.code,
        replaced_by=ending.replaced_by,
        by=people(ending),
    )
    outbox.add(session, request, clock=parts.clock, correlation_id=ending.application_id)


def close(session: Session, number: str) -> EndingRow | None:
    """certs has ended the document; the ending that led to it, if it was one of these."""
    ending = under_way(session, number)
    if ending is not None:
        ending.state = DONE
    return ending


def view(session: Session, ending: EndingRow | None) -> EndingView | None:
    """An ending as staff see it, with the people's names."""
    if ending is None:
        return None
    return EndingView(
        way=ending.way,
        state=ending.state,
        code=ending.code,
        reason=ending.reason,
        asked_by=register.find_staff(session, ending.asked_by),
        asked_at=ending.asked_at,
        decided_by=register.find_staff(session, ending.decided_by) if ending.decided_by else None,
        decided_at=ending.decided_at,
        refusal=ending.refusal,
        replaced_by=ending.replaced_by,
        failure=ending.failure,
    )
