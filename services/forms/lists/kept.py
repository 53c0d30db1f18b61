"""The lists that offices work with, literally: whose each is, its columns, who stands on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.forms.applications.states import OPEN
from services.forms.applications.tables import ApplicationRow
from services.forms.catalog.kind import Text
from services.forms.catalog.printed import PROGRAMS
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.values import OFFICES, Semester, SemesterData, Student
from services.forms.rules import tell_transfers, terms, watch
from services.forms.signin.person import Person
from shared import say
from shared.clock import SEOUL

Cell = str | int | date
A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Row:
    """Somebody on a list; `href` leads to the case, where there is one."""

    cells: Sequence[Cell]
    href: str = ""
    alarm: bool = False


@dataclass(frozen=True)
class Looking:
    """What a list is made from: the register as it is now."""

    session: Session
    parts: Parts
    person: Person
    today: date
    semesters: Mapping[Semester, SemesterData]

    @property
    def semester(self) -> Semester | None:
        """The semester that people deal with now."""
        return terms.semester_to_pay(self.semesters, self.today)

    @cached_property
    def students(self) -> Sequence[Student]:
        """Everybody whose studies have not ended."""
        return register.students_who_may_study(self.session)


@dataclass(frozen=True)
class List:
    """A list. `offices` may see it (least privilege); `rule` is what it follows from."""

    name: str
    rule: str
    title: Text
    about: Text
    offices: Sequence[str]
    columns: Sequence[Text]
    rows: Callable[[Looking], Sequence[Row]]


WHO: Sequence[Text] = (_l("Student number"), _l("Name"), _l("Program"))


def _who(student: Student) -> tuple[Cell, ...]:
    return student.student_number, say.named(student), str(PROGRAMS[student.program])


def _unpaid(looking: Looking) -> list[Row]:
    if looking.semester is None:
        return []
    data, rows = looking.semesters[looking.semester], []
    for student in looking.students:
        found = watch.unpaid(student, data, looking.today)
        if found is None:
            continue
        what = ", ".join(str(tell_transfers.part(line.due)) for line in found.lines)
        missed = sum(line.due.krw for line in found.lines)
        first = found.lines[0].due.period.last_day
        plan = "" if found.plan_holds else str(_l("The plan is not valid (TUI-08)"))
        cells = (*_who(student), what, missed, first, (looking.today - first).days, plan)
        rows.append(Row(cells, alarm=bool(plan)))
    return rows


def _near_maximum(looking: Looking) -> list[Row]:
    now = terms.semester_of_day(looking.semesters, looking.today) or looking.semester
    if now is None:
        return []
    found = [(student, watch.near_maximum(student, now)) for student in looking.students]
    rows = [
        Row((*_who(student), term.used, term.most, term.left), alarm=term.left < 0)
        for student, term in found
        if term is not None
    ]
    return sorted(rows, key=lambda row: (int(row.cells[5]), str(row.cells[0])))  # type: ignore[arg-type]  # a number


def _not_enrolled(looking: Looking) -> list[Row]:
    now = terms.semester_of_day(looking.semesters, looking.today) or looking.semester
    if now is None:
        return []
    return [
        Row((*_who(student), student.nationality, student.completed_on or "", student.email))
        for student in looking.students
        if watch.not_enrolled_after_coursework(student, now)
    ]


def _lapsing(looking: Looking) -> list[Row]:
    """What lapses within seven days unless every approver confirms (EXT-03): the office's own."""
    now = looking.parts.clock.now()
    kinds = {
        name: kind
        for name, kind in looking.parts.kinds.items()
        if kind.in_charge == looking.person.office
    }
    rows = looking.session.scalars(
        select(ApplicationRow)
        .where(
            ApplicationRow.kind.in_(kinds),
            ApplicationRow.state.in_(OPEN),
            ApplicationRow.lapses_at >= now,
            ApplicationRow.lapses_at <= now + A_WEEK,
        )
        .order_by(ApplicationRow.lapses_at, ApplicationRow.number)
    )
    return [
        Row(
            (
                row.student_number,
                say.named(row),
                str(kinds[row.kind].title),
                row.number,
                say.full_moment(row.lapses_at) if row.lapses_at else "",
            ),
            href=f"/desk/applications/{row.id}",
        )
        for row in rows
    ]


LISTS: Sequence[List] = (
    List(
        "unpaid",
        "TUI-11",
        _l("Not paid in time"),
        _l("Whose period is over without the payment. Nobody is expelled by the system."),
        ("educational_affairs",),
        (*WHO, _l("Not paid"), _l("Amount (KRW)"), _l("Until"), _l("Days since"), _l("Plan")),
        _unpaid,
    ),
    List(
        "maximum_term",
        "TRM-03",
        _l("Near the maximum term"),
        _l(
            "Whose maximum term ends with this semester or the next, or is over. Semesters after "
            "the coursework count, leaves do not (TRM-05)."
        ),
        ("graduate_committee", "student_team"),
        (*WHO, _l("Semesters used"), _l("Maximum"), _l("Left after this one")),
        _near_maximum,
    ),
    List(
        "not_enrolled",
        "TRM-06",
        _l("International students not enrolled after coursework"),
        _l("Their visa is not extended, and they are reported as having left Korea."),
        ("student_affairs", "student_team"),
        (*WHO, _l("Nationality"), _l("Coursework completed on"), _l("E-mail")),
        _not_enrolled,
    ),
    List(
        "lapsing",
        "EXT-03",
        _l("Lapsing this week"),
        _l("What ends by itself within seven days unless every professor confirms it."),
        OFFICES,
        (
            _l("Student number"),
            _l("Name"),
            _l("Application"),
            _l("Number"),
            _l("Lapses"),
        ),
        _lapsing,
    ),
)
BY_NAME: Mapping[str, List] = {one.name: one for one in LISTS}


def looking(session: Session, parts: Parts, person: Person) -> Looking:
    """The register as of now, for whoever looks."""
    today = parts.clock.now().astimezone(SEOUL).date()
    return Looking(session, parts, person, today, register.semesters(session))


def of_office(person: Person) -> list[List]:
    """The lists that the person's office sees."""
    return [one for one in LISTS if person.role == "staff" and person.office in one.offices]


def as_json(cell: Cell) -> Any:
    """A cell as JSON has it."""
    return cell.isoformat() if isinstance(cell, date) else cell
