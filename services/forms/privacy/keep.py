"""How long forms keeps each sort of record (`DOJANG_KEEP_…`), by the installation's clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Result, Select, delete, exists, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from services.forms.access.tables import AccessRow
from services.forms.applications.states import ENDS
from services.forms.applications.tables import ApplicationRow, DocumentRow, RenderRow
from services.forms.bulk.tables import DONE, BulkRow
from services.forms.parts import Parts
from services.forms.privacy.erase import files_of, forget_application

AT_A_TIME = 100  # a transaction keeps others from writing


def forget_old(parts: Parts, now: datetime) -> int:
    """Forget what its time is over for; how much that was. Safe to repeat."""
    return (
        _accesses(parts, now)
        + _lists(parts, now)
        + _previews(parts, now)
        + _applications(parts, _old_drafts(parts, now))
        + _applications(parts, _without_document(parts, now))
    )


def _accesses(parts: Parts, now: datetime) -> int:
    since = parts.settings.kept_since("access", now)
    if since is None:
        return 0
    with parts.database.write() as session:
        return _number(session.execute(delete(AccessRow).where(AccessRow.at < since)))


def _lists(parts: Parts, now: datetime) -> int:
    since = parts.settings.kept_since("lists", now)
    if since is None:
        return 0
    over = (BulkRow.state == DONE) & (BulkRow.finished_at < since)
    with parts.database.write() as session:
        rows = session.scalars(select(BulkRow).where(over).limit(AT_A_TIME)).all()
        for row in rows:
            session.delete(row)
    return len(rows)


def _previews(parts: Parts, now: datetime) -> int:
    since = parts.settings.kept_since("previews", now)
    if since is None:
        return 0
    with parts.database.write() as session:
        wanted = select(RenderRow).where(RenderRow.asked_at < since).limit(AT_A_TIME)
        rows = session.scalars(wanted).all()
        files = [row.file_id for row in rows if row.file_id]
        for row in rows:
            session.delete(row)
    return _removed(parts, files, len(rows))


def _old_drafts(parts: Parts, now: datetime) -> Select[str] | None:
    since = parts.settings.kept_since("drafts", now)
    old = (ApplicationRow.state == "draft") & (ApplicationRow.updated_at < since)
    return None if since is None else select(ApplicationRow.id).where(old)


def _without_document(parts: Parts, now: datetime) -> Select[str] | None:
    since = parts.settings.kept_since("unissued", now)
    if since is None:
        return None
    return select(ApplicationRow.id).where(
        ApplicationRow.state.in_(ENDS),
        ApplicationRow.updated_at < since,
        ApplicationRow.erased_at.is_(None),
        ~exists().where(DocumentRow.application_id == ApplicationRow.id),
    )


def _applications(parts: Parts, wanted: Select[str] | None) -> int:
    if wanted is None:
        return 0
    with parts.database.read() as session:
        ids = session.scalars(wanted.limit(AT_A_TIME)).all()
    for application_id in ids:
        with parts.database.write() as session:
            files = _forget(session, parts, wanted, application_id)
        _removed(parts, files, 1)
    return len(ids)


def _forget(session: Session, parts: Parts, wanted: Select[str], application_id: str) -> list[str]:
    """Look again within the transaction: it may have been taken up meanwhile."""
    still = session.scalar(wanted.where(ApplicationRow.id == application_id))
    if still is None:
        return []
    row = session.get_one(ApplicationRow, application_id)
    files = files_of(session, row)
    forget_application(session, parts, row)
    return files


def _removed(parts: Parts, files: Sequence[str], count: int) -> int:
    for file_id in files:
        parts.files.remove(file_id)
    return count


def _number(done: Result[Any]) -> int:
    return int(done.rowcount) if isinstance(done, CursorResult) else 0
