"""The dry run: who of a list may have it, and why not the others.

What stands in the list alone is told when it comes in; what the register and the rules say is
found out by the worker, a batch at a time, outside the transaction that writes it down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.forms.applications import answers as answered
from services.forms.applications.answers import (
    FORM_RULE,
    as_json,
    blocks,
    check_typed,
    has_control,
    judge,
)
from services.forms.bulk.columns import Line, Listed, listed
from services.forms.bulk.reading import read_table
from services.forms.bulk.tables import CHECKED, CHECKING, NEW, REFUSED, WAITING, BulkRow, EntryRow
from services.forms.catalog.kind import Asking, Finding, Kind, Text
from services.forms.parts import Parts
from services.forms.people import register
from shared.words import LANGUAGES

BATCH = 50
Found = Mapping[str, Any]  # findings as JSON, by language


def check_batch(parts: Parts, bulk_id: str) -> int:
    """Look at the next rows; how many there were. After the last one the list is checked."""
    with parts.database.read() as session:
        bulk = session.get(BulkRow, bulk_id)
        if bulk is None:
            return 0  # thrown away a moment ago
        judged = _judged(session, parts, bulk, _next(session, bulk_id))
    with parts.database.write() as session:
        for n, found in judged.items():
            session.execute(
                update(EntryRow)
                .where(EntryRow.bulk_id == bulk_id, EntryRow.n == n, EntryRow.state == NEW)
                .values(state=REFUSED if found else WAITING, findings=found)
            )
        if not _next(session, bulk_id):
            session.execute(
                update(BulkRow)
                .where(BulkRow.id == bulk_id, BulkRow.state == CHECKING)
                .values(state=CHECKED)
            )
    return len(judged)


def take_in(parts: Parts, kind: Kind, data: bytes, common: Mapping[str, Any]) -> Listed:
    """A list from a file, with what it alone tells; `common` are the answers for all.

    Takes its time, so it is done outside transactions. Raises Refused("findings", and what
    `read_table` and `listed` raise).
    """
    check_common(kind, common)
    found = listed(parts, kind, read_table(data))
    return replace(found, wrong=_wrong(parts, found.lines, common))


def _wrong(parts: Parts, lines: Sequence[Line], common: Mapping[str, Any]) -> dict[int, Found]:
    found: dict[int, Found] = {}
    seen: dict[tuple[str, Any], int] = {}
    for line in lines:
        language = line.given.get("language", common.get("language"))
        key = (line.student_number, language)
        if line.torn:
            found[line.n] = told(parts, [_of_form(TORN, TORN_REMEDY)])
        elif not line.student_number:
            found[line.n] = told(parts, [_of_form(NO_NUMBER)])
        elif key in seen:
            twice = _l("The same paper is asked for in line %(line)s already.", line=seen[key])
            found[line.n] = told(parts, [_of_form(twice)])
        elif any(has_control(one) for one in line.given.values() if isinstance(one, str)):
            found[line.n] = told(parts, [_of_form(UNTYPABLE)])
        else:
            seen[key] = line.n
    return found


def told(parts: Parts, findings: list[Finding], kind: Kind | None = None) -> Found:
    """Findings as they are kept: in each language, for whoever reads them, their column named."""
    kept: dict[str, Any] = {}
    columns = kind.schema().fields if kind else {}
    for language in LANGUAGES:
        with parts.speaking(language):
            found = [one for one in as_json(findings) if one["severity"] == "block"]
            for one in found:
                if one.get("field") in columns:
                    label = columns[one["field"]].metadata["label"]
                    one["message"] = f"{label}: {one['message']}"
            kept[language] = [
                {name: one[name] for name in ("rule", "message", "remedy")} for one in found
            ]
    return kept


def unknown_student() -> Finding:
    """Nobody of this number is on record."""
    return _of_form(_l("Nobody with this student number is on record."))


def _judged(
    session: Session, parts: Parts, bulk: BulkRow, rows: Sequence[EntryRow]
) -> dict[int, Found | None]:
    """What stands against each row, by its line."""
    semesters, now = register.semesters(session), parts.clock.now()
    students = register.find_students_by_number(session, [row.student_number for row in rows])
    found: dict[int, Found | None] = {}
    for row in rows:
        student = students.get(row.student_number)
        if student is None:
            found[row.n] = told(parts, [unknown_student()])
        else:
            asking = Asking(student, semesters, now, room=parts.room)
            found[row.n] = against(parts, bulk, row, asking)
    return found


def against(parts: Parts, bulk: BulkRow, row: EntryRow, asking: Asking) -> Found | None:
    """What stands against this row's paper, as it is kept; None: they may have it."""
    kind = parts.kind(bulk.kind)
    findings = judge(kind, asking, {**bulk.answers, **row.given})
    return told(parts, findings, kind) if blocks(findings) else None


def _next(session: Session, bulk_id: str) -> Sequence[EntryRow]:
    rows = select(EntryRow).where(EntryRow.bulk_id == bulk_id, EntryRow.state == NEW)
    return session.scalars(rows.order_by(EntryRow.n).limit(BATCH)).all()


def check_common(kind: Kind, answers: Mapping[str, Any]) -> None:
    """Refuse answers for all that could be nobody's. Raises Refused("findings")."""
    check_typed(kind, answers)
    _loaded, wrong = answered.read(kind, answers)
    if blocks(wrong):
        raise answered.refused(wrong)


def _of_form(message: Text, remedy: Text = "") -> Finding:
    return Finding(FORM_RULE, "block", message, remedy=remedy)


NO_NUMBER = _l("There is no student number in this line.")
TORN = _l("There is more in this line than there are headings.")
TORN_REMEDY = _l("Look for a comma too many.")
UNTYPABLE = _l("It holds characters that cannot be printed.")
