"""The CSV files of an import, literally: their columns, keys and what they refer to.

`docs/import.md` is the same for people. Files are read in this order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask_babel import lazy_gettext as _l

from services.forms.people import tables
from services.forms.people.cells import (
    Read,
    counts,
    day,
    days,
    email,
    identifier,
    ladder,
    matching,
    number,
    one_of,
    periods,
    phone,
    semester,
    text,
    windows,
)
from services.forms.people.values import OFFICES, OPERATIONS, POSTS, PROGRAMS

LANGUAGES = ("ko", "en")
STANDINGS = (
    "admitted",
    "enrolled",
    "on_leave",
    "completed",
    "graduated",
    "withdrawn",
    "expelled",
)
ATTENDANCES = ("enrolled", "returning", "on_leave", "post_coursework")
LEAVES = ("general", "military", "birth", "childcare", "start_up", "disease", "other")
MILESTONES = ("term_extension", "early_graduation", "exam_admitted", "exam_passed")
PROFESSOR_KINDS = ("full_time", "adjunct", "other")
KRW_MOST = 100_000_000


@dataclass(frozen=True)
class Column:
    """One column: how a cell is read, whether it may be empty, which sheet it refers to."""

    read: Read
    optional: bool = False
    refers_to: str = ""
    empty: Any = None  # the value of an empty cell
    later: bool = False  # younger than version 1: a file without it is read and leaves it as it is


@dataclass(frozen=True)
class Sheet:
    """One file `<name>.csv`; `key` are the columns that make a row one."""

    name: str
    table: Any
    key: tuple[str, ...]
    columns: Mapping[str, Column]


NAME = Column(text(100))
LANGUAGE = Column(one_of(LANGUAGES))
EMAIL = Column(email)
PHONE = Column(phone, optional=True, empty="")
CODE = Column(identifier)
DAY = Column(day)
OPTIONAL_DAY = Column(day, optional=True)
SEMESTER = Column(semester)
STUDENT = Column(identifier, refers_to="students")
PROFESSOR = Column(identifier, optional=True, refers_to="professors")
LATER_PROFESSOR = Column(identifier, optional=True, refers_to="professors", later=True)
NAMED = {"code": CODE, "name_ko": NAME, "name_en": NAME}

SHEETS: tuple[Sheet, ...] = (
    Sheet("majors", tables.MajorRow, ("code",), NAMED),
    Sheet(
        "professors",
        tables.ProfessorRow,
        ("code",),
        {
            **NAMED,
            "email": EMAIL,
            "language": LANGUAGE,
            "kind": Column(one_of(PROFESSOR_KINDS), optional=True, later=True),
            "major": Column(identifier, optional=True, refers_to="majors", later=True),
        },
    ),
    Sheet("campuses", tables.CampusRow, ("code",), {**NAMED, "representative": PROFESSOR}),
    Sheet(
        "posts",
        tables.PostRow,
        ("post", "major", "seat"),
        {
            "post": Column(one_of(POSTS)),
            "major": Column(identifier, optional=True, refers_to="majors"),
            "seat": Column(number(1, 99)),
            "professor": PROFESSOR,
        },
    ),
    Sheet(
        "semesters",
        tables.SemesterRow,
        ("semester",),
        {
            "semester": SEMESTER,
            "first_day": DAY,
            "last_day": DAY,
            "tuition_krw": Column(number(0, KRW_MOST), optional=True),
            "payment_periods": Column(periods, optional=True, empty=()),
            "windows": Column(windows, optional=True, empty=MappingProxyType({})),
            "post_coursework_krw": Column(number(0, KRW_MOST), optional=True, later=True),
            "degree_credits": Column(counts(PROGRAMS, 300), optional=True, empty={}, later=True),
            "refund_ladder": Column(ladder, optional=True, empty=[], later=True),
            "closed_days": Column(days, optional=True, empty=[], later=True),
        },
    ),
    Sheet(
        "staff",
        tables.StaffRow,
        ("login_id",),
        {
            "login_id": CODE,
            "name_ko": NAME,
            "name_en": NAME,
            "office": Column(one_of((*OFFICES, OPERATIONS))),
            "email": EMAIL,
            "phone": PHONE,
            "language": LANGUAGE,
        },
    ),
    Sheet(
        "students",
        tables.StudentRow,
        ("student_number",),
        {
            "student_number": CODE,
            "name_ko": NAME,
            "name_en": NAME,
            "language": LANGUAGE,
            "email": EMAIL,
            "phone": PHONE,
            "birth_date": DAY,
            "nationality": Column(matching("[A-Z]{2}", _l("is not a country such as KR"))),
            "sex": Column(one_of(("female", "male"))),
            "program": Column(one_of(PROGRAMS)),
            "standing": Column(one_of(STANDINGS)),
            "admitted_on": DAY,
            "completed_on": OPTIONAL_DAY,
            "ended_on": OPTIONAL_DAY,
            "campus": Column(identifier, refers_to="campuses"),
            "major": Column(identifier, refers_to="majors"),
            "advisor": PROFESSOR,
            "joint_advisor": LATER_PROFESSOR,
        },
    ),
    Sheet(
        "registrations",
        tables.RegistrationRow,
        ("student_number", "semester"),
        {
            "student_number": STUDENT,
            "semester": SEMESTER,
            "attendance": Column(one_of(ATTENDANCES)),
            "credits": Column(number(0, 30), optional=True),
        },
    ),
    Sheet(
        "grades",
        tables.GradeRow,
        ("student_number", "semester", "code"),
        {
            "student_number": STUDENT,
            "semester": SEMESTER,
            "code": CODE,
            "title_ko": Column(text(60)),
            "title_en": Column(text(120)),
            "category": Column(text(12)),
            "credits": Column(number(0, 30)),
            "grade": Column(matching("[A-Z][A-Z]?[+0-]?", _l("is not a grade such as A+ or S"))),
            "points": Column(
                matching(r"\d\.\d{1,2}", _l("is not points such as 4.5")), optional=True
            ),
        },
    ),
    Sheet(
        "degrees",
        tables.DegreeRow,
        ("student_number", "level"),
        {
            "student_number": STUDENT,
            "level": Column(one_of(("masters", "doctoral"))),
            "title_ko": NAME,
            "title_en": NAME,
            "conferred_on": DAY,
            "number": Column(text(40)),
        },
    ),
    Sheet(
        "leaves",
        tables.LeaveRow,
        ("student_number", "first_semester"),
        {
            "student_number": STUDENT,
            "kind": Column(one_of(LEAVES)),
            "first_semester": SEMESTER,
            "last_semester": SEMESTER,
            "applied_on": DAY,
        },
    ),
    Sheet(
        "payments",
        tables.PaymentRow,
        ("student_number", "semester", "part"),
        {
            "student_number": STUDENT,
            "semester": SEMESTER,
            "part": Column(number(0, 4)),
            "paid_on": DAY,
            "amount_krw": Column(number(1, KRW_MOST)),
        },
    ),
    Sheet(
        "milestones",
        tables.MilestoneRow,
        ("student_number", "what", "semester"),
        {
            "student_number": STUDENT,
            "what": Column(one_of(MILESTONES)),
            "semester": SEMESTER,
            "semesters": Column(number(0, 2), optional=True, empty=0),
            "application": Column(text(20), optional=True, empty=""),
        },
    ),
    Sheet(
        "readmission_bars",
        tables.BarRow,
        ("student_number",),
        {"student_number": STUDENT, "reason": Column(text(200), optional=True, empty="")},
    ),
    Sheet(
        "virtual_accounts",
        tables.VirtualAccountRow,
        ("student_number",),
        {
            "student_number": STUDENT,
            "bank_ko": Column(text(60)),
            "bank_en": Column(text(60)),
            "number": Column(
                matching(r"[0-9]+(-[0-9]+)*", _l("is not an account number such as 700-12-345678"))
            ),
        },
    ),
)
BY_NAME = {sheet.name: sheet for sheet in SHEETS}
