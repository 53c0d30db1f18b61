"""Telling certs what the chains of applications have gained, for the tree over all chains."""

from __future__ import annotations

from sqlalchemy import select

from services.forms.applications.tables import TrailRow, new_id
from services.forms.parts import Parts
from shared import outbox
from shared.messages import TrailGrew

AT_A_TIME = 500
TELL_EVERY_S = 600.0


def tell_growth(parts: Parts) -> int:
    """Tell all that was not told; how many entries that were. Safe to repeat."""
    total = 0
    while count := _tell_some(parts):
        total += count
    return total


def _tell_some(parts: Parts) -> int:
    with parts.database.read() as session:
        if session.scalar(select(TrailRow.seq).where(~TrailRow.told).limit(1)) is None:
            return 0
    with parts.database.write() as session:
        wanted = select(TrailRow).where(~TrailRow.told)
        in_order = wanted.order_by(TrailRow.application_id, TrailRow.seq).limit(AT_A_TIME)
        rows = session.scalars(in_order.with_for_update(skip_locked=True)).all()
        for row in rows:
            row.told = True
        if rows:
            entries = [{"hash": row.hash} for row in rows]
            message = TrailGrew(batch_id=new_id(), entries=entries)
            outbox.add(session, message, clock=parts.clock, correlation_id=message.batch_id)
    return len(rows)
