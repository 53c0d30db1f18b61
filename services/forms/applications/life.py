"""An application from its first letter to its sending, and its withdrawal.

Every use case runs in the caller's transaction and is one sentence of an
application's life; states come from `states`, mails from `telling`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.forms.applications import cases, steps
from services.forms.applications.answers import check_typed
from services.forms.applications.describing import case_view, summary
from services.forms.applications.numbers import next_number
from services.forms.applications.offers import offers
from services.forms.applications.said_by import check_reason
from services.forms.applications.sending import submit
from services.forms.applications.states import after, may
from services.forms.applications.tables import ApplicationRow, is_id, new_id
from services.forms.applications.telling import Recipient, tell, to_office, to_student, took_part
from services.forms.applications.trail import by, note
from services.forms.applications.values import CaseView, Summary
from services.forms.catalog.kind import Kind
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.values import Professor, StudentName
from services.forms.signin.person import Person
from shared import audit
from shared.audit import digest
from shared.errors import Conflict, Refused

__all__ = [
    "begin",
    "discard",
    "mine",
    "of_sheet",
    "offers",
    "save",
    "start",
    "submit",
    "view",
    "withdraw",
]

DRAFTS_MOST = 200


def start(
    session: Session,
    parts: Parts,
    person: Person,
    kind: str,
    answers: Mapping[str, Any],
    sheet: str = "",
) -> CaseView:
    """A draft of this kind with a number of its own.

    `sheet` is the id that an empty form was given (`tables.new_id`): handed in twice, it is the
    same application. Raises Refused("unknown_kind" | "findings"), Conflict("too_many_drafts"),
    NotFound("no_application") for somebody else's sheet.
    """
    row = begin(session, parts, person, kind, answers, sheet)
    return case_view(session, parts, row, person)


def begin(
    session: Session,
    parts: Parts,
    person: Person,
    kind: str,
    answers: Mapping[str, Any],
    sheet: str = "",
) -> ApplicationRow:
    """The same, as the row (for use cases that go on)."""
    cases.must_be_student(person)
    if kind not in parts.kinds:
        raise Refused("unknown_kind", "there is no such kind", field="kind")
    found = parts.kinds[kind]
    check_typed(found, answers)
    _check_drafts(session, person)
    if _known(session, sheet):
        return cases.own(session, person, sheet)
    student = register.find_student_name(session, person.id)
    row = blank(session, parts, student, found, answers, sheet)
    note(session, parts.clock, row, by(person), "created", answers=digest(row.answers))
    return row


def blank(
    session: Session,
    parts: Parts,
    student: StudentName,
    kind: Kind,
    answers: Mapping[str, Any],
    sheet: str = "",
) -> ApplicationRow:
    """A draft's row with a number of its own, for whoever says how it came about."""
    now = parts.clock.now()
    row = ApplicationRow(
        id=sheet if is_id(sheet) else new_id(),
        number=next_number(session, kind.prefix, now),
        kind=kind.name,
        student_id=student.id,
        student_number=student.student_number,
        name_ko=student.name_ko,
        name_en=student.name_en,
        state="draft",
        step=0,
        round=0,
        answers=dict(answers),
        created_at=now,
        updated_at=now,
        trail_length=0,
        trail_head=audit.BEGINNING,
    )
    session.add(row)
    session.flush()
    return row


def of_sheet(session: Session, parts: Parts, person: Person, sheet: str) -> CaseView | None:
    """The application that a form has led to. Raises NotFound for somebody else's."""
    if not _known(session, sheet):
        return None
    return case_view(session, parts, cases.own(session, person, sheet), person)


def _known(session: Session, sheet: str) -> bool:
    return is_id(sheet) and session.get(ApplicationRow, sheet) is not None


def save(
    session: Session,
    parts: Parts,
    person: Person,
    application_id: str,
    answers: Mapping[str, Any],
) -> CaseView:
    """Keep the answers as typed. Raises Refused("findings"), Conflict("wrong_state")."""
    row = _editable(session, person, application_id)
    check_typed(parts.kind(row.kind), answers)
    if dict(answers) != row.answers:
        row.answers = dict(answers)
        row.updated_at = parts.clock.now()
        note(session, parts.clock, row, by(person), "saved", answers=digest(row.answers))
    return case_view(session, parts, row, person)


def withdraw(
    session: Session,
    parts: Parts,
    person: Person,
    application_id: str,
    reason: str | None = None,
) -> CaseView:
    """The student takes it back, until the desk decides; everybody who was asked is told."""
    row = cases.own(session, person, application_id)
    told = [*took_part(session, row), *_office_if_asked(session, parts, row)] if row.round else []
    row.state = after(row.state, "withdraw", "student")
    row.reason, row.acted_by = check_reason(reason, needed=False), "applicant"
    steps.void(row, signatures=False)
    steps.settle(row, parts.clock.now())
    note(session, parts.clock, row, by(person), "withdrawn", reason=row.reason)
    student = cases.student_of(cases.submission(row))
    tell(session, parts, row, [to_student(student), *told], "withdrawn", reason=row.reason or "")
    return case_view(session, parts, row, person)


def discard(session: Session, parts: Parts, person: Person, application_id: str) -> None:
    """Throw a draft away with its files; what was ever sent stays."""
    row = cases.own(session, person, application_id)
    if row.state != "draft":
        raise Conflict("wrong_state", "only a draft can be thrown away", state=row.state)
    files = [one.file_id for one in row.attachments]
    session.delete(row)
    session.flush()
    for file_id in files:
        parts.files.remove(file_id)


def professors(session: Session, person: Person, text: str) -> list[Professor]:
    """The professors whom a student may name; `text` is part of a name. Raises Forbidden."""
    cases.must_be_student(person)
    part = text.strip().casefold()
    found = register.professors(session)
    return [one for one in found if part in f"{one.name_ko}\n{one.name_en}".casefold()]


def mine(session: Session, parts: Parts, person: Person) -> list[Summary]:
    """The student's own applications, the newest first."""
    rows = (
        select(ApplicationRow)
        .where(ApplicationRow.student_id == person.id)
        .order_by(ApplicationRow.updated_at.desc(), ApplicationRow.id)
    )
    return [summary(session, parts, row, person) for row in session.scalars(rows)]


def view(session: Session, parts: Parts, person: Person, application_id: str) -> CaseView:
    """One application, for its student or for staff of its office. Raises NotFound."""
    return case_view(session, parts, cases.visible(session, parts, person, application_id), person)


def _check_drafts(session: Session, person: Person) -> None:
    count = session.scalar(
        select(func.count())
        .select_from(ApplicationRow)
        .where(ApplicationRow.student_id == person.id, ApplicationRow.state == "draft")
    )
    if (count or 0) >= DRAFTS_MOST:
        raise Conflict("too_many_drafts", "too many drafts", most=DRAFTS_MOST)


def _editable(session: Session, person: Person, application_id: str) -> ApplicationRow:
    row = cases.own(session, person, application_id)
    cases.require_editable(row)
    return row


def _office_if_asked(session: Session, parts: Parts, row: ApplicationRow) -> list[Recipient]:
    """The office took part if the application lies there, or a step waits for its hand."""
    asked = may(row.state, "approve", "staff") or row.trouble is not None
    return to_office(session, parts, row) if asked else []
