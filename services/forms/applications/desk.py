"""The desk decides, and keeps cases moving: assigns steps, corrects addresses, retries.

Every use case is for staff of the kind's own office (least privilege).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from services.forms.applications import cases, issuing, sitting, steps
from services.forms.applications.answers import has_control
from services.forms.applications.describing import case_view
from services.forms.applications.queue import queue
from services.forms.applications.roles import OFFICES
from services.forms.applications.said_by import check_printable, check_reason, check_signature
from services.forms.applications.states import Event, after
from services.forms.applications.tables import ApplicationRow, StepRow
from services.forms.applications.telling import tell, to_student, took_part
from services.forms.applications.trail import by, note
from services.forms.applications.values import CaseView
from services.forms.parts import Parts
from services.forms.people import changes, register
from services.forms.people.values import Professor
from services.forms.signin.person import Person
from shared.errors import Conflict, Forbidden, NotFound, Refused

__all__ = [
    "assign",
    "correct_address",
    "decide",
    "find_professors",
    "queue",
    "retry",
    "send_link",
]

REFERENCE_CHARACTERS_MOST = 40  # what the decision block of a paper holds
DECISIONS: dict[str, Event] = {"approve": "approve", "return": "return", "decline": "decline"}


def decide(
    session: Session,
    parts: Parts,
    person: Person,
    application_id: str,
    *,
    decision: str,
    reason: str | None = None,
    granted: str | None = None,
    reference: str | None = None,
    typed: str | None = None,
) -> CaseView:
    """Approve (as asked, or less), return or decline; `typed` is a signature for the trail.

    Raises Refused("bad_decision" | "granted_bad" | "reference_bad" | "reason_needed"),
    Conflict("wrong_state"), Forbidden, NotFound.
    """
    row = cases.for_office(session, parts, person, application_id)
    if decision not in DECISIONS:
        raise Refused("bad_decision", "no such decision", field="decision")
    state = after(row.state, DECISIONS[decision], "staff")
    row.reason = check_reason(reason, needed=decision != "approve")
    if typed is not None:
        note(session, parts.clock, row, by(person), "desk_signed", typed=check_signature(typed))
    if decision == "approve":
        _approve(session, parts, row, person, granted, reference)
    else:
        _refuse(session, parts, row, person, state)
    return case_view(session, parts, row, person)


def assign(
    session: Session,
    parts: Parts,
    person: Person,
    application_id: str,
    step_n: int,
    professor_id: str,
    seat: int = 0,
) -> CaseView:
    """Give a step that has not been decided to a professor; asked at once if it is its turn.

    What the student asks of a certain professor only that professor can agree to; a letter
    anybody can write. `seat`: whose place, where several are asked in one step.
    Raises Refused("unknown_professor" | "as_named" | "has_a_seat"), Conflict("wrong_state"),
    NotFound("no_step").
    """
    row = cases.for_office(session, parts, person, application_id)
    step = _open_step(row, step_n, seat)
    _check_named(parts, row, step, professor_id)
    try:
        professor = register.find_professor(session, professor_id)
    except NotFound as error:
        raise Refused("unknown_professor", "no such professor", field="professor_id") from error
    note(session, parts.clock, row, by(person), "step_assigned", n=step.n, to=professor.id)
    steps.give(session, parts, row, step, professor)
    row.updated_at = parts.clock.now()
    return case_view(session, parts, row, person)


def correct_address(
    session: Session,
    parts: Parts,
    person: Person,
    application_id: str,
    step_n: int,
    email: str,
    seat: int = 0,
) -> CaseView:
    """Write down an approver's right address and mail a link of the next generation at once, for
    every other request, too, whose mail to them came back.

    Raises Refused("bad_email"), Conflict("wrong_state"), NotFound("no_step").
    """
    row = cases.for_office(session, parts, person, application_id)
    step = _open_step(row, step_n, seat)
    if step.professor_id is None:
        raise Conflict("wrong_state", "nobody holds this step", state=step.state)
    register.correct_professor_address(session, step.professor_id, email.strip())
    note(session, parts.clock, row, by(person), "address_corrected", n=step.n,
         professor=step.professor_id)  # fmt: skip
    if step.state == "asked":
        steps.new_link(session, parts, row, step)
    _reach_again(session, parts, step.professor_id)
    row.updated_at = parts.clock.now()
    return case_view(session, parts, row, person)


def _reach_again(session: Session, parts: Parts, professor_id: str) -> None:
    session.flush()
    for step in sitting.unreached(session, professor_id):
        row = cases.locked(session, step.application_id)
        session.refresh(step)
        if row is not None and step.state == "asked" and step.mail_failed_at is not None:
            steps.new_link(session, parts, row, step)


def send_link(
    session: Session,
    parts: Parts,
    person: Person,
    application_id: str,
    step_n: int,
    seat: int = 0,
) -> CaseView:
    """Mail the approver a link of the next generation; the old one is replaced."""
    row = cases.for_office(session, parts, person, application_id)
    step = _open_step(row, step_n, seat)
    if step.state != "asked":
        raise Conflict("wrong_state", "it is not the turn of this step", state=step.state)
    note(session, parts.clock, row, by(person), "link_asked", n=step.n)
    steps.new_link(session, parts, row, step)
    row.updated_at = parts.clock.now()
    return case_view(session, parts, row, person)


def find_professors(session: Session, parts: Parts, person: Person, text: str) -> list[Professor]:
    """Professors by name or address, for staff; nothing for an empty text."""
    if person.role != "staff":
        raise Forbidden("staff_only", "the desk is for staff")
    return register.search_professors(session, text) if text.strip() else []


def retry(session: Session, parts: Parts, person: Person, application_id: str) -> CaseView:
    """Ask for a failed document again, under a new issue id; a certificate with what the register
    says now. Raises Conflict("wrong_state")."""
    row = cases.for_office(session, parts, person, application_id)
    row.state = after(row.state, "retry", "staff")
    row.updated_at = parts.clock.now()
    if parts.kind(row.kind).delivery is None:
        row.due_at = None
    note(session, parts.clock, row, by(person), "retried")
    issuing.request_document(session, parts, row, corrected=True)
    return case_view(session, parts, row, person)


def _approve(
    session: Session,
    parts: Parts,
    row: ApplicationRow,
    person: Person,
    granted: str | None,
    reference: str | None,
) -> None:
    row.granted = _granted(parts, row, granted)
    row.reference = _reference(parts, row, reference)
    row.state = after(row.state, "approve", "staff")
    row.decided_at, row.decided_office = parts.clock.now(), person.office
    row.acted_by = person.office
    delivered = parts.kind(row.kind).delivery is not None
    steps.settle(row, parts.clock.now(), due=row.due_at if delivered else None)
    note(session, parts.clock, row, by(person), "approved", granted=row.granted,
         reference=row.reference, reason=row.reason, office=person.office)  # fmt: skip
    kind = parts.kind(row.kind)
    for change in kind.changes(cases.case_of(session, kind, row)):
        changes.apply(change, session, row.student_id)
    issuing.request_document(session, parts, row)


def _refuse(
    session: Session, parts: Parts, row: ApplicationRow, person: Person, state: str
) -> None:
    """Returned or declined. Who signed is told of a decline; a return is the student's affair."""
    row.state = state
    row.acted_by = person.office
    student = to_student(cases.student_of(cases.submission(row)))
    told = [student, *(took_part(session, row) if state == "declined" else [])]
    steps.void(row, signatures=state == "returned")
    if state == "returned":
        steps.to_student_again(row, parts.clock.now())
    else:
        steps.settle(row, parts.clock.now())
    note(session, parts.clock, row, by(person), state, reason=row.reason, office=person.office)
    keeps = bool(parts.kind(row.kind).for_office)
    more: dict[str, Any] = {}
    if state == "returned":
        more = {"by_when": row.due_at, "keeps": keeps}
    tell(
        session,
        parts,
        row,
        told,
        state,
        by=lambda: str(OFFICES[person.office or ""]),
        reason=row.reason,
        **more,
    )


def _granted(parts: Parts, row: ApplicationRow, granted: str | None) -> str | None:
    """As asked unless less is said (WAI-01). Raises Refused("granted_bad")."""
    kind = parts.kind(row.kind)
    if kind.desk is None or kind.desk.granted is None:
        if granted is not None:
            raise Refused("granted_bad", "nothing is granted in parts", field="granted", may=[])
        return None
    may = list(kind.desk.granted(cases.load(kind, cases.submission(row).answers)))
    if granted is None:
        return may[0]
    if granted not in may:
        raise Refused("granted_bad", "not one of those", field="granted", may=may)
    return granted


def _reference(parts: Parts, row: ApplicationRow, reference: str | None) -> str | None:
    text = (reference or "").strip()
    if len(text) > REFERENCE_CHARACTERS_MOST or has_control(text, lines=False):
        raise Refused(
            "reference_bad", "too long", field="reference", most=REFERENCE_CHARACTERS_MOST
        )
    language = cases.submission(row).language
    check_printable(parts.room, row.kind, language, "decision_reference", text)
    return text or None


def _check_named(parts: Parts, row: ApplicationRow, step: StepRow, professor_id: str) -> None:
    """ADV-01, ADV-02, MAJ-01: nobody becomes an advisor by another's signature."""
    kind = parts.kind(row.kind)
    named = kind.named(cases.load(kind, cases.submission(row).answers))
    wanted = {named[role] for role in step.roles if role in named}
    if not kind.writes and wanted - {professor_id}:
        raise Refused("as_named", "the student named somebody else", field="professor_id")


def _open_step(row: ApplicationRow, step_n: int, seat: int) -> StepRow:
    if row.state != "in_approval":
        raise Conflict("wrong_state", "nobody is asked now", state=row.state)
    for step in cases.steps_of(row):
        if (step.n, step.seat) == (step_n, seat):
            if step.state not in steps.PENDING:
                raise Conflict("wrong_state", "this step is decided", state=step.state)
            return step
    raise NotFound("no_step", "no such step")
