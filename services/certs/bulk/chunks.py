"""A chunk of an archive: read back, compared with its facts, packed, written down."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.certs import ledger
from services.certs.bulk.archive import parts_of
from services.certs.bulk.comparing import missing, texts_of
from services.certs.bulk.listing import INDEX, Listed, index, read_list
from services.certs.bulk.packing import Packed, last_stretch, stretch
from services.certs.bulk.tables import FAILED, FINISHED, OPEN, ArchiveRow, PartRow
from services.certs.issue import failure_detail, file_id_of
from services.certs.ledger import Document
from services.certs.library import Version
from services.certs.parts import Parts
from shared import outbox
from shared.errors import NotFound, Permanent, TryLater
from shared.files import Stored
from shared.messages import ArchiveFailed, ArchiveFinished, ArchiveProgressed, Message

log = logging.getLogger("dojang.certs.archivist")

CHUNK_BYTES = 16 * 1024 * 1024  # of documents; then the chunk ends earlier
NUMBER = "document_number"


@dataclass(frozen=True)
class Found:
    """A row of the list with its document as it lies in the store."""

    row: Listed
    document: Document
    data: bytes


@dataclass(frozen=True)
class Chunk:
    """How far the archive is, and the rows of the list that come `next`."""

    archive: ArchiveRow
    headings: Sequence[str]
    rows: Sequence[Listed]
    parts: Sequence[PartRow]
    next: Sequence[Listed]


def next_chunk(parts: Parts, archive_id: str, most: int) -> Chunk:
    """The next rows. Raises Permanent("file_missing" | "file_damaged" | "bad_list")."""
    with parts.database.read() as session:
        archive = session.get_one(ArchiveRow, archive_id)
        lying = parts_of(session, archive_id)
        session.expunge_all()  # read from now on as it was
    headings, rows = read_list(parts.files.get(archive.list_file_id, archive.list_sha256))
    return Chunk(archive, headings, rows, lying, rows[archive.done : archive.done + most])


def pack(parts: Parts, chunk: Chunk) -> None:
    """Read back, compare, pack, write down."""
    taken, found, left_out = _read_back(parts, chunk.next)
    _compare(parts, found)
    parts.fault("compared")
    files = [(one.row.file, one.data, one.document.issued_at) for one in found]
    data, packed = stretch(chunk.archive.size, files)
    stored = _store(parts, chunk, data)
    parts.fault("packed")
    with parts.database.write() as session:
        archive = _held(session, chunk)
        if archive is None:
            return
        _note_part(session, chunk, stored, packed, left_out)
        archive.done, archive.size = archive.done + taken, archive.size + stored.size
        _announce(session, parts, archive,
                  ArchiveProgressed(archive_id=archive.id, checked=archive.done))  # fmt: skip
    parts.fault("noted")


def finish(parts: Parts, chunk: Chunk) -> None:
    """The list of what is in it, and the directory: with them the ZIP is whole."""
    packed = [_packed(entry) for part in chunk.parts for entry in part.entries]
    left_out = {row: status for part in chunk.parts for row, status in part.left_out.items()}
    listed = index(chunk.headings, chunk.rows, left_out, chunk.archive.language)
    data = last_stretch(chunk.archive.size, packed, INDEX, listed, chunk.archive.asked_at)
    stored = _store(parts, chunk, data)
    parts.fault("listed")
    with parts.database.write() as session:
        archive = _held(session, chunk)
        if archive is None:
            return
        _note_part(session, chunk, stored, (), {})
        archive.size += stored.size
        archive.state = FINISHED
        archive.until = parts.clock.now() + timedelta(days=int(parts.settings.bulk_days))
        finished = ArchiveFinished(
            archive_id=archive.id,
            documents=len(packed),
            left_out=len(left_out),
            size=archive.size,
            until=archive.until,
        )
        _announce(session, parts, archive, finished)


def fail(parts: Parts, archive_id: str, problem: Permanent) -> None:
    """No ZIP, and why; what was packed of it is removed at the next tidying."""
    with parts.database.write() as session:
        wanted = select(ArchiveRow).where(ArchiveRow.id == archive_id).with_for_update()
        archive = session.scalars(wanted).one()
        if archive.state != OPEN:
            return
        archive.state = FAILED
        failed = ArchiveFailed(
            archive_id=archive_id, code=problem.code, detail=failure_detail(problem)
        )
        _announce(session, parts, archive, failed)
    log.warning("archive %s is refused: %s", archive_id, problem.code)


def _read_back(parts: Parts, rows: Sequence[Listed]) -> tuple[int, list[Found], dict[str, str]]:
    """How many rows were taken, their documents as they lie there, and which are left out.

    Raises Permanent with the row's own words where one is not there or not what was stored.
    """
    found: list[Found] = []
    left_out: dict[str, str] = {}
    for taken, row in enumerate(rows):
        if sum(len(one.data) for one in found) > CHUNK_BYTES:
            return taken, found, left_out
        if not row.number:
            continue
        with parts.database.read() as session:
            document = ledger.find(session, row.number)
        with _of_row(row):
            if document is None:
                raise Permanent("unknown_number", "no document of that number was issued")
            if document.status != ledger.ISSUED:
                left_out[row.row] = document.status
                continue
            found.append(Found(row, document, parts.files.get(document.file_id, document.sha256)))
    return len(rows), found, left_out


def _compare(parts: Parts, found: Sequence[Found]) -> None:
    """Raises Permanent("paper_differs", field) where a paper does not say what its facts say."""
    texts = texts_of([one.data for one in found])
    for one, said in zip(found, texts, strict=True):
        with _of_row(one.row):
            if said is None:
                raise Permanent("paper_unreadable", "a reader of PDF cannot read it")
            values, printed = _printed(parts, one.document)
            for field in missing(values, printed, said):
                raise Permanent("paper_differs", "a value is not in its text", field=field)


def _printed(parts: Parts, document: Document) -> tuple[dict[str, Any], set[str]]:
    """What stands on a paper, and the names of the fields that it prints.

    Where LibreOffice laid it out, no layout says which: then what its number shows must be there.
    """
    with parts.database.read() as session:
        values = ledger.facts_of(session, document.number).get("values", {})
    version = Version(document.kind, document.language, document.template_version)
    places = parts.press.places(version, values)
    printed = {name for place in places for name in place.fields}
    if not printed:
        printed = {NUMBER, *(one["field"] for one in document.shows)}
    return {**values, NUMBER: document.number}, printed


@contextmanager
def _of_row(row: Listed) -> Iterator[None]:
    """Name the row in whatever is wrong with it."""
    try:
        yield
    except (Permanent, NotFound) as problem:
        more = {**problem.facts, "row": row.row, "number": row.number}
        raise Permanent(problem.code, problem.sentence, **more) from problem


def _store(parts: Parts, chunk: Chunk, data: bytes) -> Stored:
    """Put a part and read it back: what is handed out is what lies there. Raises TryLater."""
    file_id = file_id_of("archive", f"{chunk.archive.id}:{len(chunk.parts)}")
    stored = parts.files.put(data, file_id)
    try:
        parts.files.get(stored.file_id, stored.sha256)
    except Permanent as error:
        raise TryLater("store_unavailable", "the store does not give back what was put") from error
    return stored


def _held(session: Session, chunk: Chunk) -> ArchiveRow | None:
    """The archive, if nobody has gone on with it meanwhile."""
    wanted = select(ArchiveRow).where(ArchiveRow.id == chunk.archive.id).with_for_update()
    found = session.scalars(wanted).one()
    same = found.state == OPEN and found.done == chunk.archive.done
    return found if same and found.size == chunk.archive.size else None


def _note_part(
    session: Session,
    chunk: Chunk,
    stored: Stored,
    packed: Sequence[Packed],
    left_out: dict[str, str],
) -> None:
    session.add(
        PartRow(
            archive_id=chunk.archive.id,
            n=len(chunk.parts),
            file_id=stored.file_id,
            sha256=stored.sha256,
            size=stored.size,
            entries=[_kept(one) for one in packed],
            left_out=left_out,
        )
    )


def _kept(packed: Packed) -> list[object]:
    name, at, *figures = astuple(packed)
    return [name, at.isoformat(), *figures]


def _packed(entry: Sequence[Any]) -> Packed:
    name, at, crc, size, offset = entry
    return Packed(name, datetime.fromisoformat(at), crc, size, offset)


def _announce(session: Session, parts: Parts, archive: ArchiveRow, message: Message) -> None:
    outbox.add(
        session,
        message,
        clock=parts.clock,
        correlation_id=archive.correlation_id,
        causation_id=archive.causation_id,
    )
