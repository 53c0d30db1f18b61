"""Who saw a student's data, as the student reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.forms.access.tables import AccessRow
from services.forms.people import register
from services.forms.people.values import Professor, Staff
from services.forms.signin.person import Person
from shared.errors import Forbidden, NotFound

A_PAGE = 50
FIND: Mapping[str, Callable[[Session, str], Professor | Staff]] = {
    "staff": register.find_staff,
    "professor": register.find_professor,
}


@dataclass(frozen=True)
class Access:
    """One access. `who` is None where it was the student, or is no longer in the register."""

    at: datetime
    role: str
    who: Professor | Staff | None
    office: str | None
    address: str
    what: str
    about: str


@dataclass(frozen=True)
class Accesses:
    """A stretch of them, the newest first; `next_offset` where there are more."""

    rows: Sequence[Access]
    total: int
    next_offset: int | None


def of_student(session: Session, person: Person, offset: int = 0, limit: int = A_PAGE) -> Accesses:
    """Everybody's accesses to the person's data. Raises Forbidden("students_only")."""
    if person.role != "student":
        raise Forbidden("students_only", "only students have such a list")
    mine = AccessRow.student_id == person.id
    total = session.scalar(select(func.count()).select_from(AccessRow).where(mine)) or 0
    wanted = select(AccessRow).where(mine).order_by(AccessRow.seq.desc())
    rows = session.scalars(wanted.offset(offset).limit(limit)).all()
    more = offset + len(rows)
    return Accesses([_access(session, row) for row in rows], total, more if more < total else None)


def _access(session: Session, row: AccessRow) -> Access:
    find = FIND.get(row.role)
    try:
        who = find(session, row.who) if find else None
    except NotFound:
        who = None
    return Access(row.at, row.role, who, row.office, row.address, row.what, row.about)
