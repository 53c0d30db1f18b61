"""The desk's queue: what lies with an office, what is stuck, what has ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select
from sqlalchemy.orm import Session

from services.forms.applications import endings
from services.forms.applications.cases import decides
from services.forms.applications.delivering import is_due
from services.forms.applications.states import ENDS, OPEN
from services.forms.applications.tables import ApplicationRow, AttachmentRow
from services.forms.applications.values import Queue, QueueRow
from services.forms.parts import Parts
from services.forms.signin.person import Person
from shared.errors import Forbidden, Refused

VIEWS = ("ours", "second", "due", "stuck", "deliver", "professors", "ended", "all")
SOON = timedelta(days=3)
ROWS_MOST = 200
TEXT_CHARACTERS_MOST = 100

A = ApplicationRow
# A paper that is there and has not left the house (REC-02): `due_at` is by when it should.
TO_DELIVER = and_(A.state == "issued", A.due_at.is_not(None))


def queue(
    session: Session,
    parts: Parts,
    person: Person,
    view: str = "ours",
    text: str = "",
    kind: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Queue:
    """One view of the office's applications, the earliest due first.

    `text` searches numbers, names and student numbers over all views.
    Raises Forbidden("staff_only"), Refused("bad_view").
    """
    if person.role != "staff":
        raise Forbidden("staff_only", "the desk is for staff")
    if view not in VIEWS:
        raise Refused("bad_view", "no such view", field="view")
    mine = [name for name in parts.kinds if decides(parts, person, name)]
    now = parts.clock.now()
    ours = and_(A.kind.in_(mine), A.state != "draft", A.erased_at.is_(None))
    conditions = _views(now)
    wanted = and_(ours, conditions[view] if not text.strip() else _like(text))
    if kind:
        wanted = and_(wanted, A.kind == kind)
    limit = min(max(limit, 1), ROWS_MOST)
    total = _count(session, wanted)
    rows = session.scalars(
        select(A).where(wanted).order_by(*_order(view)).limit(limit).offset(offset)
    )
    return Queue(
        rows=[_row(session, parts, row, now) for row in rows],
        total=total,
        counts={name: _count(session, and_(ours, one)) for name, one in conditions.items()},
        next_offset=offset + limit if offset + limit < total else None,
    )


def _views(now: datetime) -> Mapping[str, ColumnElement[bool]]:
    """What stands in each view. An unassigned step or a bounced mail waits for the office."""
    stuck = or_(A.state == "issue_failed", A.trouble.is_not(None), _overdue(now))
    lies_here = or_(
        A.state.in_(("at_desk", "issue_failed")),
        A.trouble.is_not(None),
        TO_DELIVER,
        endings.waits(A.id),
    )
    goes_on = or_(A.state.in_(OPEN), TO_DELIVER)
    return {
        "ours": lies_here,
        "second": endings.waits(A.id),
        "due": and_(A.due_at.is_not(None), A.due_at <= now + SOON, goes_on),
        "stuck": and_(goes_on, stuck),
        "deliver": TO_DELIVER,
        "professors": A.state == "in_approval",
        "ended": and_(A.state.in_(ENDS), not_(TO_DELIVER)),
        "all": A.state != "draft",
    }


def _overdue(now: datetime) -> ColumnElement[bool]:
    return and_(A.due_at.is_not(None), A.due_at < now)


def _like(text: str) -> ColumnElement[bool]:
    plain = text.strip().lower()[:TEXT_CHARACTERS_MOST]
    part = plain.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    columns = (A.number, A.name_ko, A.name_en, A.student_number)
    return or_(*(func.lower(one).like(f"%{part}%", escape="\\") for one in columns))


def _order(view: str) -> tuple[ColumnElement[object], ...]:
    if view == "ended":
        return A.updated_at.desc(), A.number.desc()  # type: ignore[return-value]  # both columns
    return A.due_at.is_(None), A.due_at, A.number  # type: ignore[return-value]  # all columns


def _count(session: Session, wanted: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(A).where(wanted)) or 0


def _row(session: Session, parts: Parts, row: ApplicationRow, now: datetime) -> QueueRow:
    return QueueRow(
        id=row.id,
        number=row.number,
        kind=parts.kind(row.kind),
        state=row.state,
        name_ko=row.name_ko,
        name_en=row.name_en,
        student_number=row.student_number,
        due_at=row.due_at,
        submitted_at=row.submitted_at,
        updated_at=row.updated_at,
        flags=tuple(_flags(session, parts, row, now)),
    )


def _flags(session: Session, parts: Parts, row: ApplicationRow, now: datetime) -> list[str]:
    """What deserves a look: unassigned, mail_failed, overdue, issue_failed, deliver …"""
    found = [row.trouble] if row.trouble else []
    if row.state == "issue_failed":
        found.append("issue_failed")
    if endings.some_wait(session, row.id):
        found.append("second")
    if is_due(row):
        found.append("deliver")
    if (row.state in OPEN or is_due(row)) and row.due_at is not None and row.due_at < now:
        found.append("overdue")
    wants_files = not parts.kind(row.kind).writes  # with a letter they are for its writer
    if (
        row.state == "at_desk"
        and wants_files
        and not session.scalar(
            select(
                exists().where(
                    AttachmentRow.application_id == row.id, AttachmentRow.removed_at.is_(None)
                )
            )
        )
    ):
        found.append("no_attachment")
    return found
