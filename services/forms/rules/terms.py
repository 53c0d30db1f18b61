"""Terms of study: which semester it is, whose how-many-th, and who is past the minimum.

Readings. Semesters of study are those attended (`enrolled` or `returning`);
a leave does not count, post-coursework semesters count towards the maximum
term alone (TRM-05). A student who is enrolled and has no entry for a semester
yet counts it as attended: registration is complete only when tuition is paid.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise

from services.forms.people.values import Program, Semester, SemesterData, Student

# TUI-03: from the semester after these, tuition goes by credits (TUI-04).
MINIMUM_SEMESTERS: Mapping[Program, int] = {"masters": 4, "doctoral": 4, "integrative": 8}
# TRM-01 and TRM-03, in semesters; TRM-02: how many earlier a degree can be had.
STANDARD_SEMESTERS: Mapping[Program, int] = {"masters": 4, "doctoral": 4, "integrative": 8}
MAXIMUM_SEMESTERS: Mapping[Program, int] = {"masters": 8, "doctoral": 12, "integrative": 16}
EARLY_SEMESTERS: Mapping[Program, int] = {"masters": 1, "doctoral": 1, "integrative": 2}
EXTENDED_AT_MOST = 2  # TRM-04
# TRM-01 less TRM-02: the semester of study in which a degree can be had at the earliest.
EARLIEST_DEGREE: Mapping[Program, int] = {
    program: standard - EARLY_SEMESTERS[program] for program, standard in STANDARD_SEMESTERS.items()
}

ATTENDED = ("enrolled", "returning")
ENDED = ("graduated", "withdrawn", "expelled")


def semester_of_day(semesters: Mapping[Semester, SemesterData], day: date) -> Semester | None:
    """The semester that the day lies in, as far as the register knows them."""
    return next(
        (s for s, data in semesters.items() if data.first_day <= day <= data.last_day), None
    )


def open_semesters(semesters: Mapping[Semester, SemesterData], day: date) -> tuple[Semester, ...]:
    """The semester of the day and the next one that is on record.

    Reading: what is asked about a semester can be asked while it lasts, and for
    the one that comes; between two semesters it is the coming one alone.
    """
    going_on = [s for s in sorted(semesters) if semesters[s].last_day >= day]
    if not going_on:
        return ()
    begun = semesters[going_on[0]].first_day <= day
    consecutive = [going_on[0]]
    for earlier, later in pairwise(going_on):
        if begun and later == earlier.plus(1) and len(consecutive) == 1:
            consecutive.append(later)
    return tuple(consecutive)


def semester_to_pay(semesters: Mapping[Semester, SemesterData], day: date) -> Semester | None:
    """The semester that students deal with on this day: the coming one from its P1 on."""
    candidates = open_semesters(semesters, day)
    for semester in reversed(candidates):
        periods = semesters[semester].payment_periods
        if semester == candidates[0] or (periods and periods[0].first_day <= day):
            return semester
    return None


def attends(student: Student, semester: Semester) -> bool:
    """Whether the student is, or by standing will be, enrolled in the semester (TUI-02)."""
    if student.standing in ENDED:
        return False
    entry = student.registration(semester)
    if entry is not None:
        return entry.attendance in ATTENDED
    return student.standing == "enrolled"


def semester_number(student: Student, semester: Semester) -> int:
    """Whose how-many-th semester of study it is: 1 for a freshman, leaves left out."""
    earlier = [
        entry
        for entry in student.registrations
        if entry.semester < semester and entry.attendance in ATTENDED
    ]
    return len(earlier) + attends(student, semester)


def semesters_attended(student: Student) -> int:
    """How many semesters of study are on record, the present one included."""
    return sum(entry.attendance in ATTENDED for entry in student.registrations)


def is_freshman(student: Student, semester: Semester) -> bool:
    """In the first semester of the course (rulebook, Readings; LEA-01, LEA-05)."""
    return attends(student, semester) and semester_number(student, semester) == 1


def past_minimum_term(student: Student, semester: Semester) -> bool:
    """TUI-03: attends after the minimum term and has not completed the coursework."""
    over = semester_number(student, semester) > MINIMUM_SEMESTERS[student.program]
    return over and attends(student, semester) and student.completed_on is None


def semesters_towards_maximum(student: Student, semester: Semester) -> int:
    """TRM-03, TRM-05: semesters used of the maximum term, the given one included.

    Post-coursework semesters count even when not enrolled; leaves do not.
    """
    first = min((entry.semester for entry in student.registrations), default=semester)
    on_leave = {e.semester for e in student.registrations if e.attendance == "on_leave"}
    return sum(first.plus(number) not in on_leave for number in range(first.until(semester) + 1))


def semesters_left(student: Student, semester: Semester, extended: int = 0) -> int:
    """TRM-03, TRM-04: semesters that remain after this one; negative past the maximum term.

    `extended`: semesters granted by the Graduate Committee, at most two.
    """
    most = MAXIMUM_SEMESTERS[student.program] + min(extended, EXTENDED_AT_MOST)
    return most - semesters_towards_maximum(student, semester)


def exam_semesters(student: Student, semester: Semester) -> tuple[int, bool]:
    """IQE-01: completed semesters before this one, and whether the examination is open in it.

    After at least two completed semesters, and before the fourth is completed.
    """
    completed = semester_number(student, semester) - 1
    return completed, student.program == "integrative" and 2 <= completed < 4
