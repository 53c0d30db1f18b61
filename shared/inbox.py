"""What a service has already done: message ids and the keys of their effects, nothing more.

A broker delivers every message at least once. The row is written in the
transaction of the effect, so that either both are there or neither.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Connection, MetaData, String, Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from shared.database import UtcDateTime
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
    insert = postgresql.insert if _is_postgres(session.connection()) else sqlite.insert
    row = {
        "message_id": envelope.id,
        "effect": f"{message.type}:{message.business_key()}",
        "received_at": at,
    }
    added = session.execute(
        insert(INBOX).values(row).on_conflict_do_nothing().returning(INBOX.c.message_id)
    )
    return added.first() is not None


def is_done(session: Session, envelope: Envelope, message: Message) -> bool:
    """Whether the effect was had already, as far as can be seen without waiting for anybody."""
    effect = f"{message.type}:{message.business_key()}"
    seen = (INBOX.c.message_id == envelope.id) | (INBOX.c.effect == effect)
    return session.execute(select(INBOX.c.message_id).where(seen).limit(1)).first() is not None


def _is_postgres(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"
