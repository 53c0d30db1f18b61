"""The register's values: who somebody is and what the university has on record.

Plain and frozen: rules and kinds read these and never a database row. Days are
days in Seoul, money is whole KRW, a semester is (year, term) as in the
contract's "Words".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import total_ordering
from typing import Any, Literal

Term = Literal["spring", "fall"]
Program = Literal["masters", "doctoral", "integrative"]
Standing = Literal[
    "admitted",  # accepted, the first semester has not begun
    "enrolled",
    "on_leave",
    "completed",  # coursework completed, no degree yet (CRT-05, TRM-07)
    "graduated",
    "withdrawn",  # left by their own wish (WDR-01)
    "expelled",
]
# An operator looks after the installation: who they are stands among the staff, with the office
# `operations`, which decides nothing and sees nobody's applications.
Role = Literal["student", "professor", "staff", "operator"]
Office = Literal[
    "educational_affairs",
    "student_affairs",
    "student_team",
    "dean",
    "graduate_committee",
    "operations",
]
# An office that a professor holds and signs in; a campus has its own (`Campus.representative`).
Post = Literal["major_professor", "dean", "graduate_committee"]
ProfessorKind = Literal["full_time", "adjunct", "other"]  # ADV-02: the first two may be joint
# How somebody stands in one semester; "returning" is the first one after a leave (TUI-02).
Attendance = Literal["enrolled", "returning", "on_leave", "post_coursework"]

DIGESTS = ("never", "many", "always")  # of three or more
POSTS: tuple[Post, ...] = ("major_professor", "dean", "graduate_committee")
TERMS: tuple[Term, ...] = ("spring", "fall")
PROGRAMS: tuple[Program, ...] = ("masters", "doctoral", "integrative")
OFFICES: tuple[Office, ...] = (
    "educational_affairs",
    "student_affairs",
    "student_team",
    "dean",
    "graduate_committee",
)
OPERATIONS: Office = "operations"


@total_ordering
@dataclass(frozen=True)
class Semester:
    """A semester of a year; spring comes before fall and is printed as the 1st."""

    year: int
    term: Term

    def __lt__(self, other: Semester) -> bool:
        return (self.year, self.ordinal) < (other.year, other.ordinal)

    def __str__(self) -> str:
        return f"{self.year}-{self.term}"

    @property
    def ordinal(self) -> int:
        """1 for spring, 2 for fall."""
        return TERMS.index(self.term) + 1

    def as_json(self) -> dict[str, Any]:
        """`{"year": 2022, "semester": "fall"}` (contract, "Words")."""
        return {"year": self.year, "semester": self.term}

    def plus(self, semesters: int) -> Semester:
        """The semester so many later (earlier when negative)."""
        years, term = divmod(self.ordinal - 1 + semesters, len(TERMS))
        return Semester(self.year + years, TERMS[term])

    def until(self, later: Semester) -> int:
        """How many semesters later the other one is: 0 for the same, negative for an earlier."""
        return (later.year - self.year) * len(TERMS) + later.ordinal - self.ordinal


@dataclass(frozen=True)
class Window:
    """From `opens` until just before `closes`, both aware instants."""

    opens: datetime
    closes: datetime

    def holds(self, at: datetime) -> bool:
        """Whether the instant lies in it."""
        return self.opens <= at < self.closes


@dataclass(frozen=True)
class Period:
    """Whole days, first and last included (TUI-07)."""

    first_day: date
    last_day: date


@dataclass(frozen=True)
class Rung:
    """A row of a refund ladder: before this day of the semester, this share, as `2/3` (REF-01)."""

    before_day: int
    share: str


@dataclass(frozen=True)
class SemesterData:
    """What belongs to a semester and is data, never code (TUI-01, TUI-07, EXT-01).

    `tuition_krw` is None and `payment_periods` empty while the office has not
    entered them. `payment_periods` are P1, P2, … in their order; `windows` has
    application periods by name (`due_date_extension`). `version` grows with
    every change, so that a decision can say which figures it used.
    """

    semester: Semester
    first_day: date
    last_day: date
    tuition_krw: int | None = None
    payment_periods: tuple[Period, ...] = ()
    windows: Mapping[str, Window] = field(default_factory=dict)
    version: int = 1
    post_coursework_krw: int | None = None  # where a fee is set for it (TRM-07)
    # The least credits for a degree, by program (TRM-02); empty while nobody has entered them.
    degree_credits: Mapping[str, int] = field(default_factory=dict)
    refund_ladder: tuple[Rung, ...] = ()  # empty: that of the pages (REF-01)
    closed_days: tuple[date, ...] = ()  # no business days of the university's, beside Korea's


class Named:
    """Something with a Korean and an English name."""

    name_ko: str
    name_en: str

    def name(self, language: str) -> str:
        """The name as a paper or page in `language` (`ko` | `en`) has it."""
        found: str = getattr(self, f"name_{language}")
        return found


@dataclass(frozen=True)
class Major(Named):
    """A major; `name_*` may hold the department before it."""

    code: str
    name_ko: str
    name_en: str


@dataclass(frozen=True)
class Professor(Named):
    """Somebody who signs by link; `language` is that of the mail they get.

    `kind` and `major` are None while the register does not have them (ADV-01, ADV-02).
    """

    id: str
    name_ko: str
    name_en: str
    email: str
    language: str = "ko"
    kind: ProfessorKind | None = None
    major: Major | None = None


@dataclass(frozen=True)
class Campus(Named):
    """A campus and the professor in charge of it, its campus representative professor."""

    code: str
    name_ko: str
    name_en: str
    representative: Professor | None = None


@dataclass(frozen=True)
class Registration:
    """How the student stands in one semester; `credits` is None until courses are registered."""

    semester: Semester
    attendance: Attendance
    credits: int | None = None


@dataclass(frozen=True)
class Grade:
    """One course with its result; `grade` as printed (A+, S …), `points` None where it has none."""

    semester: Semester
    code: str
    title_ko: str
    title_en: str
    category: str
    credits: int
    grade: str
    points: str | None = None


@dataclass(frozen=True)
class Degree:
    """A degree that the university conferred."""

    level: Literal["masters", "doctoral"]
    title_ko: str
    title_en: str
    conferred_on: date
    number: str


@dataclass(frozen=True)
class Leave:
    """A leave of absence (`kind` as in LEA-01 to LEA-07), whole semesters, both included."""

    kind: Literal["general", "military", "birth", "childcare", "start_up", "disease", "other"]
    first: Semester
    last: Semester
    applied_on: date


@dataclass(frozen=True)
class Payment:
    """Money that arrived for a semester. `part` 0 is the full payment, 1 to 4 an installment."""

    semester: Semester
    part: int
    paid_on: date
    amount_krw: int


@dataclass(frozen=True)
class VirtualAccount:
    """The account of the university's that is one student's alone (TUI-09, TUI-12)."""

    bank_ko: str
    bank_en: str
    number: str


@dataclass(frozen=True)
class Arrangement:
    """What was granted about a semester's tuition: the extent waived, another due date, a plan
    of installments (TUI-06), what is paid back (REF-01).

    `application` is the number of the application that it was granted on.
    """

    semester: Semester
    what: Literal["waiver", "extension", "installments", "refund"]
    application: str
    extent: str | None = None
    pay_on: date | None = None
    installments: bool = False
    krw: int | None = None


@dataclass(frozen=True)
class Return:
    """The end of a leave: from this semester on the student studies again (TUI-02)."""

    semester: Semester


@dataclass(frozen=True)
class Leaving:
    """Left by their own wish (WDR-01, REF-04); `asked_on` counts for the refund (REF-01)."""

    on: date
    asked_on: date


@dataclass(frozen=True)
class Readmission:
    """Taken in again from a semester on, with so many earlier credits (RDM-01, RDM-02)."""

    semester: Semester
    application: str
    credits: int
    advisor: str  # the id of the professor who advises from then on


@dataclass(frozen=True)
class Milestone:
    """What was granted or reached in the course of study, in or for a semester.

    `semesters` are those of an extension of the maximum term (TRM-04); `application` is the
    number of the application that it was granted on, "" where it was none of ours.
    """

    what: Literal["term_extension", "early_graduation", "exam_admitted", "exam_passed"]
    semester: Semester
    application: str = ""
    semesters: int = 0


@dataclass(frozen=True)
class Placement:
    """Where and with whom somebody studies from now on, by code and id; None stays as it is."""

    campus: str | None = None
    major: str | None = None
    advisor: str | None = None
    joint_advisor: str | None = None


# What a granted request changes in the register (`changes.py`).
Change = Arrangement | Leave | Return | Leaving | Readmission | Milestone | Placement | Registration


@dataclass(frozen=True)
class StudentName(Named):
    """What a student, or who was or will be one, is called."""

    id: str
    student_number: str
    name_ko: str
    name_en: str


@dataclass(frozen=True)
class Student(StudentName):
    """The same with the whole academic record."""

    language: str
    email: str
    phone: str
    birth_date: date
    nationality: str  # ISO 3166-1 alpha-2
    sex: Literal["female", "male"]
    program: Program
    standing: Standing
    admitted_on: date
    campus: Campus
    major: Major
    advisor: Professor | None
    joint_advisor: Professor | None = None
    completed_on: date | None = None  # the day the coursework was completed
    ended_on: date | None = None  # the day of graduating, leaving or being expelled
    registrations: tuple[Registration, ...] = ()
    grades: tuple[Grade, ...] = ()
    degrees: tuple[Degree, ...] = ()
    leaves: tuple[Leave, ...] = ()
    payments: tuple[Payment, ...] = ()
    arrangements: tuple[Arrangement, ...] = ()
    ending_asked_on: date | None = None  # the day on which leaving was asked for (REF-01)
    readmissions: tuple[Readmission, ...] = ()
    barred: str = ""  # why they cannot be readmitted, in the words of staff (RDM-01)
    milestones: tuple[Milestone, ...] = ()
    account: VirtualAccount | None = None

    def registration(self, semester: Semester) -> Registration | None:
        """How the student stands in that semester, if it is on record."""
        return next((r for r in self.registrations if r.semester == semester), None)


@dataclass(frozen=True)
class Staff(Named):
    """Somebody of an office; the office decides which kinds and actions are theirs."""

    id: str
    name_ko: str
    name_en: str
    office: Office
    email: str
    phone: str
    language: str = "ko"


@dataclass(frozen=True)
class Quiet:
    """Hours of the day in Seoul in which what can wait is not told, 0 to 23; the same: none."""

    since: int = 21
    until: int = 8

    def __str__(self) -> str:
        return f"{self.since:02}-{self.until:02}"


@dataclass(frozen=True)
class Wishes:
    """How a professor wants to be reminded: `digest` says when reminders come in one mail."""

    digest: str = "many"
    quiet: Quiet = Quiet()


@dataclass(frozen=True)
class Account(Named):
    """Who signs in with `login_id`. `password_hash` is None until the invitation was taken up."""

    login_id: str
    person_id: str
    role: Role
    name_ko: str
    name_en: str
    email: str
    phone: str
    language: str
    office: Office | None = None
    password_hash: str | None = None
    notice_accepted_at: datetime | None = None
    channel: str | None = None  # where codes go first, if they said
    texts: bool = False  # whether they want text messages beside the mails
    quiet: Quiet = Quiet()
