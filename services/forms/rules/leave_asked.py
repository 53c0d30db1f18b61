"""What the rules say of a leave that is asked for (LEA-01 to LEA-10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from services.forms.people.values import Period, Semester, SemesterData, Student
from services.forms.rules import dues, leaves, tell, tell_leaves, tuition
from services.forms.rules.finding import Finding
from services.forms.rules.leaves import LeaveKind

Semesters = Mapping[Semester, SemesterData]
Asked = tuple[Semester, Semester]  # the first and the last


def said(
    student: Student, kind: LeaveKind, asked: Asked, semesters: Semesters, today: date
) -> list[Finding]:
    """LEA-01 to LEA-10: what stands against it, or what is left of it and what comes back."""
    stands = _overlaps(student, asked) or _against(student, kind, asked, semesters, today)
    if stands:
        return stands
    left, wanted = leaves.rest(student, kind), leaves.length(*asked)
    return [
        tell_leaves.left_over(kind, left, wanted),
        *_money_back(student, asked[0], semesters, today),
    ]


def window(semesters: Semesters, first: Semester) -> Period | None:
    """LEA-01: the days of a general leave from that semester on, where it is on record."""
    data = semesters.get(first)
    if data is None:
        return None
    return Period(*leaves.general_window(data, semesters.get(first.plus(-1))))


def _overlaps(student: Student, asked: Asked) -> list[Finding]:
    """LEA-01: not while another leave lasts."""
    for one in student.leaves:
        if one.first <= asked[1] and asked[0] <= one.last:
            return [tell_leaves.overlaps(one.first, one.last)]
    return []


def _against(
    student: Student, kind: LeaveKind, asked: Asked, semesters: Semesters, today: date
) -> list[Finding]:
    data, before = (semesters.get(asked[0].plus(-n)) for n in (0, 1))
    if data is None:
        return [tell.missing_data(asked[0], list(tell.MISSING))]
    days, left = leaves.general_window(data, before), leaves.rest(student, kind)
    return [
        tell_leaves.against(kind, why, days, left, leaves.length(*asked))
        for why in leaves.why_not(student, kind, asked, data, before, today)
    ]


def _money_back(
    student: Student, first: Semester, semesters: Semesters, today: date
) -> list[Finding]:
    """LEA-10: for a semester that tuition was paid for."""
    data = semesters.get(first)
    if data is None or tuition.missing_data(data):
        return []
    owed = dues.owed(student, data, today)
    return [tell_leaves.money_back(dues.if_left(owed, data, today))] if owed.paid_krw else []
