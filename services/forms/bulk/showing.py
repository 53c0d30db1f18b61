"""Reading bulk issues: how far each is, and each of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import get_locale
from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from services.forms.applications.tables import ApplicationRow, DocumentRow
from services.forms.applications.troubles import trouble_text
from services.forms.bulk.tables import AGAIN, ASKED, OFFERED, BulkRow, EntryRow
from services.forms.bulk.values import STATES, Archive, BulkView, EntryView
from services.forms.parts import Parts
from services.forms.signin.person import Person
from shared.errors import Forbidden, NotFound

LISTS_MOST = 50
ROWS_A_PAGE = 500
DEFAULT = "en"

# A row that was asked for is as far as its application.
SHOWN: ColumnElement[str] = case(
    (EntryRow.state == AGAIN, ASKED),
    (and_(EntryRow.state == ASKED, ApplicationRow.state == "issued"), "issued"),
    (and_(EntryRow.state == ASKED, ApplicationRow.state == "issue_failed"), "failed"),
    else_=EntryRow.state,
)


def lists(session: Session, parts: Parts, person: Person) -> list[BulkView]:
    """The office's lists, the newest first. Raises Forbidden("staff_only")."""
    if person.role != "staff":
        raise Forbidden("staff_only", "the desk is for staff")
    rows = (
        select(BulkRow)
        .where(BulkRow.office == person.office)
        .order_by(BulkRow.created_at.desc(), BulkRow.id)
        .limit(LISTS_MOST)
    )
    return [view_of(session, parts, row) for row in session.scalars(rows)]


def view(session: Session, parts: Parts, person: Person, bulk_id: str) -> BulkView:
    """One list of the person's office. Raises Forbidden("staff_only"), NotFound("no_bulk")."""
    return view_of(session, parts, seen(session, person, bulk_id))


def seen(session: Session, person: Person, bulk_id: str) -> BulkRow:
    """The row of it, to be read."""
    if person.role != "staff":
        raise Forbidden("staff_only", "the desk is for staff")
    found = session.get(BulkRow, bulk_id)
    if found is None or found.office != person.office:
        raise NotFound("no_bulk", "no such list of this office")
    return found


def view_of(session: Session, parts: Parts, row: BulkRow) -> BulkView:
    """A list as it stands now."""
    return BulkView(
        id=row.id,
        kind=parts.kind(row.kind),
        state=row.state,
        total=row.total,
        answers=row.answers,
        tell=row.tell,
        unused=tuple(row.unused),
        counts=counts(session, row.id),
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        cancelled_at=row.cancelled_at,
        archive=_archive(row, parts.clock.now()),
    )


def counts(session: Session, bulk_id: str) -> dict[str, int]:
    """How many rows are in each state, every state named."""
    rows = session.execute(
        select(SHOWN, func.count())
        .select_from(EntryRow)
        .outerjoin(ApplicationRow, ApplicationRow.id == EntryRow.application_id)
        .where(EntryRow.bulk_id == bulk_id)
        .group_by(SHOWN)
    )
    return dict.fromkeys(STATES, 0) | {row[0]: row[1] for row in rows}


def entries(
    session: Session, bulk_id: str, states: Sequence[str] = STATES, after: int = 0, most: int = 50
) -> list[EntryView]:
    """Rows of some states from after line `after` on, in the order of the list."""
    rows = session.execute(
        select(EntryRow, ApplicationRow, SHOWN)
        .outerjoin(ApplicationRow, ApplicationRow.id == EntryRow.application_id)
        .where(EntryRow.bulk_id == bulk_id, EntryRow.n > after, SHOWN.in_(states))
        .order_by(EntryRow.n)
        .limit(most)
    ).all()
    documents = _documents(session, [row[1].id for row in rows if row[1] is not None])
    return [_entry(entry, application, shown, documents) for entry, application, shown in rows]


def all_entries(session: Session, bulk_id: str) -> Iterator[EntryView]:
    """Every row, read a page at a time."""
    after = 0
    while page := entries(session, bulk_id, after=after, most=ROWS_A_PAGE):
        yield from page
        after = page[-1].n


def _entry(
    entry: EntryRow,
    application: ApplicationRow | None,
    shown: str,
    documents: Mapping[str, DocumentRow],
) -> EntryView:
    findings = entry.findings or {}
    base = EntryView(
        entry.n,
        entry.student_number,
        shown,
        findings=findings.get(str(get_locale())) or findings.get(DEFAULT) or (),
    )
    if application is None:
        return base
    document = documents.get(application.id)
    failure: Mapping[str, Any] = application.failure or {}
    return EntryView(
        **base.__dict__
        | {
            "application_id": application.id,
            "application": application.number,
            "document": document.number if document else "",
            "document_state": document.state if document else "",
            "language": document.language if document else "",
            "trouble": trouble_text(failure["code"]) if shown == "failed" and failure else "",
        }
    )


def _documents(session: Session, application_ids: Sequence[str]) -> dict[str, DocumentRow]:
    """The newest document of each application."""
    rows = (
        select(DocumentRow)
        .where(DocumentRow.application_id.in_(application_ids))
        .order_by(DocumentRow.issued_at, DocumentRow.number)
    )
    return {row.application_id: row for row in session.scalars(rows)}


def _archive(row: BulkRow, now: datetime) -> Archive | None:
    if row.archive_state is None:
        return None
    over = row.archive_state == OFFERED and row.archive_until and row.archive_until <= now
    return Archive(
        "over" if over else row.archive_state,
        row.archive_checked,
        row.archive_documents or 0,
        row.archive_left_out or 0,
        row.archive_size or 0,
        row.archive_until,
        row.archive_trouble,
    )
