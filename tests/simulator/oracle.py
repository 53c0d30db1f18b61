"""What must be true when the storm is over; everything that is not, as sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import DeclarativeBase, Session

from services.certs.checking.check import Asked, check_documents
from services.certs.checking.finding import WRONG, Tally
from services.certs.heads.tables import TRAILS, LeafRow
from services.certs.ledger import DocumentRow as Entered
from services.forms.applications import trail
from services.forms.applications.states import STATES
from services.forms.applications.tables import (
    ApplicationRow,
    DocumentRow,
    NotificationRow,
    TrailRow,
)
from services.notify.tables import ACCEPTED, BOUNCED, DELIVERED, FAILED, Notification
from services.routes import SERVICES
from shared.outbox import OUTBOX
from tests.simulator.people import People
from tests.simulator.world import World

MAY_FAIL = ("no_such_mailbox", "uncertain", "expired", "login_failed", "put_off_450")


def judge(world: World, people: People) -> list[str]:
    """All that is wrong."""
    with world.chance.calm():
        return [
            *world.wrong,
            *_queues(world),
            *_applications(world, people),
            *_documents(world),
            *_post(world),
            *_chains(world),
        ]


def _queues(world: World) -> Iterator[str]:
    dead = {lane.dead for lane in world.brokers["forms"].topology.lanes}
    found = Counter[str]()
    for one in world.queues.messages:
        if one.queue not in dead:
            yield f"{one.publication.type} still lies in {one.queue}"
        elif one.publication.id in world.poison:
            found[one.publication.id] += 1
        else:
            yield f"{one.publication.type} is dead in {one.queue} ({one.failures.reason})"
    for one in sorted(world.poison):
        if found[one] != 1:
            yield f"{one} lies {found[one]} times among the dead letters"
    for name in SERVICES:
        with world.databases[name].read() as session:
            left = session.execute(
                select(OUTBOX.c.type).where(
                    OUTBOX.c.published_at.is_(None) | OUTBOX.c.payload.is_not(None)
                )
            ).all()
        yield from (f"{row[0]} still stands in the outbox of {name}" for row in left)


def _applications(world: World, people: People) -> Iterator[str]:
    """Every 2xx is one application, and none is there that nobody asked for."""
    with world.databases["forms"].read() as session:
        rows = _rows(session, ApplicationRow)
        owners = {row.id: (row.student_number, row.kind) for row in rows}
    answered = [one for one in people.attempts if one.answer is not None]
    ids = [one.answer["id"] for one in answered]  # type: ignore[index]
    if len(set(ids)) != len(ids):
        yield "two requests were answered with one application"
    for one in answered:
        if owners.get(one.answer["id"]) != (one.login_id, one.kind):  # type: ignore[index]
            yield f"{one.key} was answered, and its application is not there"
    doubtful = Counter((one.login_id, one.kind) for one in people.attempts if one.answer is None)
    unasked = Counter(owner for one, owner in owners.items() if one not in set(ids))
    for owner, count in unasked.items():
        if count > doubtful[owner]:
            yield f"{count} applications of {owner} for {doubtful[owner]} requests without answer"
    for row in rows:
        if row.state not in STATES or row.state == "approved":
            yield f"application {row.number} was left {row.state}"


def _documents(world: World) -> Iterator[str]:
    """An application that is issued has one document, the same for forms, ledger and store."""
    with world.databases["certs"].read() as session:
        entered = {row.number: row for row in _rows(session, Entered)}
    with world.databases["forms"].read() as session:
        rows = _rows(session, ApplicationRow)
        known = {row.number: row for row in _rows(session, DocumentRow)}
    if set(entered) != set(known):
        yield f"forms and ledger know other documents: {set(entered) ^ set(known)}"
        return
    for number, row in entered.items():
        other = known[number]
        there = (row.application_id, row.sha256, row.status)
        if there != (other.application_id, other.sha256, other.state):
            yield f"forms and ledger say other things of {number}"
    count = Counter(row.application_id for row in entered.values())
    for row in rows:
        wanted = 1 if row.state == "issued" else 0
        if count[row.id] != wanted:
            yield f"application {row.number} is {row.state} and has {count[row.id]} documents"
    if strange := set(count) - {row.id for row in rows}:
        yield f"documents of no application: {strange}"
    tally = Tally()
    asked = Asked(world.clock.now())
    for found in check_documents(
        world.databases["certs"], world.house.stores["certs"], asked, tally
    ):
        if found.severity == WRONG:
            yield f"documents check: {found.code} {found.sentence}"


def _post(world: World) -> Iterator[str]:
    """Every notification at least once, none a second time knowingly, none that nobody asked."""
    with world.databases["forms"].read() as session:
        wanted = _said(session, "notification.requested")
        heard = {row.id: row for row in _rows(session, NotificationRow)}
    with world.databases["notify"].read() as session:
        rows = _rows(session, Notification)
    asked_by_forms = [row for row in rows if row.causation_id in wanted]
    if len(asked_by_forms) != len(wanted):
        yield f"forms asked for {len(wanted)} notifications, notify has {len(asked_by_forms)}"
    arrived = Counter(one.message_id.strip("<>").partition("@")[0] for one in world.box.copies)
    for row in rows:
        yield from _one_notification(row, arrived[row.id])
        told = heard.get(row.id)
        if told is not None and told.delivered_at is None and told.failed_at is None:
            yield f"forms never heard what became of notification {row.message}"
    for copy in world.box.knowingly_twice:
        yield f"{copy.message} was sent again by {copy.by} though it was noted as accepted"
    if unasked := set(arrived) - {row.id for row in rows}:
        yield f"messages that nobody asked for: {unasked}"


def _one_notification(row: Row[Any], copies: int) -> Iterator[str]:
    if row.state in (ACCEPTED, DELIVERED, BOUNCED) and not copies:
        yield f"notification {row.message} is {row.state} and nobody got it"
    elif row.state == FAILED and row.code not in MAY_FAIL:
        yield f"notification {row.message} failed: {row.code}"
    elif row.state not in (ACCEPTED, DELIVERED, BOUNCED, FAILED):
        yield f"notification {row.message} was left {row.state} ({row.code})"
    if row.channel == "sms" and copies > 1:
        yield f"an SMS was sent {copies} times"


def _chains(world: World) -> Iterator[str]:
    """Every trail is whole, and the tree over all chains has each of their entries once."""
    with world.databases["forms"].read() as session:
        for one in session.scalars(select(ApplicationRow.id)):
            if (broken := trail.first_broken(session, one)) is not None:
                yield f"the trail of {one} is broken at {broken}"
        hashes = Counter(session.scalars(select(TrailRow.hash)))
    with world.databases["certs"].read() as session:
        leaves = Counter(session.scalars(select(LeafRow.hash).where(LeafRow.source == TRAILS)))
    if hashes != leaves:
        lost, more = (hashes - leaves).total(), (leaves - hashes).total()
        yield f"of the trails' entries {lost} are lost to the tree and {more} in it twice"


def _rows(session: Session, table: type[DeclarativeBase]) -> list[Row[Any]]:
    return list(session.execute(select(table.__table__)).all())


def _said(session: Session, message_type: str) -> set[str]:
    return set(session.scalars(select(OUTBOX.c.id).where(OUTBOX.c.type == message_type)))


def counted(world: World) -> dict[str, int]:
    """How much there was in a schedule."""
    with world.chance.calm():
        with world.databases["forms"].read() as session:
            applications = session.scalar(select(func.count()).select_from(ApplicationRow)) or 0
        with world.databases["certs"].read() as session:
            documents = session.scalar(select(func.count()).select_from(Entered)) or 0
        with world.databases["notify"].read() as session:
            asked = session.scalar(text("SELECT count(*) FROM notifications")) or 0
    return {"applications": applications, "documents": documents, "notifications": asked}
