"""Looking documents up in the ledger: by number, kind, state and period, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from services.certs import ledger
from services.certs.ledger import NEWEST_FIRST, Document, DocumentRow
from shared.clock import SEOUL

ROWS_A_PAGE = 50
PAGES_MOST = 100_000
STATES = (ledger.ISSUED, ledger.REVOKED, ledger.SUPERSEDED)


@dataclass(frozen=True)
class Wanted:
    """What is looked for; what is empty does not matter. Days are those of Seoul, both included."""

    number: str = ""
    kind: str = ""
    status: str = ""
    first_day: date | None = None
    last_day: date | None = None
    page: int = 1


@dataclass(frozen=True)
class Page:
    """Some of the documents found, the newest first, and how many there are in all."""

    rows: Sequence[Document]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // ROWS_A_PAGE))


def search(session: Session, wanted: Wanted) -> Page:
    """The documents that are wanted."""
    conditions = _conditions(wanted)
    total = session.scalar(select(func.count()).select_from(DocumentRow).where(*conditions)) or 0
    rows = session.scalars(
        select(DocumentRow)
        .where(*conditions)
        .order_by(*NEWEST_FIRST)
        .limit(ROWS_A_PAGE)
        .offset((wanted.page - 1) * ROWS_A_PAGE)
    )
    return Page([ledger.plain(row) for row in rows], total, wanted.page)


def kinds(session: Session) -> list[str]:
    """The kinds of which documents were issued."""
    return sorted(session.scalars(select(DocumentRow.kind).distinct()))


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, value in (
        (DocumentRow.number, wanted.number),
        (DocumentRow.kind, wanted.kind),
        (DocumentRow.status, wanted.status),
    ):
        if value:
            found.append(column == value)
    if wanted.first_day:
        found.append(DocumentRow.issued_at >= _begin(wanted.first_day))
    if wanted.last_day:
        found.append(DocumentRow.issued_at < _begin(wanted.last_day) + timedelta(days=1))
    return found


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), SEOUL)
