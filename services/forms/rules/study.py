"""Requests about the course itself: an early degree, the qualifying examination, enrolment after
the coursework, a longer term (TRM-01 to TRM-07, IQE-01).

Readings: "the minimum credits" are data of the semester, by program; credits
registered for the semester of the degree count as earned at its end. "6 months"
are one semester, "1 year" two. The maximum term is extended when it ends with
the semester that goes on, or has ended; all extensions together are at most two
semesters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from services.forms.people.values import Grade, Semester, SemesterData, Student
from services.forms.rules import terms

NOT_EARNED = ("F", "U", "NP", "W", "I")  # failed, unsatisfactory, not passed, withdrawn, incomplete
EXAM_FROM, EXAM_BEFORE = 2, 4  # IQE-01: completed semesters
KOREA = "KR"
HUNDREDTHS = Decimal("0.01")
WhyNotEarly = Literal["too_early", "not_early", "credits_unknown", "too_few_credits"]
WhyNoExam = Literal["other_program", "too_early", "too_late", "passed", "admitted"]
WhyNoLonger = Literal["not_yet", "used_up", "too_many"]


@dataclass(frozen=True)
class EarlyDegree:
    """TRM-02: the semester of study, the range in which a degree is early, the credits."""

    number: int
    earliest: int
    standard: int
    earned: int
    registered: int
    needed: int | None  # None while the semester's data do not say

    @property
    def credits(self) -> int:
        """What will have been earned at the end of the semester."""
        return self.earned + self.registered


def early_degree(student: Student, data: SemesterData) -> EarlyDegree:
    """TRM-01, TRM-02: the figures of a degree in this semester."""
    entry = student.registration(data.semester)
    return EarlyDegree(
        number=terms.semester_number(student, data.semester),
        earliest=terms.EARLIEST_DEGREE[student.program],
        standard=terms.STANDARD_SEMESTERS[student.program],
        earned=earned([one for one in student.grades if one.semester < data.semester]),
        registered=(entry.credits or 0) if entry else 0,
        needed=data.degree_credits.get(student.program),
    )


def why_not_early(found: EarlyDegree) -> WhyNotEarly | None:
    """TRM-02: at most one semester early (master's, doctoral), two (integrative)."""
    if found.number < found.earliest:
        return "too_early"
    if found.number >= found.standard:
        return "not_early"
    if found.needed is None:
        return "credits_unknown"
    return "too_few_credits" if found.credits < found.needed else None


def earned(grades: Sequence[Grade]) -> int:
    """CRT-03: the credits of what was passed."""
    return sum(one.credits for one in grades if one.grade not in NOT_EARNED)


@dataclass(frozen=True)
class Totals:
    """CRT-03: what grades come to. `counted` are the credits of courses with points."""

    attempted: int
    earned: int
    counted: int
    points: Decimal
    average: Decimal | None  # None where nothing counts


def totals(grades: Sequence[Grade]) -> Totals:
    """CRT-03: exact, then the average is rounded once, half up to two decimals."""
    counted = [one for one in grades if one.points]
    weight = sum(one.credits for one in counted)
    points = sum((one.credits * Decimal(one.points or 0) for one in counted), Decimal(0))
    average = (points / weight).quantize(HUNDREDTHS, ROUND_HALF_UP) if weight else None
    return Totals(sum(one.credits for one in grades), earned(grades), weight, points, average)


def why_no_exam(student: Student, semester: Semester) -> WhyNoExam | None:
    """IQE-01: after two completed semesters of the integrative course, passed before the fourth."""
    completed, in_time = terms.exam_semesters(student, semester)
    if student.program != "integrative":
        return "other_program"
    if any(one.what == "exam_passed" for one in student.milestones):
        return "passed"
    if any(one.what == "exam_admitted" and one.semester == semester for one in student.milestones):
        return "admitted"
    if in_time:
        return None
    return "too_early" if completed < EXAM_FROM else "too_late"


def enrolled_after_coursework(student: Student, semester: Semester) -> bool:
    """TRM-07: whether the enrolment of this semester is on record."""
    entry = student.registration(semester)
    return entry is not None and entry.attendance == "post_coursework"


def to_be_reported(student: Student, semester: Semester) -> bool:
    """TRM-06: an international student who has completed the coursework and is not enrolled."""
    foreign = student.nationality != KOREA
    waits = student.standing == "completed"
    return foreign and waits and not enrolled_after_coursework(student, semester)


def extended(student: Student) -> int:
    """TRM-04: semesters by which the maximum term was extended so far."""
    return sum(one.semesters for one in student.milestones if one.what == "term_extension")


def semesters_left(student: Student, semester: Semester) -> int:
    """TRM-03, TRM-04, TRM-05: semesters that remain after this one, extensions included."""
    return terms.semesters_left(student, semester, extended(student))


def maximum(student: Student) -> int:
    """TRM-03, TRM-04: semesters of the maximum term, extensions included."""
    return terms.MAXIMUM_SEMESTERS[student.program] + extended(student)


def last_semester(student: Student, semester: Semester) -> Semester:
    """TRM-03, TRM-04: with which the maximum term ends, as seen from this semester."""
    return semester.plus(semesters_left(student, semester))


def extension_left(student: Student) -> int:
    """TRM-04: semesters that the Graduate Committee can still grant."""
    return max(0, terms.EXTENDED_AT_MOST - extended(student))


def why_no_longer(student: Student, semester: Semester, asked: int) -> WhyNoLonger | None:
    """TRM-04: at most two semesters, for whom the maximum term ends with this one."""
    if extension_left(student) == 0:
        return "used_up"
    if semesters_left(student, semester) > 0:
        return "not_yet"
    return "too_many" if asked > extension_left(student) else None
