"""Application numbers that people can say: W-2026-00042, by prefix and year."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.forms.applications.tables import CounterRow
from shared.clock import SEOUL


def next_number(session: Session, prefix: str, now: datetime) -> str:
    """The next number of this prefix and year (of Seoul), taken in the caller's transaction."""
    year = now.astimezone(SEOUL).year
    counter = _counter(session, prefix, year)
    counter.last += 1
    session.flush()
    return f"{prefix}-{year}-{counter.last:05d}"


def _counter(session: Session, prefix: str, year: int) -> CounterRow:
    wanted = (
        select(CounterRow)
        .where(CounterRow.prefix == prefix, CounterRow.year == year)
        .with_for_update()
    )
    found = session.scalar(wanted)
    if found is None:
        try:
            with session.begin_nested():
                session.add(CounterRow(prefix=prefix, year=year, last=0))
        except IntegrityError:
            pass  # another first application of the year was quicker; its row is there now
        found = session.scalars(wanted.execution_options(populate_existing=True)).one()
    return found
