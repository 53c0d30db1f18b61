"""Finding applications, and making of their rows what the kinds read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.forms.applications.snapshot import thaw
from services.forms.applications.states import EDITABLE, UNDECIDED
from services.forms.applications.tables import (
    ApplicationRow,
    AttachmentRow,
    StepRow,
    SubmissionRow,
)
from services.forms.catalog.kind import (
    Answers,
    Asking,
    Beside,
    Case,
    Decision,
    Kind,
    Signed,
    Vote,
    Votes,
)
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.tables import StudentRow
from services.forms.people.values import Named, Professor, Student
from services.forms.signin.person import Person
from shared.errors import Conflict, Forbidden, NotFound, Permanent

# Where the register has what a field names (`fields.OfRegister`).
FIND: Mapping[str, Callable[[Session, str], Named]] = {
    "professors": register.find_professor,
    "majors": register.find_major,
    "campuses": register.find_campus,
}


def own(session: Session, person: Person, application_id: str) -> ApplicationRow:
    """A student's own application, locked for the transaction. Raises NotFound."""
    row = locked(session, application_id)
    if person.role != "student" or row is None or row.student_id != person.id:
        raise NotFound("no_application", "no such application of this person")
    return row


def for_office(
    session: Session, parts: Parts, person: Person, application_id: str
) -> ApplicationRow:
    """An application that the person's office decides, locked. Raises Forbidden, NotFound."""
    if person.role != "staff":
        raise Forbidden("staff_only", "the desk is for staff")
    row = locked(session, application_id)
    if row is None or row.erased_at or row.state == "draft" or not decides(parts, person, row.kind):
        raise NotFound("no_application", "no such application of this office")
    return row


def visible(session: Session, parts: Parts, person: Person, application_id: str) -> ApplicationRow:
    """An application that the person may see; foreign ones look like none. Raises NotFound."""
    row = session.get(ApplicationRow, application_id)
    if row is not None and row.erased_at is None:
        if person.role == "student" and row.student_id == person.id:
            return row
        if person.role == "staff" and row.state != "draft" and decides(parts, person, row.kind):
            return row
    raise NotFound("no_application", "no such application for this person")


def applicant(session: Session, person: Person) -> Student:
    """Who applies, as the register has them now. Raises Forbidden("students_only")."""
    must_be_student(person)
    return register.find_student(session, person.id)


def must_be_student(person: Person) -> None:
    """Raises Forbidden("students_only")."""
    if person.role != "student":
        raise Forbidden("students_only", "only students apply")


def require_editable(row: ApplicationRow) -> None:
    """Raises Conflict("wrong_state") unless it is a draft or returned."""
    if row.state not in EDITABLE:
        raise Conflict(
            "wrong_state", "it can no longer be edited", state=row.state, application_id=row.id
        )


def decides(parts: Parts, person: Person, kind: str) -> bool:
    """Whether this kind is with the person's office: least privilege, nothing else is seen."""
    found = parts.kinds.get(kind)
    return person.role == "staff" and found is not None and found.in_charge == person.office


def locked(session: Session, application_id: str) -> ApplicationRow | None:
    """The row, held against other transactions until this one ends."""
    return session.scalar(
        select(ApplicationRow).where(ApplicationRow.id == application_id).with_for_update()
    )


def hold_student(session: Session, student_id: str) -> None:
    """One after the other: two of a student's requests cannot both be the first."""
    session.execute(select(StudentRow.id).where(StudentRow.id == student_id).with_for_update())


def asking(
    session: Session,
    parts: Parts,
    student: Student,
    now: datetime | None = None,
    *,
    of: ApplicationRow | None = None,
) -> Asking:
    """Who asks and what the university's data say, now or at an earlier instant."""
    return Asking(
        student,
        register.semesters(session),
        now or parts.clock.now(),
        room=parts.room,
        professors=cache(lambda: register.professors(session)),
        majors=cache(lambda: register.majors(session)),
        campuses=cache(lambda: register.campuses(session)),
        attached=None if of is None else len(attached(of)),
        beside=cache(lambda: beside(session, parts, student.id, of)),
    )


def beside(
    session: Session, parts: Parts, student_id: str, of: ApplicationRow | None
) -> list[Beside]:
    """The student's other applications that nobody has decided yet, as they were sent."""
    rows = select(ApplicationRow).where(
        ApplicationRow.student_id == student_id, ApplicationRow.state.in_(UNDECIDED)
    )
    return [_beside(parts.kind(row.kind), row) for row in session.scalars(rows) if row is not of]


def _beside(kind: Kind, row: ApplicationRow) -> Beside:
    answers = load(kind, submission(row).answers)
    named = frozenset(kind.named(answers).values())
    return Beside(row.id, row.number, kind.name, kind.title, kind.about(answers), named)


def submission(row: ApplicationRow) -> SubmissionRow:
    """What was sent in the present round."""
    for one in row.submissions:
        if one.round == row.round:
            return one
    raise Permanent("not_sent", "the application has not been sent")


def steps_of(row: ApplicationRow) -> list[StepRow]:
    """The steps of the present round, in their order."""
    return sorted(
        (one for one in row.steps if one.round == row.round), key=lambda one: (one.n, one.seat)
    )


def attached(row: ApplicationRow) -> list[AttachmentRow]:
    """The supporting documents of the present draft."""
    return [one for one in row.attachments if one.removed_at is None]


def student_of(sent: SubmissionRow) -> Student:
    """The student as the register was at submission."""
    return thaw(Student, sent.student)


def load(kind: Kind, answers: dict[str, Any]) -> Answers:
    """Answers that were valid when they were sent, as the kind's functions want them."""
    found: Answers = kind.schema().load(answers)
    return found


def chosen(session: Session, kind: Kind, answers: Mapping[str, Any]) -> dict[str, Named]:
    """What the answers name in the register, by field; what is no longer there is left out."""
    found = {}
    for name, one in kind.schema().fields.items():
        value, of = answers.get(name), one.metadata.get("of")
        if of and isinstance(value, str):
            with suppress(NotFound):
                found[name] = FIND[of](session, value)
    return found


def named(kind: Kind, answers: Answers, found: Mapping[str, Named]) -> dict[str, Professor]:
    """Of what was `chosen`, whoever is to sign in a role."""
    people = {one.id: one for one in found.values() if isinstance(one, Professor)}
    return {role: people[who] for role, who in kind.named(answers).items() if who in people}


def case_of(session: Session, kind: Kind, row: ApplicationRow) -> Case:
    """The whole case as it stands now, with the signatures that count."""
    sent = submission(row)
    student, answers = student_of(sent), load(kind, sent.answers)
    found = chosen(session, kind, answers)
    return Case(
        number=row.number,
        student=student,
        answers=answers,
        submitted_at=sent.at,
        attachments=[one["name"] for one in sent.attachments],
        signatures=[_applicant(student, sent), *_signatures(steps_of(row))],
        decision=_decision(row),
        language=sent.language,
        holders=named(kind, answers, found),
        chosen=found,
        votes=_votes(kind, row),
    )


def _votes(kind: Kind, row: ApplicationRow) -> dict[str, Votes]:
    """What committees have decided."""
    found = {}
    for step in kind.route:
        seats = [one for one in steps_of(row) if one.seat and step.role in one.roles]
        at = [one.decided_at for one in seats if one.decided_at]
        if isinstance(step.agree, Vote) and seats and seats[0].outcome and at:
            states = [one.state for one in seats]
            ayes, noes = states.count("approved"), states.count("declined")
            found[step.role] = Votes(len(seats), ayes, noes, max(at))
    return found


def _applicant(student: Student, sent: SubmissionRow) -> Signed:
    return Signed("applicant", student.name_ko, student.name_en, sent.typed, sent.at)


def _signatures(steps: Sequence[StepRow]) -> list[Signed]:
    """One a role: who holds two roles has signed twice (contract, "States …")."""
    return [
        Signed(
            role,
            step.signer_ko or "",
            step.signer_en or "",
            step.typed or "",
            step.decided_at,
            drawn=step.drawn_file_id is not None,
            behalf_ko=step.behalf_ko or "",
            behalf_en=step.behalf_en or "",
        )
        for step in steps
        if step.state == "approved" and step.decided_at is not None
        for role in step.roles
    ]


def _decision(row: ApplicationRow) -> Decision | None:
    if row.decided_at is None or row.decided_office is None:
        return None
    return Decision(row.granted, row.decided_office, row.decided_at, row.reference or "")
