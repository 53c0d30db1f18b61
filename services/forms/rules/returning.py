"""Coming back from a leave: into which semester, and what is left of the leave."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from services.forms.people.values import Leave, Registration, Semester, Student
from services.forms.rules import leaves

Why = Literal["too_early", "too_late"]


@dataclass(frozen=True)
class Way:
    """The semesters of a return: at the earliest, and the one after the leave; `leave` is the one
    that lasts now or lasted to the end, None where the register has none."""

    leave: Leave | None
    earliest: Semester
    latest: Semester


def way_back(student: Student, now: Semester) -> Way:
    """LEA-01 to LEA-07: a leave lasts to its end, and one taken right after it as long.

    Reading: a semester that goes on is not gone back into while the leave covers it; whoever's
    leave is over returns into the semester that goes on.
    """
    begun = [one for one in student.leaves if one.first <= now]
    leave = max(begun, key=lambda one: one.last, default=None)
    if leave is None or leave.last < now:
        return Way(leave, now, now)
    last = leave.last
    for one in sorted(student.leaves, key=lambda one: one.first):
        if one.first == last.plus(1):
            last = one.last
    return Way(leave, now.plus(1), last.plus(1))


def why_not(way: Way, asked: Semester) -> Why | None:
    """LEA-01 to LEA-07: too early while the leave covers the semester, too late after its end."""
    if asked < way.earliest:
        return "too_early"
    return "too_late" if asked > way.latest else None


def left_afterwards(student: Student, way: Way, asked: Semester) -> int | None:
    """LEA-08: semesters of this kind of leave that remain when it ends with the one before."""
    if way.leave is None:
        return None
    kept = tuple(
        replace(one, last=min(one.last, asked.plus(-1)))
        for one in student.leaves
        if one.first < asked
    )
    return leaves.rest(replace(student, leaves=kept), way.leave.kind)


def returned(student: Student, asked: Semester) -> Student:
    """TUI-02: as the student will stand in that semester, to reckon what it costs."""
    others = tuple(one for one in student.registrations if one.semester != asked)
    entry = Registration(asked, "returning")
    return replace(student, standing="enrolled", registrations=(*others, entry))
