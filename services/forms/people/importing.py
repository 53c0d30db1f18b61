"""Import the register from CSV: read, check, write; all of it or nothing.

Idempotent: a row is found by its key and renewed, a second run changes nothing.
Rows that a file does not have stay as they are, accounts keep their passwords.
A dry run does the very same and rolls back, so that its counts are true.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.forms.people import register, tables
from services.forms.people.reading import Problem, Reading, Row, read_folder
from services.forms.people.sheets import BY_NAME, SHEETS, Sheet
from services.forms.people.values import OPERATIONS
from shared.database import Database


@dataclass(frozen=True)
class Count:
    """How many rows of a file are new, changed and as they were."""

    new: int = 0
    changed: int = 0
    same: int = 0


@dataclass
class Report:
    """What an import found and did; with problems nothing was written."""

    problems: list[Problem] = field(default_factory=list)
    counts: dict[str, Count] = field(default_factory=dict)


def import_folder(database: Database, folder: Path, *, dry_run: bool = False) -> Report:
    """Import every CSV file of the folder in one transaction, or only tell what it would do."""
    reading = read_folder(folder)
    transaction = database.read if dry_run else database.write
    with transaction() as session:
        return import_rows(session, reading)


def import_rows(session: Session, reading: Reading) -> Report:
    """Write what was read, in the caller's transaction, unless something is wrong with it."""
    known = Known.of(session)
    problems = [*reading.problems, *_contradictions(reading), *_unknown(reading, known)]
    problems += _taken_logins(session, reading)
    problems += _taken_accounts(session, reading)
    if problems:
        order = {f"{sheet.name}.csv": n for n, sheet in enumerate(SHEETS)}
        problems.sort(key=lambda p: (order.get(p.file, -1), p.line))
        return Report(problems)
    counts = {
        sheet.name: _write(session, sheet, reading.rows[sheet.name], known)
        for sheet in SHEETS
        if sheet.name in reading.rows
    }
    register.keep_preferences(session)
    return Report([], counts)


@dataclass
class Known:
    """What rows may refer to: the key that people write, and the id that the tables keep."""

    ids: dict[str, dict[str, str]]

    @classmethod
    def of(cls, session: Session) -> Known:
        """What the register has now."""
        professor, student = tables.ProfessorRow, tables.StudentRow
        campus, major = tables.CampusRow.code, tables.MajorRow.code
        pairs = {
            "professors": session.execute(select(professor.code, professor.id)),
            "students": session.execute(select(student.student_number, student.id)),
            "campuses": session.execute(select(campus, campus)),
            "majors": session.execute(select(major, major)),
        }
        return cls({name: {row[0]: row[1] for row in rows} for name, rows in pairs.items()})


def _unknown(reading: Reading, known: Known) -> Iterator[Problem]:
    """Cells that refer to something that neither the files nor the register have."""
    for name, rows in reading.rows.items():
        for column, spec in BY_NAME[name].columns.items():
            if not spec.refers_to:
                continue
            key = BY_NAME[spec.refers_to].key[0]
            there = known.ids[spec.refers_to].keys() | {
                row.values[key] for row in reading.rows.get(spec.refers_to, ())
            }
            for row in rows:
                value = row.values.get(column)
                if value is not None and value not in there:
                    message = _l("is not in %(file)s, nor on record", file=f"{spec.refers_to}.csv")
                    yield Problem(f"{name}.csv", row.line, column, message)


# What must not come before what, by sheet.
IN_ORDER: Mapping[str, tuple[tuple[str, str], ...]] = {
    "semesters": (("first_day", "last_day"),),
    "leaves": (("first_semester", "last_semester"),),
    "students": (
        ("birth_date", "admitted_on"),
        ("admitted_on", "completed_on"),
        ("admitted_on", "ended_on"),
    ),
}


def _contradictions(reading: Reading) -> Iterator[Problem]:
    for name, pairs in IN_ORDER.items():
        for row in reading.rows.get(name, ()):
            for first, last in pairs:
                earlier, later = row.values[first], row.values[last]
                if earlier is not None and later is not None and later < earlier:
                    message = _l("is before %(column)s", column=first)
                    yield Problem(f"{name}.csv", row.line, last, message)
    for row in reading.rows.get("posts", ()):
        of_a_major = row.values["post"] == "major_professor"
        if of_a_major != (row.values["major"] is not None):
            message = (
                _l("is empty; a major_professor has a major")
                if of_a_major
                else _l("must be empty: only a major_professor has a major")
            )
            yield Problem("posts.csv", row.line, "major", message)


LOGINS = {"students": "student_number", "staff": "login_id"}


def _taken_logins(session: Session, reading: Reading) -> Iterator[Problem]:
    """Two people cannot sign in with one id, whatever its letters' case."""
    students, staff = tables.StudentRow.student_number, tables.StaffRow.login_id
    taken = {
        said.lower(): (sheet, said)
        for sheet, column in (("students", students), ("staff", staff))
        for said in session.scalars(select(column))
    }
    for sheet, name in LOGINS.items():
        for row in reading.rows.get(sheet, ()):
            said = row.values[name]
            if taken.setdefault(said.lower(), (sheet, said)) != (sheet, said):
                message = _l("is somebody else’s id for signing in")
                yield Problem(f"{sheet}.csv", row.line, name, message)


def _taken_accounts(session: Session, reading: Reading) -> Iterator[Problem]:
    """An account is one student's alone: money that arrives on it is theirs (TUI-09)."""
    account, student = tables.VirtualAccountRow, tables.StudentRow
    pairs = select(account.number, student.student_number).join(
        student, student.id == account.student_id
    )
    rows = reading.rows.get("virtual_accounts", ())
    renewed = {row.values["student_number"] for row in rows}
    taken = {
        number.replace("-", ""): whose
        for number, whose in session.execute(pairs)
        if whose not in renewed
    }
    for row in rows:
        whose, number = row.values["student_number"], row.values["number"].replace("-", "")
        if taken.setdefault(number, whose) != whose:
            message = _l("is somebody else’s account")
            yield Problem("virtual_accounts.csv", row.line, "number", message)


def _write(session: Session, sheet: Sheet, rows: list[Row], known: Known) -> Count:
    there = _present(session, sheet)
    tally = {"new": 0, "changed": 0, "same": 0}
    for row in rows:
        values = _attributes(sheet, row, known)
        key = tuple(values[name] for name in _key(sheet))
        present = there.get(key)
        if present is None:
            session.add(_new(session, sheet, values, known))
            tally["new"] += 1
        else:
            tally["changed" if _renew(present, values) else "same"] += 1
    session.flush()
    return Count(**tally)


# How a file's column is called in its table, where it differs.
ATTRIBUTES = {
    "representative": "representative_id",
    "campus": "campus_code",
    "major": "major_code",
    "advisor": "advisor_id",
    "professor": "professor_id",
    "joint_advisor": "joint_advisor_id",
}


def _attribute(sheet: Sheet, column: str) -> str:
    if column == "student_number" and sheet.name != "students":
        return "student_id"
    return ATTRIBUTES.get(column, column)


def _key(sheet: Sheet) -> tuple[str, ...]:
    return tuple(_attribute(sheet, column) for column in sheet.key)


def _attributes(sheet: Sheet, row: Row, known: Known) -> dict[str, Any]:
    values = {}
    for column, spec in sheet.columns.items():
        if column not in row.values:
            continue
        value = row.values[column]
        if spec.refers_to and value is not None:
            value = known.ids[spec.refers_to][value]
        values[_attribute(sheet, column)] = value
    return values


def _present(session: Session, sheet: Sheet) -> dict[tuple[Any, ...], Any]:
    names = _key(sheet)
    return {
        tuple(getattr(row, name) for name in names): row
        for row in session.scalars(select(sheet.table))
    }


def _new(session: Session, sheet: Sheet, values: dict[str, Any], known: Known) -> Any:
    if sheet.name == "semesters":
        return tables.SemesterRow(**values, version=1)
    if sheet.name not in ("professors", "students", "staff"):
        if sheet.name in known.ids:
            known.ids[sheet.name][values["code"]] = values["code"]
        return sheet.table(**values)
    person_id = uuid.uuid4().hex
    if sheet.name in known.ids:
        known.ids[sheet.name][values[_key(sheet)[0]]] = person_id
    if sheet.name in LOGINS:
        role = "student" if sheet.name == "students" else _role_of(values["office"])
        login_id = values[LOGINS[sheet.name]].lower()
        session.add(tables.AccountRow(login_id=login_id, person_id=person_id, role=role))
    return sheet.table(id=person_id, **values)


def _role_of(office: str) -> str:
    return "operator" if office == OPERATIONS else "staff"


def _renew(row: Any, values: Mapping[str, Any]) -> bool:
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed and isinstance(row, tables.SemesterRow):
        row.version += 1  # a decision says which edition it used
    return bool(changed)
