"""What a service has already done: message ids and the keys of their effects, nothing more.

A broker delivers every message at least once. The row is written in the
transaction of the effect, so that either both are there or neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, MetaData, String, Table, select
from sqlalchemy.orm import Session

from shared.database import UtcDateTime, insert_new
from shared.messages import Envelope, Message

INBOX = Table(
    "inbox",
    MetaData(),
    Column("message_id", String(200), primary_key=True),
    Column("effect", String(400), nullable=False, unique=True),  # type and business key
    Column("received_at", UtcDateTime, nullable=False),
)


def is_new(session: Session, envelope: Envelope, message: Message, at: datetime) -> bool:
    """Whether nobody has had this effect; from the end of the transaction on somebody has.

    False for the same message again, and for another message whose effect is
    the same. Where another transaction is at it right now, this waits for it.
    """
    return bool(those_new(session, [(envelope, message)], at))


def those_new(
    session: Session, received: Sequence[tuple[Envelope, Message]], at: datetime
) -> list[int]:
    """As `is_new`, of many at once: the places of those that are."""
    rows = [
        {"message_id": envelope.id, "effect": _effect(message), "received_at": at}
        for envelope, message in received
    ]
    in_order = sorted(rows, key=lambda row: str(row["effect"]))  # so that two do not wait in a ring
    added = session.execute(insert_new(session, INBOX).returning(INBOX.c.message_id), in_order)
    left = set(added.scalars())
    places = []
    for place, (envelope, _) in enumerate(received):
        if envelope.id in left:
            left.remove(envelope.id)  # the same message again, beside it
            places.append(place)
    return places


def is_done(session: Session, envelope: Envelope, message: Message) -> bool:
    """Whether the effect was had already, as far as can be seen without waiting for anybody."""
    seen = (INBOX.c.message_id == envelope.id) | (INBOX.c.effect == _effect(message))
    return session.execute(select(INBOX.c.message_id).where(seen).limit(1)).first() is not None


def _effect(message: Message) -> str:
    return f"{message.type}:{message.business_key()}"
