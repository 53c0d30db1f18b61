"""Asking certs for the papers of a list: a few applications a transaction, each a normal one.

A row and its application are written together, so that after a crash at any point the row is
either still waiting or has its one application. No more are on their way at a time than
certs makes in a moment: whoever else wants a paper never waits behind the whole list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.forms.applications import cases, issuing
from services.forms.applications.numbers import next_number
from services.forms.applications.sending import send_for
from services.forms.applications.states import after
from services.forms.applications.tables import ApplicationRow, new_id
from services.forms.applications.trail import Who, note
from services.forms.bulk.checking import against, told, unknown_student
from services.forms.bulk.tables import AGAIN, ASKED, REFUSED, WAITING, BulkRow, EntryRow
from services.forms.catalog.kind import Asking
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.values import Student
from shared import audit
from shared.errors import Refused

BATCH = 10  # applications a transaction: others wait for it, on SQLite everybody
ON_THEIR_WAY_MOST = 40  # asked for and not answered, of one list


def ask_batch(session: Session, parts: Parts, bulk_id: str, most: int = BATCH) -> int:
    """Ask for the next papers, if not enough are on their way; how many rows were dealt with."""
    if ON_THEIR_WAY_MOST - on_their_way(session, bulk_id) < most:
        return 0
    rows = _next(session, bulk_id, most)
    bulk = session.get(BulkRow, bulk_id)
    if bulk is None:
        return 0  # thrown away a moment ago
    students = register.find_students_by_number(session, [row.student_number for row in rows])
    who = Who("staff", bulk.person_id)
    semesters = register.semesters(session) if rows else {}
    for row in rows:
        student = students.get(row.student_number)
        if row.state == AGAIN:
            _ask_again(session, parts, row, who)
        elif student is None:
            _refuse(row, told(parts, [unknown_student()]))
        else:
            asking = Asking(student, semesters, parts.clock.now(), room=parts.room)
            _ask(session, parts, bulk, row, asking, who)
    return len(rows)


def on_their_way(session: Session, bulk_id: str) -> int:
    """How many papers of a list are being made now."""
    rows = select(func.count()).where(
        ApplicationRow.bulk_id == bulk_id, ApplicationRow.state == "approved"
    )
    return session.scalar(rows) or 0


def _next(session: Session, bulk_id: str, most: int) -> Sequence[EntryRow]:
    """Rows that wait, held; those that another worker holds are passed over."""
    rows = (
        select(EntryRow)
        .where(EntryRow.bulk_id == bulk_id, EntryRow.state.in_((WAITING, AGAIN)))
        .order_by(EntryRow.n)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(rows).all()


def _ask(
    session: Session, parts: Parts, bulk: BulkRow, row: EntryRow, asking: Asking, who: Who
) -> None:
    """Send an application; who may no longer have it since the list was checked is refused."""
    try:
        with session.begin_nested():
            application = _application(session, parts, bulk, row, asking.student)
            send_for(session, parts, application, asking, who, bulk=bulk.id, office=bulk.office)
    except Refused as error:
        if error.code != "findings":
            raise
        _refuse(row, against(parts, bulk, row, asking) or {})
        return
    row.application_id, row.state = application.id, ASKED


def _application(
    session: Session, parts: Parts, bulk: BulkRow, row: EntryRow, student: Student
) -> ApplicationRow:
    kind, now = parts.kind(bulk.kind), parts.clock.now()
    application = ApplicationRow(
        id=new_id(),
        number=next_number(session, kind.prefix, now),
        kind=kind.name,
        student_id=student.id,
        student_number=student.student_number,
        name_ko=student.name_ko,
        name_en=student.name_en,
        state="draft",
        step=0,
        round=0,
        answers={**bulk.answers, **row.given},
        created_at=now,
        updated_at=now,
        bulk_id=bulk.id,
        quiet=not bulk.tell,
        trail_length=0,
        trail_head=audit.BEGINNING,
        steps=[],  # known to be empty: nobody need ask the database
        attachments=[],
        submissions=[],
        documents=[],
    )
    session.add(application)
    session.flush()
    return application


def _ask_again(session: Session, parts: Parts, row: EntryRow, who: Who) -> None:
    """The office's retry of a paper that could not be made, unless somebody has retried it."""
    application = cases.locked(session, row.application_id or "")
    row.state = ASKED
    if application is None or application.state != "issue_failed":
        return
    application.state = after(application.state, "retry", "staff")
    application.updated_at = parts.clock.now()
    note(session, parts.clock, application, who, "retried")
    issuing.request_document(session, parts, application, corrected=True)


def _refuse(row: EntryRow, findings: Mapping[str, object]) -> None:
    row.state, row.findings = REFUSED, dict(findings)
