"""Change a semester's data: whom it touches is seen first, and decisions taken keep theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.forms.applications.snapshot import freeze
from services.forms.applications.states import OPEN
from services.forms.applications.tables import ApplicationRow
from services.forms.parts import Parts
from services.forms.payments.taking import check_office
from services.forms.people import register
from services.forms.people.tables import EditionRow, SemesterRow
from services.forms.people.values import Semester, SemesterData, Student
from services.forms.rules import dues, tuition
from services.forms.rules.dues import Owed
from services.forms.semesters import cells
from services.forms.signin.person import Person
from shared.clock import SEOUL
from shared.errors import Conflict

NEW = 0  # the edition of a semester that is not on record


@dataclass(frozen=True)
class Changed:
    """A cell, as it was and as it would be, in the import's notation."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Touched:
    """A student who owes something else by the new data; None where nothing is owed."""

    student: Student
    before: Owed | None
    after: Owed | None


@dataclass(frozen=True)
class Preview:
    """What a change does: to cells, to what students owe, to what is on its way."""

    changed: Sequence[Changed]
    touched: Sequence[Touched]
    open: Mapping[str, int]  # applications on their way, by kind: they keep the data they have
    drafts: Mapping[str, int]  # what is not sent yet is judged by the new data
    missing: Sequence[str]  # what students are refused for until it is entered


@dataclass(frozen=True)
class Edition:
    """Who wrote down an edition, and when."""

    version: int
    at: datetime
    person_id: str


def look(session: Session, person: Person, semester: Semester) -> SemesterData | None:
    """The data on record. Raises Forbidden."""
    check_office(person)
    return register.semesters(session).get(semester)


def editions(session: Session, semester: Semester) -> list[Edition]:
    """The editions that were written down at the desk, the newest first."""
    rows = select(EditionRow).where(EditionRow.semester == semester)
    found = session.scalars(rows.order_by(EditionRow.version.desc()))
    return [Edition(row.version, row.at, row.person_id) for row in found]


def preview(
    session: Session, parts: Parts, person: Person, semester: Semester, typed: Mapping[str, str]
) -> Preview:
    """What a change would do; nothing is written. Raises Refused("bad_semester"), Forbidden."""
    before = look(session, person, semester)
    values = cells.read(typed)
    after = _data(semester, values, before)
    was, will = cells.write(before), cells.write(after)
    changed = [Changed(name, was[name], will[name]) for name in will if was[name] != will[name]]
    today = parts.clock.now().astimezone(SEOUL).date()
    touched = _touched(session, before, after, today) if changed else []
    return Preview(
        changed,
        touched,
        _applications(session, semester, OPEN),
        _applications(session, semester, ("draft",)),
        tuition.missing_data(after),
    )


def save(
    session: Session,
    parts: Parts,
    person: Person,
    semester: Semester,
    typed: Mapping[str, str],
    version: int,
) -> SemesterData:
    """Write the next edition down, on top of edition `version` (`NEW` for none).

    Raises Refused("bad_semester"), Conflict("semester_changed") when somebody was quicker,
    Forbidden.
    """
    check_office(person)
    values = cells.read(typed)
    row = session.get(SemesterRow, semester, with_for_update=True)
    if (row.version if row else NEW) != version:
        raise Conflict("semester_changed", "another edition is there", version=version)
    if row is None:
        row = SemesterRow(semester=semester, version=1, **values)
        session.add(row)
    elif any(getattr(row, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
    else:
        return register.semesters(session)[semester]
    session.flush()
    data = register.semesters(session)[semester]
    session.add(
        EditionRow(
            semester=semester,
            version=data.version,
            at=parts.clock.now(),
            person_id=person.id,
            data=freeze(data),
        )
    )
    return data


def _data(
    semester: Semester, values: Mapping[str, Any], before: SemesterData | None
) -> SemesterData:
    """What the register would answer, without writing anything."""
    row = SemesterRow(semester=semester, version=before.version + 1 if before else 1, **values)
    return register.semester_data(row)


def _touched(
    session: Session, before: SemesterData | None, after: SemesterData, today: date
) -> list[Touched]:
    found = []
    for student in register.students_who_may_study(session):
        was, will = _owed(student, before, today), _owed(student, after, today)
        if _sum(was) != _sum(will):
            found.append(Touched(student, was, will))
    return found


def _owed(student: Student, data: SemesterData | None, today: date) -> Owed | None:
    if data is None or tuition.missing_data(data) or tuition.why_not_paying(student, data.semester):
        return None
    return dues.owed(student, data, today)


def _sum(owed: Owed | None) -> Any:
    return None if owed is None else (owed.krw, [line.due for line in owed.lines])


def _applications(session: Session, semester: Semester, states: Sequence[str]) -> Mapping[str, int]:
    rows = session.execute(
        select(ApplicationRow.kind, func.count())
        .where(ApplicationRow.semester == str(semester), ApplicationRow.state.in_(states))
        .group_by(ApplicationRow.kind)
    )
    return {str(kind): int(count) for kind, count in rows}
