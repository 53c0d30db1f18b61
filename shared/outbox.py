"""What a service has decided to say: rows written with the effect, published afterwards.

`add` writes a message in the transaction of what it tells of; whoever answers
a person does so after that commit and never waits for a broker. The Relay
publishes the rows and marks them when the broker has confirmed them, at least
once each: if it dies between the two, they are published again, and the inbox
of the receiver knows them. A payload is blanked after the confirm, since it
may hold personal facts; the ids stay. What asks for an answer is kept beside it
until that is there (`shared/unanswered.py`). A row names the span in which it was
said (`traceparent`), so that whoever publishes it goes on with that trace.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    String,
    Table,
    any_,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from shared.broker import Outcome, Publication
from shared.clock import Clock
from shared.database import UtcDateTime, concern
from shared.inbox import INBOX
from shared.messages import ANSWERED, TRANSACTIONAL, Envelope, Message
from shared.traces import TRACEPARENT_CHARACTERS, here
from shared.unanswered import SAID_AGAIN_MOST, UNANSWERED, answered, keep, look_at, wait

LONGEST_REST_S = 300  # between two attempts at a message that no queue wants

OUTBOX = Table(
    "outbox",
    MetaData(),
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("type", String(100), nullable=False),
    Column("lane", String(20), nullable=False),
    Column("correlation_id", String(200), nullable=False),
    Column("payload", LargeBinary),
    Column("created_at", UtcDateTime, nullable=False),
    Column("published_at", UtcDateTime),
    Column("attempts", Integer, nullable=False, default=0),
    Column("try_after", UtcDateTime),
    Column("traceparent", String(TRACEPARENT_CHARACTERS)),
    sqlite_autoincrement=True,
)
_INSERT = insert(OUTBOX)
_UNPUBLISHED = OUTBOX.c.published_at.is_(None)
Index("outbox_unpublished", OUTBOX.c.seq, sqlite_where=_UNPUBLISHED, postgresql_where=_UNPUBLISHED)


def attach(metadata: MetaData) -> None:
    """Give a service its own `outbox`, `unanswered` and `inbox` tables."""
    OUTBOX.to_metadata(metadata)
    UNANSWERED.to_metadata(metadata)
    INBOX.to_metadata(metadata)


def add(
    session: Session,
    message: Message,
    *,
    clock: Clock,
    correlation_id: str,
    causation_id: str | None = None,
    lane: str | None = None,
) -> str:
    """Say `message` when this transaction commits; gives the message's id.

    `correlation_id` is the case (application id, …), `causation_id` the
    message that led to this one; `lane` is the message's own field where it
    has one. Raises Permanent("bad_message").
    """
    said = Said(message, correlation_id, causation_id, lane)
    return add_all(session, [said], clock=clock)[0]


def answer(session: Session, message: Message, asked: Envelope, *, clock: Clock) -> str:
    """As `add`, in answer to a message: of its case, and led to by it, so that whoever asked knows
    which of theirs was heard (`shared/unanswered.py`)."""
    return add(
        session, message, clock=clock, correlation_id=asked.correlation_id, causation_id=asked.id
    )


@dataclass(frozen=True)
class Said:
    """One of several messages that are said together; the fields are those of `add`."""

    message: Message = field(repr=False)
    correlation_id: str
    causation_id: str | None = None
    lane: str | None = None


def add_all(session: Session, wanted: Sequence[Said], *, clock: Clock) -> list[str]:
    """As `add`, many in one statement."""
    rows = [_row(one, clock.now()) for one in wanted]
    if rows:
        session.execute(_INSERT, rows)
        keep(session, [row for row in rows if row["type"] in ANSWERED])
        concern(session, OUTBOX.name)
    return [row["id"] for row in rows]


def _row(said: Said, at: datetime) -> dict[str, Any]:
    envelope = Envelope.wrap(
        said.message, at=at, correlation_id=said.correlation_id, causation_id=said.causation_id
    )
    return {
        "id": envelope.id,
        "type": said.message.type,
        "lane": said.lane or getattr(said.message, "lane", TRANSACTIONAL),
        "correlation_id": said.correlation_id,
        "payload": envelope.to_json(),
        "created_at": at,
        "traceparent": here().traceparent or None,
    }


@dataclass(frozen=True)
class Waiting:
    """A row that has not been confirmed."""

    seq: int
    attempts: int
    publication: Publication = field(repr=False)

    @property
    def case(self) -> str:
        """The correlation id."""
        return self.publication.correlation_id


def any_due(session: Session, now: datetime) -> bool:
    """Whether something waits to be published."""
    return session.execute(select(OUTBOX.c.seq).where(_due(now)).limit(1)).first() is not None


def oldest_waiting(session: Session) -> datetime | None:
    """Since when the oldest unpublished message waits; None if none does."""
    return session.scalar(
        select(OUTBOX.c.created_at).where(_UNPUBLISHED).order_by(OUTBOX.c.seq).limit(1)
    )


def next_due(session: Session, now: datetime, limit: int) -> list[Waiting]:
    """The oldest rows to publish, locked on PostgreSQL until the transaction ends.

    Rows that another relay has locked are passed over, and with them later
    rows of the same case, so that two relays do not turn a case's order round.
    """
    columns = (
        OUTBOX.c.seq, OUTBOX.c.attempts, OUTBOX.c.id, OUTBOX.c.type, OUTBOX.c.lane,
        OUTBOX.c.correlation_id, OUTBOX.c.payload, func.coalesce(OUTBOX.c.traceparent, ""),
    )  # fmt: skip
    found = session.execute(
        select(*columns).where(_due(now)).order_by(OUTBOX.c.seq).limit(limit)
        .with_for_update(skip_locked=True)  # SQLite has no such clause and passes it over
    )  # fmt: skip
    rows = [Waiting(row[0], row[1], Publication(*row[2:])) for row in found]
    return _in_turn(session, rows, now)


def mark(
    session: Session, rows: Sequence[Waiting], outcomes: Sequence[Outcome], now: datetime
) -> None:
    """Blank what was confirmed; what no queue wants or the broker refused rests for a while."""
    pairs = list(zip(rows, outcomes, strict=True))
    confirmed = [row.seq for row, outcome in pairs if outcome is Outcome.CONFIRMED]
    if confirmed:
        session.execute(
            update(OUTBOX)
            .where(_among(session, confirmed))
            .values(published_at=now, payload=None, try_after=None)
        )
    for row, outcome in pairs:
        if outcome in (Outcome.UNROUTABLE, Outcome.REFUSED):
            _let_rest(session, row, now)


def any_unanswered(session: Session, now: datetime) -> bool:
    """Whether something that was published has no answer in time."""
    return session.execute(_late(now).limit(1)).first() is not None


def say_again(session: Session, now: datetime, limit: int) -> int:
    """Have what was published and not answered in time published once more; how many that are."""
    count = 0
    for row in session.execute(_late(now).limit(limit).with_for_update(skip_locked=True)).all():
        times, since = row.said_again, row.published_at
        if since + wait(times) <= now:
            session.execute(
                update(OUTBOX)
                .where(OUTBOX.c.id == row.id)
                .values(payload=row.payload, published_at=None, attempts=0, try_after=None)
            )
            times, since, count = times + 1, now, count + 1
        if times == SAID_AGAIN_MOST:
            answered(session, [row.id])
        else:
            look_at(session, row.id, times, since + wait(times))
    return count


def _late(now: datetime) -> Select[Any]:
    """What is to be looked at; published at last, for a broker may have been away for days."""
    columns = (UNANSWERED.c.id, UNANSWERED.c.payload, UNANSWERED.c.said_again)
    return (
        select(*columns, OUTBOX.c.published_at)
        .join(OUTBOX, OUTBOX.c.id == UNANSWERED.c.id)
        .where(UNANSWERED.c.look_at <= now, OUTBOX.c.published_at.is_not(None))
    )


def _due(now: datetime) -> ColumnElement[bool]:
    return _UNPUBLISHED & or_(OUTBOX.c.try_after.is_(None), OUTBOX.c.try_after <= now)


def _among(session: Session, seqs: Sequence[int]) -> ColumnElement[bool]:
    """Rows of these numbers, in one parameter: hundreds of them cost more than the update."""
    if session.get_bind().dialect.name == "postgresql":
        return OUTBOX.c.seq == any_(bindparam("seqs", list(seqs), ARRAY(BigInteger)))
    listed = func.json_each(json.dumps(list(seqs))).table_valued("value")
    return OUTBOX.c.seq.in_(select(listed.c.value))


def _in_turn(session: Session, rows: list[Waiting], now: datetime) -> list[Waiting]:
    if not rows or not _some_passed_over(session, rows, now):
        return rows
    mine = {row.seq for row in rows}
    before = session.execute(
        select(OUTBOX.c.correlation_id, OUTBOX.c.seq).where(
            _due(now),
            OUTBOX.c.seq < rows[-1].seq,
            OUTBOX.c.correlation_id.in_({row.case for row in rows}),
        )
    )
    first_of_others: dict[str, int] = {}
    for case, seq in before:
        if seq not in mine:
            first_of_others[case] = min(seq, first_of_others.get(case, seq))
    return [row for row in rows if row.seq < first_of_others.get(row.case, row.seq + 1)]


def _some_passed_over(session: Session, rows: list[Waiting], now: datetime) -> bool:
    """Whether older ones are due that somebody else has locked."""
    older = select(func.count()).where(_due(now), OUTBOX.c.seq <= rows[-1].seq)
    return session.scalar(older) != len(rows)


def _let_rest(session: Session, row: Waiting, now: datetime) -> None:
    rest_s = min(2 ** min(row.attempts, 10), LONGEST_REST_S)
    session.execute(
        update(OUTBOX)
        .where(OUTBOX.c.seq == row.seq)
        .values(attempts=row.attempts + 1, try_after=now + timedelta(seconds=rest_s))
    )
