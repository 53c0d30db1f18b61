"""Issued documents: who may see which, and have which file.

forms decides who may have a file; certs hands it out against a capability of
120 s. Students get the PDF, staff of the office also the DOCX (a working copy).
"""

from __future__ import annotations

from typing import Literal

from sqlalchemy.orm import Session

from services.forms.applications import cases, delivering, endings
from services.forms.applications.describing import document_view
from services.forms.applications.tables import ApplicationRow, DocumentRow
from services.forms.applications.values import DocumentView
from services.forms.parts import Parts
from services.forms.signin.person import Person
from shared.errors import Forbidden, NotFound, Refused
from shared.links import file_capability

Form = Literal["pdf", "docx"]
FORMS: tuple[Form, ...] = ("pdf", "docx")
CODES = ("error", "withdrawn", "other")


def document(session: Session, parts: Parts, person: Person, number: str) -> DocumentView:
    """A document of the student's own, or of the office's kinds. Raises NotFound."""
    row, found = visible(session, parts, person, number)
    last = endings.last_of(session, row.id).get(found.number) if person.role == "staff" else None
    return document_view(parts, found, row.number, person, endings.view(session, last))


def file_address(
    session: Session, parts: Parts, person: Person, number: str, form: str = "pdf"
) -> str:
    """Where certs hands out the file for the next two minutes.

    Raises NotFound("no_document"), Refused("bad_format"), Forbidden("staff_only").
    """
    _row, found = visible(session, parts, person, number)
    if form not in FORMS:
        raise Refused("bad_format", "pdf or docx", field="format")
    if form == "docx" and person.role != "staff":
        raise Forbidden("staff_only", "the working copy is for staff")
    return f"/files/{file_capability(found.number, form, parts.clock.now(), parts.keyring)}"


def visible(
    session: Session, parts: Parts, person: Person, number: str
) -> tuple[ApplicationRow, DocumentRow]:
    """A document that this person may see, with its application. Raises NotFound."""
    found = session.get(DocumentRow, number.strip().upper())
    if found is not None and found.student_id != found.application_id:  # or it was erased
        own = person.role == "student" and found.student_id == person.id
        kind = parts.kind(found.kind)
        own = own and delivering.may_have(session, kind, found.application_id)
        if own or cases.decides(parts, person, found.kind):
            return session.get_one(ApplicationRow, found.application_id), found
    raise NotFound("no_document", "no such document for this person")
