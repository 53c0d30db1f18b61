"""The paper way (EXT-04): staff enter a signed paper form with its scan; the same record and rules.

Reading: the signed form counts by the instant at which it arrived, which staff write down; the
professors' signatures are on it, so that nobody is asked again and the office decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.forms.applications import cases, life, sending
from services.forms.applications.answers import check_typed
from services.forms.applications.attachments import add
from services.forms.applications.tables import ApplicationRow, is_id
from services.forms.applications.trail import by, note
from services.forms.applications.uploads import Upload
from services.forms.catalog.kind import Kind
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.values import Student
from services.forms.signin.person import Person
from shared.errors import Forbidden, NotFound, Refused


def kinds_of(parts: Parts, person: Person) -> list[Kind]:
    """What the person's office takes on paper: people sign it by name, and the office decides."""
    return [
        kind
        for kind in parts.kinds.values()
        if person.role == "staff" and kind.in_charge == person.office and _signed_by_name(kind)
    ]


def check_staff(person: Person) -> None:
    """Raises Forbidden("staff_only")."""
    if person.role != "staff":
        raise Forbidden("staff_only", "the desk is for staff")


def kind_of(parts: Parts, person: Person, name: str) -> Kind:
    """One of them. Raises Forbidden("staff_only"), NotFound("not_on_paper")."""
    check_staff(person)
    found = next((one for one in kinds_of(parts, person) if one.name == name), None)
    if found is None:
        raise NotFound("not_on_paper", "this office takes no such paper form")
    return found


def enter(
    session: Session,
    parts: Parts,
    person: Person,
    kind_name: str,
    *,
    student_number: str,
    answers: Mapping[str, Any],
    arrived: datetime,
    scan: Upload,
    sheet: str = "",
) -> str:
    """Enter a signed paper form; the application's id. It lies at the office's desk at once.

    Judged by the instant at which it arrived. Handed in twice with one `sheet`, it is one.
    Raises Refused("unknown_student" | "arrived_later" | "findings" | "upload_…"),
    Conflict("open_application" | "nobody_on_record"), Forbidden, NotFound("not_on_paper").
    """
    kind = kind_of(parts, person, kind_name)
    if is_id(sheet) and session.get(ApplicationRow, sheet) is not None:
        return sheet
    if arrived > parts.clock.now():
        raise Refused("arrived_later", "it has not arrived yet", field="arrived")
    check_typed(kind, answers)
    student = _student(session, student_number)
    row = life.blank(session, parts, student, kind, answers, sheet)
    row.on_paper = True
    note(session, parts.clock, row, by(person), "created_on_paper")
    add(session, parts, person, row, scan)
    asking = cases.asking(session, parts, student, arrived, of=row)
    sending.send_on_paper(session, parts, row, asking, by(person))
    return row.id


def _signed_by_name(kind: Kind) -> bool:
    """A committee votes and a writer writes: neither is a signature on a form."""
    each_one = all(step.agree == "one" and not step.writes for step in kind.route)
    return bool(kind.route) and kind.desk is not None and each_one


def _student(session: Session, number: str) -> Student:
    try:
        return register.find_student_by_number(session, number.strip())
    except NotFound as error:
        raise Refused("unknown_student", "nobody of this number", field="student_number") from error
