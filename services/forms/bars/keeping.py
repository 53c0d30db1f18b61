"""Keep the list of those who cannot be readmitted: look at it, add somebody, lift it (RDM-01).

Each change is written down with the accesses, where the person it is about reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.forms.access.watching import noted
from services.forms.applications import cases
from services.forms.applications.said_by import check_reason
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.tables import BarRow
from services.forms.people.values import Student
from services.forms.signin.person import Person
from shared.errors import Forbidden, NotFound, Refused

KIND = "readmission"
REASON_CHARACTERS_MOST = 200
BARRED, LIFTED = "barred", "lifted"  # what the list of accesses says was done


@dataclass(frozen=True)
class Bar:
    """Somebody who cannot be readmitted, with the reason as they read it."""

    student: Student
    reason: str


def keeps(parts: Parts, person: Person) -> bool:
    """Whether the list is with the person's office: the one that decides readmissions."""
    return cases.decides(parts, person, KIND)


def listed(session: Session, parts: Parts, person: Person) -> Sequence[Bar]:
    """Everybody on the list, by student number. Raises Forbidden."""
    _check(parts, person)
    rows = session.scalars(select(BarRow).where(BarRow.reason != ""))
    found = [Bar(register.find_student(session, row.student_id), row.reason) for row in rows]
    return sorted(found, key=lambda one: one.student.student_number)


def bar(
    session: Session, parts: Parts, person: Person, number: str, reason: str, address: str
) -> Bar:
    """Put somebody on the list, or change the reason; `address` is the network's, for the log.

    Raises Refused("unknown_student" | "reason_needed" | "reason_bad" | "resident_number"),
    Forbidden.
    """
    _check(parts, person)
    said = check_reason(reason, needed=True, most=REASON_CHARACTERS_MOST) or ""
    try:
        student = register.find_student_by_number(session, number.strip())
    except NotFound as error:
        raise Refused("unknown_student", "nobody of this number", field="student_number") from error
    if student.barred != said:
        session.merge(BarRow(student_id=student.id, reason=said))
        session.add(noted(parts, person, address, student.id, BARRED))
    return Bar(student, said)


def lift(session: Session, parts: Parts, person: Person, number: str, address: str) -> None:
    """Take somebody off the list. Raises NotFound("not_barred"), Forbidden."""
    _check(parts, person)
    try:
        student = register.find_student_by_number(session, number)
    except NotFound as error:
        raise NotFound("not_barred", "nobody of this number") from error
    row = session.get(BarRow, student.id, with_for_update=True)
    if row is None or not row.reason:
        raise NotFound("not_barred", "they are not on the list")
    session.delete(row)
    session.add(noted(parts, person, address, student.id, LIFTED))


def _check(parts: Parts, person: Person) -> None:
    """Raises Forbidden("staff_only" | "not_your_office")."""
    if person.role != "staff":
        raise Forbidden("staff_only", "the desk is for staff")
    if not keeps(parts, person):
        raise Forbidden("not_your_office", "another office does this")
