"""Leaves of absence: which kind is open to whom, when, how long, with which document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Literal

from services.forms.people.values import Leave, Program, Semester, SemesterData, Student
from services.forms.rules import terms

LeaveKind = Literal["general", "military", "birth", "childcare", "start_up", "disease", "other"]
Why = Literal["freshman", "not_korean", "not_male", "not_female", "outside_window", "too_long"]


@dataclass(frozen=True)
class LeaveRule:
    """One row of LEA-01 to LEA-07. `most` is semesters, by program or for all; None: as given."""

    rule: str
    most: Mapping[Program, int] | int | None
    document: bool = True
    freshmen: bool = True
    only_sex: Literal["female", "male"] | None = None
    only_koreans: bool = False
    any_time: bool = True

    def semesters(self, program: Program) -> int | None:
        """How many semesters at most in this program; None: the period that the notice gives."""
        return self.most[program] if isinstance(self.most, Mapping) else self.most


RULES: Mapping[LeaveKind, LeaveRule] = {
    "general": LeaveRule(
        "LEA-01",
        {"masters": 2, "doctoral": 4, "integrative": 6},
        document=False,
        freshmen=False,
        any_time=False,
    ),
    "military": LeaveRule("LEA-02", None, only_sex="male", only_koreans=True),
    "birth": LeaveRule("LEA-03", 2, only_sex="female"),
    "childcare": LeaveRule("LEA-04", 4),
    "start_up": LeaveRule("LEA-05", 4, freshmen=False),
    "disease": LeaveRule("LEA-06", 2),
    "other": LeaveRule("LEA-07", 2),
}
THREE_QUARTERS = (3, 4)


def last_day_to_ask(data: SemesterData) -> date:
    """LEA-01: day `ceil(3/4 of the length)` of the semester is the last one (Readings)."""
    return data.first_day + timedelta(days=_three_quarters(data))


def general_window(data: SemesterData, before: SemesterData | None) -> tuple[date, date]:
    """LEA-01: from the last day of the semester before until three quarters of this one."""
    opens = before.last_day if before else data.first_day - timedelta(days=1)
    return opens, last_day_to_ask(data)


def credits_can_be_given(data: SemesterData, left_on: date) -> bool:
    """LEA-09: when more than three quarters of the semester were attended."""
    return left_on > last_day_to_ask(data)


def used(leaves: Sequence[Leave], kind: LeaveKind) -> int:
    """LEA-08: semesters already taken of this kind; each kind has a period of its own."""
    return sum(length(one.first, one.last) for one in leaves if one.kind == kind)


def rest(student: Student, kind: LeaveKind) -> int | None:
    """LEA-01 to LEA-08: semesters of this kind that are left; None: as the notice gives."""
    most = RULES[kind].semesters(student.program)
    return None if most is None else max(0, most - used(student.leaves, kind))


def why_not(
    student: Student,
    kind: LeaveKind,
    asked: tuple[Semester, Semester],
    data: SemesterData,
    before: SemesterData | None,
    today: date,
) -> tuple[Why, ...]:
    """LEA-01 to LEA-08: everything that stands against a leave from the first to the last semester.

    `data` is that of the first semester, `before` of the one before it.
    """
    rule, left = RULES[kind], rest(student, kind)
    opens, closes = general_window(data, before)
    against: dict[Why, bool] = {
        "freshman": not rule.freshmen and terms.is_freshman(student, asked[0]),
        "not_korean": rule.only_koreans and student.nationality != "KR",
        "not_male": rule.only_sex == "male" and student.sex != "male",
        "not_female": rule.only_sex == "female" and student.sex != "female",
        "outside_window": not rule.any_time and not opens <= today <= closes,
        "too_long": left is not None and length(*asked) > left,
    }
    return tuple(why for why, stands in against.items() if stands)


def _three_quarters(data: SemesterData) -> int:
    numerator, denominator = THREE_QUARTERS
    return ceil(((data.last_day - data.first_day).days + 1) * numerator / denominator)


def length(first: Semester, last: Semester) -> int:
    """Semesters, both included."""
    return first.until(last) + 1
