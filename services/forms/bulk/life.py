"""A bulk issue from its list to its end: opened, started, cancelled, tried again, packed anew.

Staff of the office in charge of the kind see and do it, whoever of them began. What takes time
is the worker's (`worker.py`); here only the list's state changes, in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.forms.applications import cases
from services.forms.applications.tables import ApplicationRow, is_id, new_id
from services.forms.bulk.checking import check_common
from services.forms.bulk.columns import Listed
from services.forms.bulk.tables import (
    AGAIN,
    ASKED,
    BEING_PACKED,
    CANCELLED,
    CHECKED,
    CHECKING,
    DONE,
    ISSUING,
    NEW,
    REFUSED,
    WAITING,
    BulkRow,
    EntryRow,
)
from services.forms.catalog.kind import Kind
from services.forms.parts import Parts
from services.forms.signin.person import Person
from shared.errors import Conflict, Forbidden, NotFound, Refused

LISTED_MOST = 50


def kinds_of(parts: Parts, person: Person) -> list[Kind]:
    """What the person's office may issue in bulk: its certificates that are issued at once."""
    return [
        kind
        for kind in parts.kinds.values()
        if kind.at_once and cases.decides(parts, person, kind.name)
    ]


def kind_of(parts: Parts, person: Person, name: str) -> Kind:
    """One of them. Raises Forbidden("staff_only"), Refused("not_in_bulk")."""
    if person.role != "staff":
        raise Forbidden("staff_only", "the desk is for staff")
    found = next((kind for kind in kinds_of(parts, person) if kind.name == name), None)
    if found is None:
        raise Refused("not_in_bulk", "not a kind that this office issues in bulk", field="kind")
    return found


def begin(
    session: Session,
    parts: Parts,
    person: Person,
    kind: str,
    answers: Mapping[str, Any],
    listed: Listed,
    *,
    tell: bool = False,
    sheet: str = "",
) -> BulkRow:
    """Take in a list, to be checked; `answers` are for all, each row may have its own.

    `sheet` is the id that the empty form was given: handed in twice, it is the same list.
    Raises Forbidden, Refused("not_in_bulk" | "findings"), NotFound for another office's sheet.
    """
    check_common(kind_of(parts, person, kind), answers)
    if is_id(sheet) and session.get(BulkRow, sheet) is not None:
        return held(session, person, sheet)
    bulk = BulkRow(
        id=sheet if is_id(sheet) else new_id(),
        kind=kind,
        office=person.office or "",
        person_id=person.id,
        language=person.language,
        answers=dict(answers),
        tell=tell,
        unused=[heading[:100] for heading in listed.unused],
        state=CHECKING,
        total=len(listed.lines),
        created_at=parts.clock.now(),
        archives=0,
        archive_checked=0,
    )
    try:
        with session.begin_nested():
            session.add(bulk)
    except IntegrityError:
        return held(session, person, bulk.id)  # the same form was a moment quicker
    _enter(session, bulk, listed)
    return bulk


def start(session: Session, parts: Parts, person: Person, bulk_id: str) -> BulkRow:
    """Issue to all who may have it; started already, nothing more happens.

    Raises Conflict("not_checked" | "nobody_may"), NotFound("no_bulk").
    """
    bulk = held(session, person, bulk_id)
    if bulk.state == CHECKING:
        raise Conflict("not_checked", "the list is still being checked")
    if bulk.state != CHECKED:
        return bulk
    if not _count(session, bulk_id, WAITING):
        raise Conflict("nobody_may", "nobody of the list may have it")
    bulk.state, bulk.started_at = ISSUING, parts.clock.now()
    return bulk


def cancel(session: Session, parts: Parts, person: Person, bulk_id: str) -> BulkRow | None:
    """Ask for no more: what was asked for goes on to its end. A list that was not started goes.

    Raises NotFound("no_bulk"), Conflict("bulk_over").
    """
    bulk = held(session, person, bulk_id)
    if bulk.state in (CHECKING, CHECKED):
        session.delete(bulk)
        return None
    if bulk.state != ISSUING:
        raise Conflict("bulk_over", "there is nothing left to cancel")
    _move(session, bulk_id, WAITING, CANCELLED)
    _move(session, bulk_id, AGAIN, ASKED)  # as they were: failed
    bulk.cancelled_at = bulk.cancelled_at or parts.clock.now()
    return bulk


def retry(session: Session, parts: Parts, person: Person, bulk_id: str) -> BulkRow:
    """Ask again for every paper that could not be made. Raises NotFound("no_bulk")."""
    bulk = held(session, person, bulk_id)
    failed = select(ApplicationRow.id).where(
        ApplicationRow.bulk_id == bulk_id, ApplicationRow.state == "issue_failed"
    )
    again = session.execute(
        update(EntryRow)
        .where(
            EntryRow.bulk_id == bulk_id,
            EntryRow.state == ASKED,
            EntryRow.application_id.in_(failed),
        )
        .values(state=AGAIN)
        .execution_options(synchronize_session=False)
    )
    if again.rowcount:  # type: ignore[attr-defined]  # an UPDATE has it
        bulk.state, bulk.finished_at = ISSUING, None
    return bulk


def pack_again(session: Session, parts: Parts, person: Person, bulk_id: str) -> BulkRow:
    """Have the ZIP made anew: it was refused, or its time is over.

    Raises NotFound("no_bulk"), Conflict("not_done").
    """
    bulk = held(session, person, bulk_id)
    if bulk.state not in (ISSUING, DONE):
        raise Conflict("not_done", "nothing has been issued yet")
    if bulk.state == DONE and bulk.archive_state != BEING_PACKED:
        bulk.state, bulk.finished_at = ISSUING, None  # the worker finds it settled, and packs
    return bulk


def held(session: Session, person: Person, bulk_id: str) -> BulkRow:
    """A list of the person's office, held until the transaction ends. Raises NotFound."""
    if person.role != "staff":
        raise Forbidden("staff_only", "the desk is for staff")
    found = session.scalar(select(BulkRow).where(BulkRow.id == bulk_id).with_for_update())
    if found is None or found.office != person.office:
        raise NotFound("no_bulk", "no such list of this office")
    return found


def _enter(session: Session, bulk: BulkRow, listed: Listed) -> None:
    rows = [
        {
            "bulk_id": bulk.id,
            "n": line.n,
            "student_number": line.student_number,
            "given": dict(line.given),
            "state": REFUSED if line.n in listed.wrong else NEW,
            "findings": listed.wrong.get(line.n),
        }
        for line in listed.lines
    ]
    session.execute(insert(EntryRow), rows)


def _move(session: Session, bulk_id: str, state: str, to: str) -> None:
    session.execute(
        update(EntryRow)
        .where(EntryRow.bulk_id == bulk_id, EntryRow.state == state)
        .values(state=to)
    )


def _count(session: Session, bulk_id: str, state: str) -> int:
    rows = select(func.count()).where(EntryRow.bulk_id == bulk_id, EntryRow.state == state)
    return session.scalar(rows) or 0
