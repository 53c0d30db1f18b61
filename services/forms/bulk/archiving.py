"""The ZIP of a list: asked of certs when every row is settled, offered when certs has packed it.

forms says which documents belong in it and how their files are called, in a list that lies in
the file store like an attachment; certs reads it by its hash. File names bear student numbers
and the kind, never a name.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.forms.bulk import showing
from services.forms.bulk.asking import on_their_way
from services.forms.bulk.sheet import written
from services.forms.bulk.tables import (
    BEING_PACKED,
    DONE,
    ISSUING,
    NOT_PACKED,
    OFFERED,
    PENDING,
    BulkRow,
    EntryRow,
)
from services.forms.bulk.values import EntryView
from services.forms.parts import Parts
from services.forms.signin.person import Person
from shared import outbox
from shared.clock import SEOUL
from shared.errors import Conflict, Gone
from shared.links import file_capability
from shared.messages import (
    BULK,
    ArchiveFailed,
    ArchiveFinished,
    ArchiveProgressed,
    ArchiveRequested,
)

log = logging.getLogger("dojang.forms.bulk")

COLUMNS = ("row", "student_number", "document_number", "file", "result")
RESULTS = {
    "issued": _l("Issued"),
    "failed": _l("Could not be made"),
    "cancelled": _l("Cancelled"),
    "refused": _l("Refused"),
}


def finish_if_settled(parts: Parts, bulk_id: str) -> bool:
    """When nothing of a list is left to do: it is done, and its ZIP is asked for."""
    with parts.database.read() as session:
        bulk = session.get(BulkRow, bulk_id)
        if bulk is None or not _settled(session, bulk):
            return False
        archive_id = _archive_id(bulk)
        listed, count = _list(session, parts, bulk)
    sha256 = parts.files.put(listed, _list_id(archive_id)).sha256 if count else ""
    with parts.database.write() as session:
        row = session.scalar(select(BulkRow).where(BulkRow.id == bulk_id).with_for_update())
        if row is None or not _settled(session, row) or _archive_id(row) != archive_id:
            return False
        row.state, row.finished_at = DONE, parts.clock.now()
        if count:
            _request(session, parts, row, archive_id, sha256)
    return True


def progressed(session: Session, parts: Parts, message: ArchiveProgressed) -> None:
    """So many rows are packed."""
    row = _packing(session, message.archive_id)
    if row is not None:
        row.archive_checked = max(row.archive_checked, message.checked)


def finished(session: Session, parts: Parts, message: ArchiveFinished) -> None:
    """The ZIP is there for whoever may have it."""
    row = _packing(session, message.archive_id)
    if row is None:
        return
    row.archive_state, row.archive_until = OFFERED, message.until
    row.archive_documents, row.archive_left_out = message.documents, message.left_out
    row.archive_size = message.size
    parts.files.remove(_list_id(message.archive_id))


def failed(session: Session, parts: Parts, message: ArchiveFailed) -> None:
    """There is no ZIP: the office is told which row is not as it was issued."""
    row = _packing(session, message.archive_id)
    if row is None:
        return
    row.archive_state = NOT_PACKED
    row.archive_trouble = {**message.detail, "code": message.code}
    parts.files.remove(_list_id(message.archive_id))


def address(session: Session, parts: Parts, person: Person, bulk_id: str) -> str:
    """Where certs hands out the ZIP for the next two minutes.

    Raises NotFound("no_bulk"), Conflict("no_archive"), Gone("archive_over").
    """
    row = showing.seen(session, person, bulk_id)
    now = parts.clock.now()
    if row.archive_state != OFFERED or row.archive_until is None:
        raise Conflict("no_archive", "there is no ZIP of this list")
    if row.archive_until <= now:
        raise Gone("archive_over", "the ZIP has been removed")
    day = row.created_at.astimezone(SEOUL).date().isoformat()
    name = f"{row.kind}_{day}_{row.id[:6]}.zip"
    return f"/files/{file_capability(row.archive_id or '', 'zip', now, parts.keyring, name)}"


def _settled(session: Session, bulk: BulkRow) -> bool:
    """Whether every row has come to its end."""
    pending = select(EntryRow.n).where(EntryRow.bulk_id == bulk.id, EntryRow.state.in_(PENDING))
    if bulk.state != ISSUING or session.execute(pending.limit(1)).first() is not None:
        return False
    return on_their_way(session, bulk.id) == 0


def _request(session: Session, parts: Parts, row: BulkRow, archive_id: str, sha256: str) -> None:
    row.archives += 1
    row.archive_id, row.archive_state, row.archive_checked = archive_id, BEING_PACKED, 0
    row.archive_trouble = row.archive_until = None
    request = ArchiveRequested(
        archive_id=archive_id, language=row.language, file_id=_list_id(archive_id), sha256=sha256
    )
    outbox.add(session, request, clock=parts.clock, correlation_id=row.id, lane=BULK)


def _list(session: Session, parts: Parts, bulk: BulkRow) -> tuple[bytes, int]:
    """The list in its reader's language, and how many documents are in it."""
    with parts.speaking(bulk.language):
        rows = [_listed(bulk.kind, one) for one in showing.all_entries(session, bulk.id)]
    return written(COLUMNS, rows), sum(bool(row[3]) for row in rows)


def _listed(kind: str, one: EntryView) -> tuple[str, ...]:
    if one.state == "issued" and one.document:
        file = f"{one.student_number}_{kind}_{one.language}.pdf"
        return str(one.n), one.student_number, one.document, file, str(RESULTS["issued"])
    return str(one.n), one.student_number, "", "", " – ".join(result_texts(one))


def result_texts(one: EntryView) -> Iterator[str]:
    """What became of a row, and why, in the reader's language."""
    yield str(RESULTS.get(one.state) or _("Not yet"))
    if one.trouble:
        yield one.trouble
    for finding in one.findings:
        yield " ".join(filter(None, (finding["message"], finding["remedy"])))


def _archive_id(bulk: BulkRow) -> str:
    """The same for each attempt at asking: a crash in between asks for no second ZIP."""
    return hashlib.sha256(f"archive:{bulk.id}:{bulk.archives + 1}".encode()).hexdigest()[:32]


def _list_id(archive_id: str) -> str:
    return hashlib.sha256(f"archive list:{archive_id}".encode()).hexdigest()[:32]


def _packing(session: Session, archive_id: str) -> BulkRow | None:
    """The list that waits for this ZIP; what comes about another changes nothing."""
    wanted = select(BulkRow).where(BulkRow.archive_id == archive_id).with_for_update()
    found = session.scalar(wanted)
    if found is None or found.archive_state != BEING_PACKED:
        log.warning("certs told of an archive that nobody waits for: %s", archive_id)
        return None
    return found
