"""Refund of tuition: which share is given back on which day, and what the next day would give.

Whole KRW; shares are computed exactly and truncated below KRW 1,000 (TUI-05).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from services.forms.people.values import Rung, Semester, SemesterData, Student
from services.forms.rules.tuition import truncated

ALL, NOTHING = Fraction(1), Fraction(0)
# REF-01: (before this day of the semester, this share); day n is `date - first day` (Readings).
LADDER = ((30, ALL), (60, Fraction(2, 3)), (90, Fraction(1, 2)))
# REF-02: what a refund may be asked for.
REASONS = (
    "permanent_leave",
    "leave_of_absence",
    "cancelled_admission",
    "integrative_dropped",
    "expulsion",
    "admission_not_taken_up",
)


@dataclass(frozen=True)
class Step:
    """A step of the ladder: from `first_day` to `last_day` (None: open) this share."""

    first_day: date | None
    last_day: date | None
    share: Fraction


@dataclass(frozen=True)
class Refund:
    """What comes back, and what it was derived from.

    `day` is the day of the semester on which the cause arose (negative before
    it began). `step` is the row that applied; `earlier` and `later` are what
    the nearest other rows would have given, in KRW, where there are such rows.
    """

    rule: str
    day: int
    step: Step
    paid_krw: int
    exact_krw: Fraction
    krw: int
    earlier: tuple[Step, int] | None
    later: tuple[Step, int] | None


def ladder(first_day: date, rungs: Sequence[Rung] = ()) -> tuple[Step, ...]:
    """REF-01 for a semester, by days: fall 2022 to Sep 30, Oct 1 to 30, Oct 31 to Nov 29, after.

    `rungs` are those of the semester's data, where it has its own.
    """
    steps, begins = [], None
    for before, share in [(one.before_day, Fraction(one.share)) for one in rungs] or LADDER:
        last = first_day + timedelta(days=before - 1)
        steps.append(Step(begins, last, share))
        begins = last + timedelta(days=1)
    return (*steps, Step(begins, None, NOTHING))


def refund(first_day: date, cause: date, paid_krw: int, rungs: Sequence[Rung] = ()) -> Refund:
    """REF-01, TUI-05: the share of what was actually paid, by the day on which its cause arises.

    Reading: that day is the day of application; for an expulsion, of the
    decision. What was paid counts after a waiver and in installments so far.
    """
    steps = ladder(first_day, rungs)
    place = next(i for i, s in enumerate(steps) if s.last_day is None or cause <= s.last_day)
    return Refund(
        "REF-01",
        (cause - first_day).days,
        steps[place],
        paid_krw,
        paid_krw * steps[place].share,
        amount(paid_krw, steps[place].share),
        _beside(steps, place - 1, paid_krw),
        _beside(steps, place + 1, paid_krw),
    )


def of_semester(data: SemesterData, cause: date, paid_krw: int) -> Refund:
    """REF-01 by the semester's own first day and ladder."""
    return refund(data.first_day, cause, paid_krw, data.refund_ladder)


def amount(paid_krw: int, share: Fraction) -> int:
    """TUI-05: truncated below KRW 1,000; what is given back whole is not cut."""
    return paid_krw if share == ALL else truncated(paid_krw * share)


def refundable(reason: str, *, masters_requirement_met: bool = True) -> bool:
    """REF-02: whether the reason leads to a refund.

    Dropping out of the integrative program gives none where the master's
    completion requirement is not met.
    """
    return reason in REASONS and (reason != "integrative_dropped" or masters_requirement_met)


def paid_for(student: Student, semester: Semester) -> int:
    """REF-01: what was actually paid for the semester, installments so far together."""
    return sum(one.amount_krw for one in student.payments if one.semester == semester)


def refunds(
    student: Student, semesters: Mapping[Semester, SemesterData], cause: date
) -> tuple[tuple[Semester, Refund], ...]:
    """WDR-01, REF-01: of every semester that was paid for and is not over on that day."""
    paid = {semester: paid_for(student, semester) for semester in sorted(semesters)}
    return tuple(
        (semester, of_semester(semesters[semester], cause, krw))
        for semester, krw in paid.items()
        if krw and semesters[semester].last_day >= cause
    )


def cause(reason: str, student: Student, data: SemesterData, today: date) -> date | None:
    """REF-02: the day on which the reason arose that leads to a refund of this semester.

    None where the register does not know of it. Readings: the day of application
    for what the student asked for (of the claim, where nothing else was asked),
    the day of the decision for an expulsion (REF-01).
    """
    found = CAUSES[reason](student, data, today)
    return found if found is not None and found <= data.last_day else None


def _leave(student: Student, data: SemesterData, _today: date) -> date | None:
    held = (one for one in student.leaves if one.first <= data.semester <= one.last)
    return next((one.applied_on for one in held), None)


def _left(student: Student, data: SemesterData, _today: date) -> date | None:
    if student.standing != "withdrawn" or _never_began(student, data):
        return None
    return student.ending_asked_on or student.ended_on


def _cancelled(student: Student, data: SemesterData, _today: date) -> date | None:
    if student.standing != "withdrawn" or not _never_began(student, data):
        return None
    return student.ending_asked_on or student.ended_on


def _never_began(student: Student, data: SemesterData) -> bool:
    """Whether this would have been their first semester, or the first after a readmission."""
    first = student.admitted_on >= data.first_day or any(
        one.semester == data.semester for one in student.readmissions
    )
    return first and student.ended_on is not None and student.ended_on < data.first_day


def _expelled(student: Student, _data: SemesterData, _today: date) -> date | None:
    return student.ended_on if student.standing == "expelled" else None


def _dropped(student: Student, _data: SemesterData, today: date) -> date | None:
    return today if student.program == "integrative" and student.standing != "admitted" else None


def _not_taken_up(student: Student, _data: SemesterData, today: date) -> date | None:
    return today if student.standing == "admitted" else None


CAUSES: Mapping[str, Callable[[Student, SemesterData, date], date | None]] = {
    "permanent_leave": _left,
    "leave_of_absence": _leave,
    "cancelled_admission": _cancelled,
    "integrative_dropped": _dropped,
    "expulsion": _expelled,
    "admission_not_taken_up": _not_taken_up,
}


def _beside(steps: tuple[Step, ...], place: int, paid_krw: int) -> tuple[Step, int] | None:
    if not 0 <= place < len(steps):
        return None
    return steps[place], amount(paid_krw, steps[place].share)
