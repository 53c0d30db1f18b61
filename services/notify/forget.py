"""Forgetting a recipient: addresses go, that something was sent and when stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Result, and_, delete, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from services.notify import code_post
from services.notify.parts import Parts
from services.notify.tables import OPEN, Happening, Notification, Verification, VerificationSend
from shared import outbox
from shared.clock import Clock
from shared.consumer import Received
from shared.messages import RecipientErased, RecipientForgotten


def forget(session: Session, received: Received, clock: Clock) -> None:
    """Blank the addresses of a person's mails; delete what their codes left. Safe to repeat."""
    request = cast(RecipientForgotten, received.message)
    cases = [str(one["id"]) for one in request.cases]
    session.execute(
        update(Notification)
        .where(Notification.correlation_id.in_(cases))
        .values(address="", params={}, links=[])
    )
    code_post.forget_person(session, request.person_id)
    theirs = select(Verification.id).where(Verification.person == request.person_id)
    session.execute(
        delete(VerificationSend).where(
            or_(
                VerificationSend.person == request.person_id,
                VerificationSend.verification_id.in_(theirs),
            )
        )
    )
    session.execute(delete(Verification).where(Verification.person == request.person_id))
    erased = RecipientErased(erasure_id=request.erasure_id)
    outbox.answer(session, erased, received.envelope, clock=clock)


def forget_old(parts: Parts, now: datetime) -> int:
    """Blank the addresses of mails that ended long ago, delete what codes left; how many."""
    count = 0
    with parts.database.write() as session:
        if mail := parts.settings.kept_since("mail", now):
            over = and_(
                Notification.state != OPEN,
                Notification.address != "",
                Notification.created_at < mail,
            )
            count += _number(session.execute(update(Notification).where(over).values(address="")))
        if codes := parts.settings.kept_since("codes", now):
            old = select(Verification.id).where(Verification.created_at < codes)
            sends = delete(VerificationSend).where(VerificationSend.verification_id.in_(old))
            session.execute(sends)
            gone = session.execute(delete(Verification).where(Verification.created_at < codes))
            count += _number(gone)
    return count


def _number(done: Result[Any]) -> int:
    return int(done.rowcount) if isinstance(done, CursorResult) else 0


def copies(session: Session, cases: list[str], addresses: set[str]) -> list[dict[str, Any]]:
    """For a person's copy of their data: what was sent to their addresses about their cases."""
    wanted = select(Notification).where(
        Notification.correlation_id.in_(cases), Notification.address.in_(addresses)
    )
    return [
        {
            "message": one.message,
            "channel": one.channel,
            "address": one.address,
            "created_at": one.created_at.isoformat(),
            "state": one.state,
            "happened": [
                {"at": each.at.isoformat(), "event": each.event, "code": each.code}
                for each in session.scalars(
                    select(Happening)
                    .where(Happening.notification_id == one.id)
                    .order_by(Happening.id)
                )
            ],
        }
        for one in session.scalars(wanted.order_by(Notification.created_at))
    ]
