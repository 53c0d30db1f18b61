"""The messages that carried codes: each a row of the post, so that receipts and bounces find it.

A code is composed, handed over and forgotten; what stays for a day is that a message left, whither
and by whom. The row's id names its verification, so that forms is told whose challenge it was. No
deliverer takes it up, it has no words, and it is never sent again from the desk.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.notify.catalog import CODES
from services.notify.channels.interface import Accepted
from services.notify.claims import note
from services.notify.compose import Asked
from services.notify.parts import Parts
from services.notify.tables import (
    ACCEPTED,
    BOUNCED,
    FAILED,
    STATES,
    Happening,
    Notification,
    Verification,
)
from shared.errors import DojangError
from shared.messages import CODES as LANE

KEPT = timedelta(days=1)


def name_of(verification_id: str, number: int) -> str:
    """The id of the message with that code; as short as a return path can hold."""
    return f"{verification_id}-{number}"


def accepted(parts: Parts, asked: Asked, at: datetime, how: Accepted) -> None:
    """Somebody answers for it since `at`. What a provider said of it before that counts now."""
    with parts.database.write() as session:
        row = _row(asked, at, ACCEPTED, by=how.by, provider_id=how.provider_id)
        session.add(row)
        session.flush()
        note(session, row, "accepted", at, by=how.by, provider_id=how.provider_id)
    if how.provider_id:
        parts.receipts.accepted(how.by, how.provider_id)


def failed(session: Session, asked: Asked, at: datetime, error: DojangError) -> None:
    """It did not leave, or nobody can say; who waits for it was told at once."""
    by = str(error.facts.get("by", ""))
    row = _row(asked, at, FAILED, code=error.code, by=by)
    session.add(row)
    session.flush()
    note(session, row, "failed", at, error.code, by=by)


def came_back(session: Session, verification: Verification) -> set[str]:
    """The channels of a verification whose last message came back."""
    rows = session.scalars(
        select(Notification)
        .where(Notification.id.in_(_names(verification)))
        .order_by(Notification.created_at)
    )
    last = {row.channel: row.state for row in rows}
    return {channel for channel, state in last.items() if state == BOUNCED}


def forget_person(session: Session, person: str) -> None:
    """Nothing is left of the codes of a person; their verifications are there still."""
    rows = session.scalars(select(Verification).where(Verification.person == person))
    _delete(session, [name for row in rows for name in _names(row)])


def forget_old(session: Session, now: datetime) -> None:
    """After a day a code's message is nobody's business any more."""
    _delete(
        session,
        session.scalars(
            select(Notification.id).where(
                Notification.state.in_(STATES),
                Notification.lane == LANE,
                Notification.next_at < now - KEPT,
                Notification.message.in_(CODES),
            )
        ).all(),
    )


def _row(
    asked: Asked, at: datetime, state: str, *, code: str = "", by: str = "", provider_id: str = ""
) -> Notification:
    return Notification(
        id=asked.id, message=asked.message, language=asked.language, lane=LANE,
        channel=asked.channel, address=asked.address, thread=asked.thread, params={}, links=[],
        correlation_id=asked.thread, causation_id=asked.thread, kind="", number="", state=state,
        code=code, attempts=1, delay_told=False, created_at=at, next_at=at, by=by,
        provider_id=provider_id,
    )  # fmt: skip


def _names(verification: Verification) -> list[str]:
    return [name_of(verification.id, n + 1) for n in range(verification.sends)]


def _delete(session: Session, ids: Sequence[str]) -> None:
    session.execute(delete(Happening).where(Happening.notification_id.in_(ids)))
    session.execute(delete(Notification).where(Notification.id.in_(ids)))
