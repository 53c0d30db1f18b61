"""Who works on which notification: claimed by one at a time, and only as long as it lives.

A claim says who holds the row and until when. A living holder keeps its claims
alive, however slow the server; those of a dead one run out, and somebody else
goes on from there. On SQLite one process works alone: what it finds held when
it starts belongs to nobody any more.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from services.notify.tables import OPEN, Happening, Notification
from shared.clock import Clock
from shared.database import Database
from shared.errors import TryLater

HELD_SECONDS = 30
_KEEP_EVERY_S = HELD_SECONDS / 3
_SURE = timedelta(seconds=HELD_SECONDS / 3)  # clocks differ, and a hand may be slow to begin


@dataclass(frozen=True)
class Claim:
    """A notification in hand, as it was when claimed; `attempt` counts from 1."""

    notification: Notification
    attempt: int
    until: datetime


class Claims:
    """Hands out the notifications of one database to the deliverers of one process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._holder = str(uuid.uuid4())
        self._held: dict[str, datetime] = {}  # until when each counts, as far as we know
        self._changed = threading.Condition()

    def claim(self, lane: str) -> Claim | None:
        """The notification of that lane that has waited longest, now ours; None if none is due."""
        return next(iter(self.claim_some(lane, 1)), None)

    def claim_some(self, lane: str, most: int) -> list[Claim]:
        """Those that have waited longest, now ours; none if none is due."""
        with self._database.read() as session:  # a look keeps nobody on SQLite from writing
            due = select(Notification.id).where(_due(lane, self._clock.now())).limit(1)
            if session.scalar(due) is None:
                return []
        with self._database.write() as session:
            claims = self.take(session, lane, most)
        self.hold(claims)
        return claims

    def take(self, session: Session, lane: str, most: int) -> list[Claim]:
        """As `claim_some`, in a transaction after whose commit `hold` is told of them."""
        if most <= 0:
            return []
        now = self._clock.now()
        until = now + timedelta(seconds=HELD_SECONDS)
        rows = session.scalars(
            select(Notification).where(_due(lane, now)).order_by(Notification.next_at).limit(most)
            .with_for_update(skip_locked=True)  # SQLite has one writer and passes it over
        ).all()  # fmt: skip
        for row in rows:
            if row.holder is not None:
                note(session, row, "interrupted", now)
            row.attempts += 1
            row.holder, row.held_until = self._holder, until
        return [Claim(row, row.attempts, until) for row in rows]

    def hold(self, claims: Sequence[Claim], instead_of: Sequence[Claim] = ()) -> None:
        """Keep these alive from now on, and those no more."""
        with self._changed:
            for old in instead_of:
                self._held.pop(old.notification.id, None)
            self._held.update((one.notification.id, one.until) for one in claims)
            self._changed.notify_all()

    def is_fresh(self, claim: Claim) -> bool:
        """Whether nobody can have taken it over, as far as clocks agree: no need to look."""
        with self._changed:
            until = self._held.get(claim.notification.id)
        return until is not None and self._clock.now() + _SURE < until

    def still_mine(self, session: Session, claims: Sequence[Claim]) -> dict[str, Notification]:
        """The notifications of those claims that still count, by id, locked until the end."""
        attempts = {one.notification.id: one.attempt for one in claims}
        rows = session.scalars(
            select(Notification).where(Notification.id.in_(attempts)).order_by(Notification.id)
            .with_for_update()
        )  # fmt: skip
        return {row.id: row for row in rows if self._counts(row, attempts[row.id])}

    def _counts(self, row: Notification, attempt: int) -> bool:
        return (row.state, row.holder, row.attempts) == (OPEN, self._holder, attempt)

    def is_mine(self, session: Session, claim: Claim) -> bool:
        """Whether the claim still counts; if so, it is locked until the transaction ends."""
        kept = session.execute(
            update(Notification)
            .where(
                Notification.id == claim.notification.id,
                Notification.state == OPEN,
                Notification.holder == self._holder,
                Notification.attempts == claim.attempt,
            )
            .values(held_until=self._clock.now() + timedelta(seconds=HELD_SECONDS))
        )
        return isinstance(kept, CursorResult) and kept.rowcount == 1

    def next_due(self, lane: str) -> datetime | None:
        """When the next notification of that lane can be claimed, if nothing happens before."""
        free_at = case(
            (Notification.holder.is_(None), Notification.next_at), else_=Notification.held_until
        )
        with self._database.read() as session:
            due: datetime | None = session.scalar(
                select(func.min(free_at, type_=Notification.next_at.type)).where(
                    Notification.state == OPEN, Notification.lane == lane
                )
            )
        return due

    def release_all(self) -> None:
        """Take back every claim of whoever held one: only for who is alone."""
        with self._database.write() as session:
            session.execute(
                update(Notification)
                .where(Notification.state == OPEN, Notification.holder.is_not(None))
                .values(held_until=self._clock.now())
            )

    def run(self, stop: threading.Event) -> None:
        """Keep our claims alive until `stop`; asleep while there are none."""
        while not stop.is_set():
            with self._changed:
                held = self._changed.wait_for(lambda: bool(self._held), timeout=1.0)
            if held and not stop.wait(_KEEP_EVERY_S):
                self._keep()

    def _keep(self) -> None:
        now = self._clock.now()
        until = now + timedelta(seconds=HELD_SECONDS)
        with self._changed:
            kept = [one for one, ends in self._held.items() if ends > now]  # others may be gone
        try:
            with self._database.write() as session:
                session.execute(
                    update(Notification)
                    .where(
                        Notification.id.in_(kept),
                        Notification.state == OPEN,
                        Notification.holder == self._holder,
                    )
                    .values(held_until=until)
                )
        except TryLater:
            return  # the database is away for everybody: nobody can take our claims
        with self._changed:
            self._held.update((one, until) for one in kept if one in self._held)


def note(
    session: Session, row: Notification, event: str, at: datetime, code: str = "", *,
    by: str = "", provider_id: str = "",
) -> None:  # fmt: skip
    """One entry of a notification's history."""
    session.add(
        Happening(
            notification_id=row.id, at=at, event=event, attempt=row.attempts, code=code, by=by,
            provider_id=provider_id,
        )
    )  # fmt: skip


def _due(lane: str, now: datetime) -> ColumnElement[bool]:
    return and_(
        Notification.state == OPEN,
        Notification.lane == lane,
        Notification.next_at <= now,
        or_(Notification.holder.is_(None), Notification.held_until <= now),
    )
