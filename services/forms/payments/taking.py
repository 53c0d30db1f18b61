"""Take in a bank's file: kept to be looked at first, then entered once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.forms.bulk.reading import Table, read_table
from services.forms.parts import Parts
from services.forms.payments.reading import read
from services.forms.payments.tables import BankFileRow, TransferRow
from services.forms.payments.weighing import (
    KNOWN,
    REFUSED,
    STATES,
    TAKEN,
    UNREADABLE,
    Entry,
    payment_of,
    weigh,
)
from services.forms.people.tables import PaymentRow, StudentRow
from services.forms.signin.person import Person
from shared.errors import Conflict, Forbidden, NotFound
from shared.words import LANGUAGES

OFFICE = "educational_affairs"  # tuition is theirs (rulebook, Readings)
FILES_SHOWN = 50


@dataclass(frozen=True)
class Told:
    """What became of a line, as people read it."""

    n: int
    state: str
    transaction: str
    account: str
    krw: int | None
    at: datetime | None
    student_number: str
    semester: str
    part: int | None
    why: Sequence[Mapping[str, str]]  # {rule, column, message, remedy}


@dataclass(frozen=True)
class FileView:
    """A bank's file: looked at (`entered_at` None) or entered, line by line."""

    id: str
    created_at: datetime
    entered_at: datetime | None
    lines: Sequence[Told]

    @property
    def counts(self) -> Mapping[str, int]:
        """Lines by state."""
        return {state: sum(one.state == state for one in self.lines) for state in STATES}

    @property
    def taken_krw(self) -> int:
        """What the taken ones come to."""
        return sum(one.krw or 0 for one in self.lines if one.state == TAKEN)


def look(data: bytes) -> Table:
    """The file's table, checked as far as it alone tells. Raises Refused."""
    table = read_table(data)
    read(table)
    return table


def begin(session: Session, parts: Parts, person: Person, table: Table) -> str:
    """Keep a file to be looked at; nothing is entered. Its id. Raises Forbidden."""
    check_office(person)
    row = BankFileRow(
        created_at=parts.clock.now(),
        person_id=person.id,
        headings=table.headings,
        lines=[[n, cells] for n, cells in table.rows],
    )
    session.add(row)
    session.flush()
    return row.id


def enter(session: Session, parts: Parts, person: Person, file_id: str) -> None:
    """Enter what can be taken; entered already, nothing more happens.

    Raises Conflict("nothing_to_enter") where no line can be taken, Forbidden, NotFound.
    """
    row = _file(session, person, file_id, lock=True)
    if row.entered_at is not None:
        return
    _hold(session, _weighed(session, parts, row))
    entries = _weighed(session, parts, row)
    taken = [entry for entry in entries if entry.state == TAKEN]
    if not taken:
        raise Conflict("nothing_to_enter", "no line can be taken")
    for entry in taken:
        _write(session, row, entry)
    row.entered_at, row.entered_by = parts.clock.now(), person.id
    row.results = [_kept(parts, entry) for entry in entries]


def discard(session: Session, person: Person, file_id: str) -> None:
    """Throw away a file that was not entered. Raises Conflict("entered_already")."""
    row = _file(session, person, file_id, lock=True)
    if row.entered_at is not None:
        raise Conflict("entered_already", "it was entered")
    session.delete(row)


def view(session: Session, parts: Parts, person: Person, file_id: str, language: str) -> FileView:
    """A file with what becomes, or became, of each line. Raises Forbidden, NotFound."""
    row = _file(session, person, file_id)
    results = row.results
    if results is None:
        results = [_kept(parts, entry) for entry in _weighed(session, parts, row)]
    lines = [_told(one, language) for one in results]
    return FileView(row.id, row.created_at, row.entered_at, lines)


def files(session: Session, person: Person) -> list[BankFileRow]:
    """The last files, the newest first. Raises Forbidden."""
    check_office(person)
    rows = select(BankFileRow).order_by(BankFileRow.created_at.desc()).limit(FILES_SHOWN)
    return list(session.scalars(rows))


def check_office(person: Person) -> None:
    """Raises Forbidden("staff_only" | "not_your_office"): money is Educational Affairs'."""
    if person.role != "staff":
        raise Forbidden("staff_only", "the desk is for staff")
    if person.office != OFFICE:
        raise Forbidden("not_your_office", "another office does this", office=OFFICE)


def _file(session: Session, person: Person, file_id: str, *, lock: bool = False) -> BankFileRow:
    check_office(person)
    rows = select(BankFileRow).where(BankFileRow.id == file_id)
    row = session.scalar(rows.with_for_update() if lock else rows)
    if row is None:
        raise NotFound("no_bank_file", "no such file")
    return row


def _weighed(session: Session, parts: Parts, row: BankFileRow) -> list[Entry]:
    table = Table(row.headings, [(n, cells) for n, cells in row.lines])
    return weigh(session, parts, read(table))


def _hold(session: Session, entries: Sequence[Entry]) -> None:
    """One file after the other: two cannot both pay the same due."""
    students = sorted({entry.student.id for entry in entries if entry.student})
    for student_id in students:
        session.execute(select(StudentRow.id).where(StudentRow.id == student_id).with_for_update())


def _write(session: Session, row: BankFileRow, entry: Entry) -> None:
    assert entry.transfer  # noqa: S101 – it is taken
    assert entry.student  # noqa: S101 – see above
    payment = payment_of(entry)
    session.add(PaymentRow(student_id=entry.student.id, **payment.__dict__))
    session.add(
        TransferRow(
            transaction=entry.transfer.transaction,
            account=entry.transfer.account,
            krw=entry.transfer.krw,
            at=entry.transfer.at,
            student_id=entry.student.id,
            semester=payment.semester,
            part=payment.part,
            file_id=row.id,
        )
    )


def _kept(parts: Parts, entry: Entry) -> dict[str, Any]:
    """A result as it is kept: its sentences in each language."""
    transfer = entry.transfer
    return {
        "n": entry.n,
        "state": entry.state,
        "transaction": transfer.transaction if transfer else "",
        "account": transfer.account if transfer else "",
        "krw": transfer.krw if transfer else None,
        "at": transfer.at.isoformat() if transfer else None,
        "student_number": entry.student.student_number if entry.student else "",
        "semester": str(entry.semester) if entry.semester else "",
        "part": entry.due.part if entry.due else None,
        "why": {language: _why(parts, entry, language) for language in LANGUAGES},
    }


def _why(parts: Parts, entry: Entry, language: str) -> list[dict[str, str]]:
    with parts.speaking(language):
        return [
            *({"rule": "", "column": one.column, "message": str(one.message), "remedy": ""}
              for one in entry.problems),
            *({"rule": one.rule, "column": "", "message": str(one.message),
               "remedy": str(one.remedy)} for one in entry.findings),
        ]  # fmt: skip


def _told(one: Mapping[str, Any], language: str) -> Told:
    at = datetime.fromisoformat(one["at"]) if one["at"] else None
    return Told(**{**one, "at": at, "why": one["why"][language]})


__all__ = ["KNOWN", "REFUSED", "TAKEN", "UNREADABLE", "FileView", "Told", "begin", "enter", "view"]
