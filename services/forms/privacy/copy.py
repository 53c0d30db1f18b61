"""A copy of everything that forms keeps of a student, as JSON values, and the files by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from services.forms.access.tables import AccessRow
from services.forms.applications import trail
from services.forms.applications.endings import EndingRow
from services.forms.applications.snapshot import freeze
from services.forms.applications.tables import ApplicationRow, NotificationRow
from services.forms.people import register
from services.forms.people.tables import AccountRow
from services.forms.signin.tables import RemovedAppRow

SECRET = ("password_hash", "trail_head")


@dataclass(frozen=True)
class Named:
    """A file of the copy: where it lies in the ZIP, and in the store."""

    name: str
    file_id: str
    sha256: str


@dataclass(frozen=True)
class Copy:
    """What forms keeps of somebody."""

    data: dict[str, Any]
    files: list[Named]
    cases: list[str]
    addresses: set[str]


def of_student(session: Session, student_id: str) -> Copy:
    """Everything, in the order of the tables. Raises NotFound("no_such_person")."""
    student = register.find_student(session, student_id)
    wanted = select(ApplicationRow).where(ApplicationRow.student_id == student_id)
    rows = list(session.scalars(wanted.order_by(ApplicationRow.number)))
    account = session.scalar(select(AccountRow).where(AccountRow.person_id == student_id))
    seen = select(AccessRow).where(AccessRow.student_id == student_id).order_by(AccessRow.seq)
    removed = select(RemovedAppRow).where(RemovedAppRow.student_id == student_id)
    data = {
        "register": freeze(student),
        "account": _columns(account) if account else None,
        "removed_apps": [_columns(one) for one in session.scalars(removed)],
        "applications": [_application(session, row) for row in rows],
        "accesses": [_columns(one) for one in session.scalars(seen)],
    }
    files = [file for row in rows for file in _files(row)]
    return Copy(data, files, [row.id for row in rows], {student.email, student.phone})


def _application(session: Session, row: ApplicationRow) -> dict[str, Any]:
    mails = select(NotificationRow).where(NotificationRow.application_id == row.id)
    endings = select(EndingRow).where(EndingRow.application_id == row.id)
    return {
        **_columns(row),
        "submissions": [_columns(one) for one in row.submissions],
        "steps": [_columns(one) for one in row.steps],
        "attachments": [_columns(one) for one in row.attachments],
        "documents": [_columns(one) for one in row.documents],
        "endings": [_columns(one) for one in session.scalars(endings)],
        "mails": [_columns(one) for one in session.scalars(mails)],
        "trail": [freeze(one) for one in trail.history(session, row.id)],
    }


def _files(row: ApplicationRow) -> Iterator[Named]:
    for one in row.attachments:
        yield Named(f"{row.number}/{one.id[:8]}-{one.name}", one.file_id, one.sha256)


def _columns(row: Any) -> dict[str, Any]:
    """All columns of a row by their names, but for what is secret."""
    names = [one.key for one in inspect(type(row)).column_attrs if one.key not in SECRET]
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value
