"""Transcript, 성적증명서 (CRT-03): every course on record, for anybody with grades.

Readings: the rulebook names no grading scale, so the paper has none; what a grade is worth is
what the register says. A course counts in the average when it has points. The average is the sum
of credits times points over the credits of those courses, rounded half up to two decimals. A
course taken twice stands twice and counts twice: nothing says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p
from flask_babel import pgettext

from services.forms.catalog import certificate, degree_held, printed
from services.forms.catalog.kind import Answers, Asking, Finding, Text
from services.forms.people.values import Grade, Standing, Student
from services.forms.rules import study, tell
from shared.say import either

NOTHING = "–"
COLUMNS = ("term", "code", "title", "category", "credits", "grade", "points")
STANDINGS: Mapping[Standing, Text] = {
    "admitted": _p("printed standing", "Admitted"),
    "enrolled": _p("printed standing", "Enrolled"),
    "on_leave": _p("printed standing", "On leave of absence"),
    "completed": _p("printed standing", "Coursework completed"),
    "graduated": _p("printed standing", "Graduated"),
    "withdrawn": _p("printed standing", "Withdrawn"),
    "expelled": _p("printed standing", "Expelled"),
}
# The register has one word for a category; another one than these is printed as it is there.
CATEGORIES: Mapping[str, Text] = {
    "전공": _p("course category", "Major"),
    "공통": _p("course category", "Common"),
    "연구": _p("course category", "Research"),
    "필수": _p("course category", "Required"),
    "선택": _p("course category", "Elective"),
    "교양": _p("course category", "General"),
}


def against(asking: Asking) -> list[Finding]:
    """CRT-03: there are grades."""
    return [] if asking.student.grades else [tell.no_grades()]


def lines(student: Student, _answers: Answers) -> dict[str, Any]:
    """How somebody stands, what they took in the order of semesters, and what it comes to."""
    grades = sorted(student.grades, key=lambda one: (one.semester, one.code))
    end = pgettext("printed", "― End of record ―")
    return {
        **printed.study_lines(student),
        "standing": str(STANDINGS[student.standing]),
        "degree_date": degree_held.degree_lines(student)["degree_date"] or NOTHING,
        "courses": printed.ended([_row(grade) for grade in grades], COLUMNS, end),
        "totals": _totals(study.totals(grades)),
    }


def _row(grade: Grade) -> dict[str, str]:
    return {
        "term": str(tell.semester(grade.semester)),
        "code": grade.code,
        "title": either(ko=grade.title_ko, en=grade.title_en),
        "category": str(CATEGORIES.get(grade.category, grade.category)),
        "credits": str(grade.credits),
        "grade": grade.grade,
        "points": grade.points or NOTHING,
    }


def _totals(found: study.Totals) -> dict[str, str]:
    return {
        "credits_attempted": str(found.attempted),
        "credits_earned": str(found.earned),
        "credits_counted": str(found.counted),
        "points": f"{found.points.normalize():f}",
        "gpa": NOTHING if found.average is None else str(found.average),
    }


KIND = certificate.Certificate(
    name="certificate_transcript",
    rule="CRT-03",
    title=_l("Transcript"),
    summary=_l("Your courses and grades, with their totals."),
    against=against,
    lines=lines,
    shows=("program", "totals.credits_earned", "totals.gpa"),
    proves=("totals.points", "courses"),
    sensitive=True,
).kind()
