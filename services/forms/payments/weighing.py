"""Weigh the lines of a bank's file against the register: taken, known already, or why not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.forms.parts import Parts
from services.forms.payments.reading import Line, Problem
from services.forms.payments.tables import TransferRow
from services.forms.people import register
from services.forms.people.values import Payment, Semester, Student
from services.forms.rules import tell_transfers, transfers
from services.forms.rules.finding import Finding
from services.forms.rules.installments import Due
from services.forms.rules.transfers import Transfer
from shared.clock import SEOUL

TAKEN, KNOWN, REFUSED, UNREADABLE = "taken", "known", "refused", "unreadable"
STATES = (TAKEN, KNOWN, REFUSED, UNREADABLE)
AT_A_TIME = 500  # numbers in one question to the database


@dataclass(frozen=True)
class Entry:
    """What becomes of a line, and of which student's due."""

    n: int
    state: str
    transfer: Transfer | None = None
    student: Student | None = None
    semester: Semester | None = None
    due: Due | None = None
    findings: Sequence[Finding] = ()
    problems: Sequence[Problem] = ()


def weigh(session: Session, parts: Parts, lines: Sequence[Line]) -> list[Entry]:
    """Every line in the order of its time: what an earlier one paid is paid for a later one."""
    students = _students(session, lines)
    semesters, now = register.semesters(session), parts.clock.now()
    known = _known(session, lines)
    here: dict[str, Line] = {}
    found: dict[int, Entry] = {}
    for line in sorted(lines, key=_when):
        transfer = line.transfer
        if transfer is None:
            found[line.n] = Entry(line.n, UNREADABLE, problems=line.problems)
            continue
        before = known.get(transfer.transaction)
        student = students.get(transfer.account)
        first = here.setdefault(transfer.transaction, line)
        if before is not None:
            entry = _again(line, transfer, before, student)
        elif first is not line:
            entry = _twice(line, transfer, first, student)
        elif student is None:
            entry = _refused(line, transfer, _nobody())
        else:
            weighed = transfers.weigh(student, semesters, transfer, now)
            if weighed.why:
                finding = tell_transfers.not_taken(transfer, weighed)
                entry = _refused(line, transfer, finding, student)
            else:
                entry = Entry(line.n, TAKEN, transfer, student, weighed.semester, weighed.due)
                students[transfer.account] = _paying(student, entry)
        found[line.n] = entry
    return [found[line.n] for line in lines]


def payment_of(entry: Entry) -> Payment:
    """The payment that a taken line is."""
    assert entry.transfer  # noqa: S101 – it is taken
    assert entry.semester  # noqa: S101 – see above
    assert entry.due  # noqa: S101 – see above
    paid_on = entry.transfer.at.astimezone(SEOUL).date()
    return Payment(entry.semester, entry.due.part, paid_on, entry.transfer.krw)


def _paying(student: Student, entry: Entry) -> Student:
    return replace(student, payments=(*student.payments, payment_of(entry)))


def _when(line: Line) -> tuple[str, int]:
    return (line.transfer.at.isoformat() if line.transfer else "", line.n)


def _students(session: Session, lines: Sequence[Line]) -> dict[str, Student]:
    numbers = sorted({line.transfer.account for line in lines if line.transfer})
    found: dict[str, Student] = {}
    for some in _some(numbers):
        found |= register.find_students_by_account(session, some)
    return found


def _known(session: Session, lines: Sequence[Line]) -> dict[str, TransferRow]:
    numbers = sorted({line.transfer.transaction for line in lines if line.transfer})
    return {
        row.transaction: row
        for some in _some(numbers)
        for row in session.scalars(select(TransferRow).where(TransferRow.transaction.in_(some)))
    }


def _some(numbers: Sequence[str]) -> Iterable[Sequence[str]]:
    return (numbers[n : n + AT_A_TIME] for n in range(0, len(numbers), AT_A_TIME))


def _again(line: Line, transfer: Transfer, before: TransferRow, student: Student | None) -> Entry:
    """A transfer that was entered before: the same has no second effect, another is refused."""
    same = (before.account, before.krw, before.at) == (transfer.account, transfer.krw, transfer.at)
    if same:
        return Entry(line.n, KNOWN, transfer, student, before.semester)
    finding = tell_transfers.of_file(
        _l("This transaction was entered before with another amount, account or time."),
        _l("Ask the bank which one is right; a transaction’s number is given once."),
    )
    return _refused(line, transfer, finding, student)


def _twice(line: Line, transfer: Transfer, first: Line, student: Student | None) -> Entry:
    finding = tell_transfers.of_file(
        _l("The same transaction is in line %(line)s already.", line=first.n),
        _l("Leave one of the two out."),
    )
    return _refused(line, transfer, finding, student)


def _nobody() -> Finding:
    return tell_transfers.of_file(
        _l("No student has this account."),
        _l("Have the bank return it, or import the account (virtual_accounts.csv) first."),
    )


def _refused(
    line: Line, transfer: Transfer, finding: Finding, student: Student | None = None
) -> Entry:
    return Entry(line.n, REFUSED, transfer, student, findings=(finding,))
