"""The office hands a sealed letter over or mails it, in 1 to 2 business days (REC-02).

"Issued" is when the paper is there; that it has left the house is a fact of its
own, with a date by which it is due. A student has the file of a letter that was
handed to them; one that was mailed is its recipient's alone.
"""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.forms.applications import cases
from services.forms.applications.answers import has_control
from services.forms.applications.letter_tables import DeliveryRow
from services.forms.applications.tables import ApplicationRow, DocumentRow
from services.forms.applications.telling import tell, to_student, took_part
from services.forms.applications.trail import by, note
from services.forms.applications.values import DeliveryView
from services.forms.catalog.kind import Kind
from services.forms.parts import Parts
from services.forms.signin.person import Person
from shared.clock import SEOUL
from shared.errors import Conflict, Refused
from shared.say import full_day

WAYS = ("handed", "mailed")
REFERENCE_CHARACTERS_MOST = 40


def deliver(
    session: Session,
    parts: Parts,
    person: Person,
    application_id: str,
    *,
    how: str,
    day: str | None = None,
    reference: str | None = None,
) -> None:
    """Write down that it was handed over or mailed, today unless said; everybody is told.

    Raises Forbidden, NotFound, Refused("bad_way" | "bad_day" | "reference_bad"),
    Conflict("wrong_state").
    """
    row = cases.for_office(session, parts, person, application_id)
    document = _to_deliver(session, parts, row)
    if how not in WAYS:
        raise Refused("bad_way", "handed or mailed", field="how")
    made = DeliveryRow(
        application_id=row.id,
        how=how,
        day=_day(parts, document, day),
        reference=_reference(reference),
        noted_at=parts.clock.now(),
        noted_by=person.id,
    )
    session.add(made)
    row.due_at, row.updated_at = None, parts.clock.now()
    note(session, parts.clock, row, by(person), "delivered", how=how, day=made.day.isoformat(),
         reference=made.reference, office=person.office)  # fmt: skip
    _tell(session, parts, row, made, document)


def find(session: Session, application_id: str) -> DeliveryView | None:
    """How the paper of an application was delivered, if it was."""
    row = session.get(DeliveryRow, application_id)
    return DeliveryView(row.how, row.day, row.reference or "", row.noted_at) if row else None


def may_have(session: Session, kind: Kind, application_id: str) -> bool:
    """Whether the student may have the file: of a kind that is delivered, once handed over."""
    if kind.delivery is None:
        return True
    found = session.get(DeliveryRow, application_id)
    return found is not None and found.how == "handed"


def is_due(row: ApplicationRow) -> bool:
    """Whether its paper is there and has not left the house."""
    return row.state == "issued" and row.due_at is not None


def _to_deliver(session: Session, parts: Parts, row: ApplicationRow) -> DocumentRow:
    standing = [one for one in row.documents if one.state == "issued"]
    kind = parts.kind(row.kind)
    if kind.delivery is None or row.state != "issued" or not standing:
        raise Conflict("wrong_state", "there is nothing to deliver", state=row.state)
    if session.get(DeliveryRow, row.id) is not None:
        raise Conflict("wrong_state", "it has been delivered", state="delivered")
    return standing[-1]


def _day(parts: Parts, document: DocumentRow, given: str | None) -> date:
    """Not before the paper was there and not in the future."""
    today = parts.clock.now().astimezone(SEOUL).date()
    if not given:
        return today
    try:
        day = date.fromisoformat(given)
    except ValueError as error:
        raise Refused("bad_day", "no day", field="day") from error
    if not document.issued_at.astimezone(SEOUL).date() <= day <= today:
        raise Refused("bad_day", "before it was issued, or to come", field="day")
    return day


def _reference(given: str | None) -> str | None:
    text = (given or "").strip()
    if len(text) > REFERENCE_CHARACTERS_MOST or has_control(text, lines=False):
        raise Refused(
            "reference_bad", "too long", field="reference", most=REFERENCE_CHARACTERS_MOST
        )
    return text or None


def _tell(
    session: Session,
    parts: Parts,
    row: ApplicationRow,
    made: DeliveryRow,
    document: DocumentRow,
) -> None:
    student = to_student(cases.student_of(cases.submission(row)))
    tell(
        session,
        parts,
        row,
        [student, *took_part(session, row)],
        "letter_delivered",
        how=made.how,
        how_text=lambda: way_text(made.how),
        on_day=lambda: full_day(made.day),
        reference=made.reference or "",
        document_number=document.number,
    )


def way_text(how: str) -> str:
    """Handed to the student; mailed."""
    said = _("Handed to the student") if how == "handed" else _("Mailed to the recipient")
    return str(said)
