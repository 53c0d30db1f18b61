"""What a student owes for a semester, and why: tuition, what was waived, when it is paid.

One derivation for the student's page, the desk and the papers: charge
(TUI-01, TUI-04), less a waiver (WAI-01), in full or in parts (TUI-06), in the
periods that are the student's (TUI-07), or as extended (EXT-05).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.forms.people.values import (
    Arrangement,
    Payment,
    Period,
    Semester,
    SemesterData,
    Student,
)
from services.forms.rules import installments, refund, terms, tuition, waiver
from services.forms.rules.installments import Due


@dataclass(frozen=True)
class Line:
    """A due with what was paid of it: `paid_on` None where nothing came, `late` after its end."""

    due: Due
    paid_on: date | None
    late: bool


@dataclass(frozen=True)
class Owed:
    """What is owed for a semester. Amounts in whole KRW; `krw` is None until credits are known."""

    semester: Semester
    charge: tuition.Charge
    reduction: waiver.Reduction | None
    extended: Arrangement | None
    krw: int | None
    lines: tuple[Line, ...]
    paid_krw: int

    @property
    def left_krw(self) -> int | None:
        """What is still to pay."""
        return None if self.krw is None else max(0, self.krw - self.paid_krw)


def owed(student: Student, data: SemesterData, today: date) -> Owed:
    """TUI-01 to TUI-07, WAI-01, EXT-05 for one who pays this semester (TUI-02)."""
    charge = tuition.charge(student, data)
    waived, extended = (_arranged(student, data.semester, what) for what in ("waiver", "extension"))
    reduction = None
    if waived and waived.extent and charge.krw is not None:
        reduction = waiver.reduction(waived.extent, charge.krw)
    krw = reduction.left_krw if reduction else charge.krw
    paid = [one for one in student.payments if one.semester == data.semester]
    dues = () if not krw else _dues(student, data, krw, extended, paid)
    return Owed(
        data.semester,
        charge,
        reduction,
        extended,
        krw,
        tuple(_line(due, paid, today) for due in dues),
        sum(one.amount_krw for one in paid),
    )


def if_left(owed: Owed, data: SemesterData, on: date) -> refund.Refund:
    """REF-01: what of the tuition paid so far comes back when the cause arises on that day."""
    return refund.of_semester(data, on, owed.paid_krw)


def verified_from(
    student: Student, semesters: Mapping[Semester, SemesterData], payment: Payment
) -> date | None:
    """TUI-10: the day after the deadline of the payment's period; None where none is on record."""
    data = semesters.get(payment.semester)
    if data is None or tuition.missing_data(data):
        return None
    found = owed(student, data, payment.paid_on).lines
    last = next((one.due.period.last_day for one in found if one.due.part == payment.part), None)
    return None if last is None else last + timedelta(days=1)


def _arranged(student: Student, semester: Semester, what: str) -> Arrangement | None:
    found = (one for one in student.arrangements if (one.semester, one.what) == (semester, what))
    return next(found, None)


def _dues(
    student: Student,
    data: SemesterData,
    krw: int,
    extended: Arrangement | None,
    paid: Sequence[Payment],
) -> tuple[Due, ...]:
    """In parts for whom it was granted, or who began to pay so; else the whole."""
    later = terms.past_minimum_term(student, data.semester) or extended is not None
    planned = _arranged(student, data.semester, installments.NAME) is not None
    extended_so = extended is not None and extended.installments
    in_parts = planned or extended_so or any(one.part for one in paid)
    if in_parts:
        return installments.plan(data, krw, one_step_later=later)
    if extended is not None and extended.pay_on is not None:
        return (Due(installments.FULL_PAYMENT, krw, Period(extended.pay_on, extended.pay_on)),)
    whole = installments.full_payment(data, krw, one_step_later=later)
    return (whole,) if whole else ()


def _line(due: Due, paid: Sequence[Payment], today: date) -> Line:
    came = next((one.paid_on for one in paid if one.part == due.part), None)
    return Line(due, came, came is None and today > due.period.last_day)
