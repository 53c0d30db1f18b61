"""Supporting documents: added, removed, and handed to those who may have them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.forms.applications import cases, uploads
from services.forms.applications.describing import attachment_view
from services.forms.applications.states import EDITABLE
from services.forms.applications.tables import ApplicationRow, AttachmentRow, new_id
from services.forms.applications.trail import by, note
from services.forms.applications.uploads import Upload
from services.forms.applications.values import AttachmentView, Served
from services.forms.parts import Parts
from services.forms.signin.person import Person
from shared.errors import NotFound, Refused


def attach(
    session: Session, parts: Parts, person: Person, application_id: str, upload: Upload
) -> AttachmentView:
    """Add a file, inspected before, to a draft or returned application.

    Raises Refused("upload_too_many" | "upload_too_large"), Conflict("wrong_state"),
    NotFound("no_application").
    """
    row = cases.own(session, person, application_id)
    cases.require_editable(row)
    return attachment_view(add(session, parts, person, row, upload))


def add(
    session: Session, parts: Parts, person: Person, row: ApplicationRow, upload: Upload
) -> AttachmentRow:
    """Add a file to a row. Raises Refused("upload_too_many" | "upload_too_large")."""
    limits = parts.kind(row.kind).uploads
    present = cases.attached(row)
    if len(present) >= limits.count:
        raise Refused("upload_too_many", "too many files", most=limits.count, field="file")
    if len(upload.data) > limits.bytes_each:
        raise uploads.too_large(upload.name, limits.bytes_each)
    stored = parts.files.put(upload.data)
    made = AttachmentRow(
        id=new_id(),
        position=len(row.attachments) + 1,
        name=_unlike(upload.name, [one.name for one in present]),
        media_type=upload.media_type,
        size=stored.size,
        file_id=stored.file_id,
        sha256=stored.sha256,
        added_at=parts.clock.now(),
    )
    row.attachments.append(made)
    row.updated_at = parts.clock.now()
    note(session, parts.clock, row, by(person), "attached", id=made.id, sha256=made.sha256)
    return made


def detach(
    session: Session, parts: Parts, person: Person, application_id: str, attachment_id: str
) -> None:
    """Take a file out of the draft; what an earlier round was sent with is kept for its signers."""
    row = cases.own(session, person, application_id)
    cases.require_editable(row)
    found = _find(row, attachment_id)
    sent = any(one["id"] == found.id for round_ in row.submissions for one in round_.attachments)
    row.updated_at = parts.clock.now()
    note(session, parts.clock, row, by(person), "detached", id=found.id, sha256=found.sha256)
    if sent:
        found.removed_at = parts.clock.now()
        return
    file_id = found.file_id
    row.attachments.remove(found)
    session.flush()
    parts.files.remove(file_id)


def fetch(
    session: Session, parts: Parts, person: Person, application_id: str, attachment_id: str
) -> Served:
    """A file for the student or for staff of the office. Raises NotFound."""
    row = cases.visible(session, parts, person, application_id)
    return serve(parts, _find(row, attachment_id))


def serve(parts: Parts, found: AttachmentRow) -> Served:
    """The bytes, checked against the hash that was noted. Raises Permanent("file_…")."""
    data = parts.files.get(found.file_id, found.sha256)
    return Served(found.name, found.media_type, data)


def sent_with(row: ApplicationRow) -> list[AttachmentRow]:
    """The files of the present round: the draft's own while it has not been sent."""
    if not row.round or row.state in EDITABLE:
        return cases.attached(row)
    ids = [one["id"] for one in cases.submission(row).attachments]
    return [one for one in row.attachments if one.id in ids]


def _find(row: ApplicationRow, attachment_id: str) -> AttachmentRow:
    for one in row.attachments:
        if one.id == attachment_id and one.removed_at is None:
            return one
    raise NotFound("no_attachment", "no such file of this application")


def _unlike(name: str, taken: list[str]) -> str:
    """The name, or with a number if another file is called so already."""
    stem, dot, ending = name.rpartition(".")
    tries = [name, *(f"{stem} ({n}){dot}{ending}" for n in range(2, 100))]
    return next(one for one in tries if one not in taken)
