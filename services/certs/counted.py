"""How many documents LibreOffice had to lay out: seconds each, where a layout takes milliseconds.

Operators see it beside each template version; a template that is always among them wants another
wording (`docs/templates.md`).
"""

from __future__ import annotations

from sqlalchemy import String, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from services.certs.database import Base
from services.certs.library import Version


class OfficeRow(Base):
    """A template version and its documents that no layout served."""

    __tablename__ = "office_documents"
    kind: Mapped[str] = mapped_column(String(64), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    version: Mapped[str] = mapped_column(String(32), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)


def count(session: Session, version: Version) -> None:
    """One document more, in the transaction that enters it."""
    postgres = session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if postgres else sqlite.insert)(OfficeRow)
    key = {"kind": version.kind, "language": version.language, "version": version.version}
    session.execute(insert.values(**key, count=0).on_conflict_do_nothing())
    session.execute(update(OfficeRow).filter_by(**key).values(count=OfficeRow.count + 1))


def counts(session: Session) -> dict[Version, int]:
    """By version; those that never needed it are not there."""
    return {
        Version(row.kind, row.language, row.version): row.count
        for row in session.scalars(select(OfficeRow))
    }
