"""What must be true when the storm is over; everything that is not, as sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import func, select, text

from services.certs.heads.tables import TRAILS, LeafRow
from services.certs.ledger import DocumentRow as Entered
from services.forms.applications.tables import ApplicationRow, TrailRow
from tests.parts import truth
from tests.simulator.people import People
from tests.simulator.world import World


def judge(world: World, people: People) -> list[str]:
    """All that is wrong."""
    with world.chance.calm():
        return [
            *world.wrong,
            *_queues(world),
            *truth.outboxes(world.databases),
            *_applications(world, people),
            *truth.documents(world.databases, world.house.stores["certs"], world.clock.now()),
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


def _applications(world: World, people: People) -> Iterator[str]:
    """Every 2xx is one application, and none is there that nobody asked for."""
    with world.databases["forms"].read() as session:
        rows = truth.rows(session, ApplicationRow)
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
    yield from truth.states(rows)


def _post(world: World) -> Iterator[str]:
    """Every notification at least once, none a second time knowingly, none that nobody asked."""
    arrived = Counter(one.message_id.strip("<>").partition("@")[0] for one in world.box.copies)
    yield from truth.notifications(world.databases, arrived)
    for copy in world.box.knowingly_twice:
        yield f"{copy.message} was sent again by {copy.by} though it was noted as accepted"


def _chains(world: World) -> Iterator[str]:
    """Every trail is whole, and the tree over all chains has each of their entries once."""
    yield from truth.trails(world.databases)
    with world.databases["forms"].read() as session:
        hashes = Counter(session.scalars(select(TrailRow.hash)))
    with world.databases["certs"].read() as session:
        leaves = Counter(session.scalars(select(LeafRow.hash).where(LeafRow.source == TRAILS)))
    if hashes != leaves:
        lost, more = (hashes - leaves).total(), (leaves - hashes).total()
        yield f"of the trails' entries {lost} are lost to the tree and {more} in it twice"


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
