"""What must be true of an installation's databases and store when everything is over.

The simulator's oracle and that of real processes (`tests/parts/oracle.py`) both say it by these;
each gives sentences, for what is not so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import DeclarativeBase, Session

from services.certs.checking.check import Asked, check_documents
from services.certs.checking.finding import WRONG, Tally
from services.certs.ledger import DocumentRow as Entered
from services.forms.applications import trail
from services.forms.applications.states import STATES
from services.forms.applications.tables import ApplicationRow, DocumentRow, NotificationRow
from services.notify.tables import ACCEPTED, BOUNCED, DELIVERED, FAILED, Notification
from services.routes import SERVICES
from shared.database import Database
from shared.files import FileStore
from shared.outbox import OUTBOX
from shared.unanswered import UNANSWERED

MAY_FAIL = ("no_such_mailbox", "uncertain", "expired", "login_failed", "put_off_450")
UNPUBLISHED = OUTBOX.c.published_at.is_(None)
Databases = Mapping[str, Database]


def outboxes(databases: Databases) -> Iterator[str]:
    """All that was said has left, and nothing of what it said is kept."""
    for name in SERVICES:
        with databases[name].read() as session:
            left = session.execute(
                select(OUTBOX.c.type).where(UNPUBLISHED | OUTBOX.c.payload.is_not(None))
            ).all()
            unheard = session.execute(select(UNANSWERED.c.id)).all()
        yield from (f"{row[0]} still stands in the outbox of {name}" for row in left)
        yield from (f"{row[0]} of {name} has no answer" for row in unheard)


def states(applications: list[Row[Any]]) -> Iterator[str]:
    """None is left on its way to a paper."""
    for row in applications:
        if row.state not in STATES or row.state == "approved":
            yield f"application {row.number} was left {row.state}"


def documents(databases: Databases, store: FileStore, now: datetime) -> Iterator[str]:
    """An application that is issued has one document, the same for forms, ledger and store."""
    with databases["certs"].read() as session:
        entered = {row.number: row for row in rows(session, Entered)}
    with databases["forms"].read() as session:
        applications = rows(session, ApplicationRow)
        known = {row.number: row for row in rows(session, DocumentRow)}
    if set(entered) != set(known):
        yield f"forms and ledger know other documents: {set(entered) ^ set(known)}"
        return
    for number, row in entered.items():
        other = known[number]
        there = (row.application_id, row.sha256, row.status)
        if there != (other.application_id, other.sha256, other.state):
            yield f"forms and ledger say other things of {number}"
    count = Counter(row.application_id for row in entered.values())
    for row in applications:
        wanted = 1 if row.state == "issued" else 0
        if count[row.id] != wanted:
            yield f"application {row.number} is {row.state} and has {count[row.id]} documents"
    if strange := set(count) - {row.id for row in applications}:
        yield f"documents of no application: {strange}"
    for found in check_documents(databases["certs"], store, Asked(now), Tally()):
        if found.severity == WRONG:
            yield f"documents check: {found.code} {found.sentence}"


def notifications(databases: Databases, arrived: Mapping[str, int]) -> Iterator[str]:
    """Every notification that forms asked for arrived at least once, none that nobody asked for,
    and forms heard what became of it. `arrived` counts the copies of each."""
    with databases["forms"].read() as session:
        wanted = _said(session, "notification.requested")
        heard = {row.id: row for row in rows(session, NotificationRow)}
    with databases["notify"].read() as session:
        found = rows(session, Notification)
    asked_by_forms = [row for row in found if row.causation_id in wanted]
    if len(asked_by_forms) != len(wanted):
        yield f"forms asked for {len(wanted)} notifications, notify has {len(asked_by_forms)}"
    for row in found:
        yield from _one_notification(row, arrived.get(row.id, 0))
        told = heard.get(row.id)
        if told is not None and told.delivered_at is None and told.failed_at is None:
            yield f"forms never heard what became of notification {row.message}"
    if unasked := set(arrived) - {row.id for row in found}:
        yield f"messages that nobody asked for: {unasked}"


def trails(databases: Databases) -> Iterator[str]:
    """Every trail is whole."""
    with databases["forms"].read() as session:
        for one in session.scalars(select(ApplicationRow.id)):
            if (broken := trail.first_broken(session, one)) is not None:
                yield f"the trail of {one} is broken at {broken}"


def rows(session: Session, table: type[DeclarativeBase]) -> list[Row[Any]]:
    """All rows of a table."""
    return list(session.execute(select(table.__table__)).all())


def _one_notification(row: Row[Any], copies: int) -> Iterator[str]:
    if row.state in (ACCEPTED, DELIVERED, BOUNCED) and not copies:
        yield f"notification {row.message} is {row.state} and nobody got it"
    elif row.state == FAILED and row.code not in MAY_FAIL:
        yield f"notification {row.message} failed: {row.code}"
    elif row.state not in (ACCEPTED, DELIVERED, BOUNCED, FAILED):
        yield f"notification {row.message} was left {row.state} ({row.code})"
    if row.channel == "sms" and copies > 1:
        yield f"an SMS was sent {copies} times"


def _said(session: Session, message_type: str) -> set[str]:
    return set(session.scalars(select(OUTBOX.c.id).where(OUTBOX.c.type == message_type)))
