"""How the installation does now, for its operator; no word of any message is in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from services.forms.operations import notes
from services.forms.operations.notes import Note
from services.forms.operations.plant import Plant
from services.forms.parts import Parts
from services.forms.signin.person import Person
from shared.broker import DeadLetter, Depth
from shared.database import Database
from shared.errors import Forbidden, NotFound, Permanent, TryLater
from shared.files.naming import knows_its_tables
from shared.outbox import OUTBOX, oldest_waiting

OUTBOX_LATE = timedelta(minutes=5)
BACKUP_OLD = timedelta(days=2)
CHECK_OLD = timedelta(days=8)


@dataclass(frozen=True)
class Lane:
    """A queue and what lies in it."""

    queue: str
    depth: Depth


@dataclass(frozen=True)
class Outbox:
    """What a department has decided to say and nobody has carried yet; None: not known here."""

    department: str
    waiting: int | None
    since: datetime | None


@dataclass(frozen=True)
class Stuck:
    """A dead letter of a department."""

    department: str
    letter: DeadLetter


@dataclass(frozen=True)
class Sight:
    """Everything on the page. Without an answer of the broker, lanes and stuck are None."""

    lanes: Sequence[Lane] | None
    outboxes: Sequence[Outbox]
    stuck: Sequence[Stuck] | None
    backup: Note | None
    check: Note | None
    troubles: Sequence[str]  # codes of what somebody should see to


def see(parts: Parts, person: Person) -> Sight:
    """How it does now. Raises Forbidden("operators_only")."""
    plant = _plant(parts, person)
    now = parts.clock.now()
    try:
        lanes: list[Lane] | None = [
            Lane(one.queue, plant.dead_letters.broker.depth(one))
            for one in plant.dead_letters.broker.topology.lanes
        ]
        stuck: list[Stuck] | None = [
            Stuck(department, letter)
            for department in plant.databases
            for letter in plant.dead_letters.list(department)
        ]
    except TryLater:
        lanes = stuck = None
    outboxes = [_outbox(name, database) for name, database in plant.databases.items()]
    backup, check = notes.read(parts.settings, "backup"), notes.read(parts.settings, "check")
    troubles = [
        *_of_queues(lanes, stuck),
        *(["outbox_late"] if any(_is_late(one, now) for one in outboxes) else []),
        *(["backup_old"] if backup is None or now - backup.at > BACKUP_OLD else []),
        *_of_check(check, now),
    ]
    return Sight(lanes, outboxes, stuck, backup, check, troubles)


def replay(parts: Parts, person: Person, department: str, message_id: str) -> None:
    """Try a dead letter again. Raises Forbidden("operators_only"), NotFound("no_dead_letter")."""
    plant = _plant(parts, person)
    try:
        plant.dead_letters.replay(department, message_id)
    except Permanent as error:
        raise NotFound("no_dead_letter", "no such dead letter") from error


def _plant(parts: Parts, person: Person) -> Plant:
    if person.role != "operator":
        raise Forbidden("operators_only", "this is for operators")
    if parts.plant is None:
        raise TryLater("broker_unavailable", "this process has no broker")
    return parts.plant


def _outbox(department: str, database: Database) -> Outbox:
    try:
        if not knows_its_tables(database):
            return Outbox(department, None, None)
        with database.read() as session:
            unpublished = select(func.count()).where(OUTBOX.c.published_at.is_(None))
            return Outbox(department, session.scalar(unpublished) or 0, oldest_waiting(session))
    except TryLater:
        return Outbox(department, None, None)


def _is_late(outbox: Outbox, now: datetime) -> bool:
    return outbox.since is not None and now - outbox.since > OUTBOX_LATE


def _of_queues(lanes: Sequence[Lane] | None, stuck: Sequence[Stuck] | None) -> Iterator[str]:
    if lanes is None:
        yield "broker_away"
        return
    if stuck:
        yield "dead_letters"
    if any(one.depth.consumers == 0 for one in lanes):
        yield "no_worker"


def _of_check(check: Note | None, now: datetime) -> Iterator[str]:
    if check is None or now - check.at > CHECK_OLD:
        yield "check_old"
    if check is not None and check.wrong:
        yield "check_wrong"
