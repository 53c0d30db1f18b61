"""The same few people in every test of forms: Han Seo-yun, her professors, her semesters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import Flask

from services.forms.catalog.kind import Asking, Room
from services.forms.people.values import (
    Campus,
    Major,
    Period,
    Professor,
    Registration,
    Semester,
    SemesterData,
    Student,
)
from shared import words
from shared.clock import SEOUL

ROOT = Path(__file__).resolve().parents[2]
FALL_2022 = Semester(2022, "fall")
ADVISOR = Professor("p-yoon", "윤태호", "Yoon Tae-ho", "tae-ho.yoon@dojang.example")
CAMPUS_PROFESSOR = Professor("p-seo", "서민정", "Seo Min-jeong", "min-jeong.seo@dojang.example")
HAESOL = Campus("haesol", "해솔 캠퍼스", "Haesol Campus", CAMPUS_PROFESSOR)
MATERIALS = Major("materials", "미래소재공학", "Advanced Materials Engineering")

# The rulebook's semester (TUI-01, TUI-07).
FALL = SemesterData(
    semester=FALL_2022,
    first_day=date(2022, 9, 1),
    last_day=date(2023, 2, 28),
    tuition_krw=2_500_000,
    payment_periods=(
        Period(date(2022, 8, 16), date(2022, 9, 5)),
        Period(date(2022, 10, 3), date(2022, 10, 7)),
    ),
)
SPRING = replace(
    FALL,
    semester=Semester(2022, "spring"),
    first_day=date(2022, 3, 1),
    last_day=date(2022, 8, 31),
    payment_periods=(Period(date(2022, 2, 14), date(2022, 3, 4)),),
)
SEMESTERS = {SPRING.semester: SPRING, FALL.semester: FALL}

SEO_YUN = Student(
    id="s-han",
    student_number="2025-3107",
    name_ko="한서윤",
    name_en="Han Seo-yun",
    language="ko",
    email="s20253107@dojang.example",
    phone="010-0000-0001",
    birth_date=date(1996, 1, 1),
    nationality="KR",
    sex="female",
    program="doctoral",
    standing="enrolled",
    admitted_on=date(2021, 9, 1),
    campus=HAESOL,
    major=MATERIALS,
    advisor=ADVISOR,
    registrations=(
        Registration(Semester(2021, "fall"), "enrolled", 9),
        Registration(Semester(2022, "spring"), "enrolled", 9),
        Registration(FALL_2022, "enrolled", 9),
    ),
)
IN_THE_SEMESTER = datetime(2022, 9, 10, 9, 0, tzinfo=SEOUL)


def seo_yun(**changes: Any) -> Student:
    """Han Seo-yun, in another situation."""
    return replace(SEO_YUN, **changes)


def attended(count: int, last: Semester = FALL_2022, credits: int | None = 9) -> Any:  # noqa: A002 – the field's name
    """So many semesters of study, the last of them with these credits."""
    entries = [Registration(last.plus(-n), "enrolled", 9) for n in range(count - 1, 0, -1)]
    return (*entries, Registration(last, "enrolled", credits))


def asking(
    student: Student = SEO_YUN,
    now: datetime = IN_THE_SEMESTER,
    semesters: Any = SEMESTERS,
    room: Room | None = None,
) -> Asking:
    """Who asks when."""
    return Asking(student, semesters, now, room)


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Every text inside is of one language."""
    app = Flask("test")
    words.install(app, [ROOT / "services" / "forms" / "translations"])
    with app.app_context(), words.in_language(language):
        yield
