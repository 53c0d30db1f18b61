"""Application numbers that people can say: W-2026-00042, by prefix and year."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from services.forms.applications.tables import CounterRow
from shared.clock import SEOUL
from shared.database import aside, insert

COUNTER = cast(Table, CounterRow.__table__)


def next_number(session: Session, prefix: str, now: datetime) -> str:
    """The next number of this prefix and year (of Seoul), never given twice.

    Who takes one does not keep the next from theirs until all is done (`aside`); a number whose
    application came to nothing may be left out.
    """
    year = now.astimezone(SEOUL).year
    counted = (
        insert(session, COUNTER)
        .values(prefix=prefix, year=year, last=1)
        .on_conflict_do_update(
            index_elements=[COUNTER.c.prefix, COUNTER.c.year], set_={"last": COUNTER.c.last + 1}
        )
        .returning(COUNTER.c.last)
    )
    with aside(session) as connection:
        last = connection.execute(counted).scalar_one()
    return f"{prefix}-{year}-{last:05d}"
