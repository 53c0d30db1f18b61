"""An archive as certs keeps it: taken on, handed out, forgotten when its time is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import cast

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.certs.bulk.tables import FAILED, FINISHED, OPEN, REMOVED, ArchiveRow, PartRow
from services.certs.parts import Parts
from shared.consumer import Received
from shared.errors import Gone, NotFound
from shared.messages import ArchiveRequested


def accept(session: Session, received: Received, parts: Parts) -> None:
    """Write down what is to be packed; the archivist does it, outside this transaction."""
    request = cast(ArchiveRequested, received.message)
    if session.get(ArchiveRow, request.archive_id) is not None:
        return
    session.add(
        ArchiveRow(
            id=request.archive_id,
            correlation_id=received.envelope.correlation_id,
            causation_id=received.envelope.id,
            language=request.language,
            list_file_id=request.file_id,
            list_sha256=request.sha256,
            state=OPEN,
            done=0,
            size=0,
            asked_at=parts.clock.now(),
        )
    )


def open_archive(parts: Parts, archive_id: str) -> tuple[int, Iterator[bytes]]:
    """The size and the bytes of a finished ZIP, read a part at a time as they are wanted.

    Raises NotFound("no_file_here"), Gone("archive_over").
    """
    with parts.database.read() as session:
        row = session.get(ArchiveRow, archive_id)
        if row is None or row.state not in (FINISHED, REMOVED):
            raise NotFound("no_file_here", "no such archive")
        if row.state == REMOVED or row.until is None or row.until <= parts.clock.now():
            raise Gone("archive_over", "the ZIP has been removed")
        size, lying = row.size, [(one.file_id, one.sha256) for one in parts_of(session, row.id)]
    return size, (parts.files.get(file_id, sha256) for file_id, sha256 in lying)


def parts_of(session: Session, archive_id: str) -> list[PartRow]:
    """The parts that are there, in their order."""
    rows = select(PartRow).where(PartRow.archive_id == archive_id).order_by(PartRow.n)
    return list(session.scalars(rows))


def forget_old(parts: Parts, now: datetime) -> int:
    """Remove the ZIPs whose time is over, and what is left of those that came to nothing.

    The documents themselves stay. Gives how many were removed.
    """
    over = select(ArchiveRow.id).where(ArchiveRow.state == FINISHED, ArchiveRow.until <= now)
    broken_off = (
        select(PartRow.archive_id)
        .join(ArchiveRow, ArchiveRow.id == PartRow.archive_id)
        .where(ArchiveRow.state == FAILED)
        .distinct()
    )
    with parts.database.read() as session:
        ids = [*session.scalars(over), *session.scalars(broken_off)]
    for archive_id in ids:
        _forget(parts, archive_id)
    return len(ids)


def _forget(parts: Parts, archive_id: str) -> None:
    """The files first, so that none is left that nobody knows of."""
    with parts.database.read() as session:
        lying = [one.file_id for one in parts_of(session, archive_id)]
    for file_id in lying:
        parts.files.remove(file_id)
    with parts.database.write() as session:
        session.execute(delete(PartRow).where(PartRow.archive_id == archive_id))
        row = session.get_one(ArchiveRow, archive_id)
        row.state = REMOVED if row.state == FINISHED else row.state
