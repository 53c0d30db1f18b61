"""What a service has asked and nobody has answered yet.

A broker may lose what it had confirmed, when its queues are deleted or its disk is gone. So what
asks for an answer (`Message.answers`) is kept here, beside the outbox, whose row is blanked after
the confirm as every other; once the answer is heard nothing is left (`answered`). What has no
answer after five minutes is said again, with the same id, then whenever it is twice as old, for two
days (`outbox.say_again`). Whoever had its effect before answers again (`Handler.again`), since the
answer may be what was lost.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, delete, insert, update
from sqlalchemy.orm import Session

from shared.database import UtcDateTime

WITHIN = timedelta(minutes=5)
SAID_AGAIN_MOST = 10  # 42 hours and 40 minutes after it was said first

UNANSWERED = Table(
    "unanswered",
    MetaData(),
    Column("id", String(36), primary_key=True),
    Column("correlation_id", String(200), nullable=False, index=True),
    Column("payload", LargeBinary, nullable=False),
    Column("said_again", Integer, nullable=False),  # times
    Column("look_at", UtcDateTime, nullable=False, index=True),
)


def keep(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep rows of the outbox that ask for an answer."""
    if rows:
        session.execute(insert(UNANSWERED), [_kept(row) for row in rows])


def answered(session: Session, ids: Collection[str]) -> None:
    """Somebody has answered these: nothing of them has to be said again."""
    session.execute(delete(UNANSWERED).where(UNANSWERED.c.id.in_(ids)))


def forget(session: Session, cases: Collection[str]) -> None:
    """Say nothing of these cases (correlation ids) again."""
    session.execute(delete(UNANSWERED).where(UNANSWERED.c.correlation_id.in_(cases)))


def look_at(session: Session, message_id: str, said_again: int, at: datetime) -> None:
    """Look at one at that time, after it was said so often again."""
    session.execute(
        update(UNANSWERED)
        .where(UNANSWERED.c.id == message_id)
        .values(said_again=said_again, look_at=at)
    )


def wait(said_again: int) -> timedelta:
    """How long an answer may take after it was said so often again."""
    return WITHIN * int(2 ** max(said_again - 1, 0))


def _kept(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "correlation_id": row["correlation_id"],
        "payload": row["payload"],
        "said_again": 0,
        "look_at": row["created_at"] + WITHIN,
    }
