"""Fill an empty register with the demo university, as of today."""

from __future__ import annotations

import calendar
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.forms.people.demo.people import FOLDER, PASSWORD, accounts
from services.forms.people.importing import import_rows
from services.forms.people.reading import Reading, Row, read_folder
from services.forms.people.tables import AccountRow, SemesterRow, StudentRow
from services.forms.people.values import Period, Semester, Window
from services.forms.signin.passwords import hash_password
from shared.clock import SEOUL, Clock
from shared.errors import Permanent

WRITTEN_IN = Semester(2026, "fall")  # the semester that the files play in
MONTHS_A_SEMESTER = 6
FIXED = ("birth_date",)  # nobody's birthday moves


def fill(session: Session, clock: Clock) -> bool:
    """Import the demo university; False when the register has students already.

    A demo of another day is only given the semester that contains today and the next one,
    where it lacks them; a register of real people is left alone.

    All accounts have the published password, with one hash for all of them:
    salts would protect nothing here and cost two seconds of argon2 at every
    first start. All have accepted the privacy notice.
    """
    now = clock.now()
    today = now.astimezone(SEOUL).date()
    if session.scalar(select(StudentRow.id).limit(1)) is not None:
        _bring_up_to_date(session, today)
        return False
    _import(session, as_of(today))
    known = {"password_hash": hash_password(PASSWORD), "notice_accepted_at": now}
    session.execute(update(AccountRow).values(known))
    return True


def _bring_up_to_date(session: Session, today: date) -> None:
    numbers = {account["id"] for account in accounts()}
    if numbers.issuperset(session.scalars(select(StudentRow.student_number))):
        rows = as_of(today).rows["semesters"][1:]
        lacking = [row for row in rows if not session.get(SemesterRow, row.values["semester"])]
        if lacking:
            _import(session, Reading({"semesters": lacking}))


def _import(session: Session, reading: Reading) -> None:
    report = import_rows(session, reading)
    if report.problems:
        raise Permanent("bad_demo", "; ".join(str(problem) for problem in report.problems))


def semester_containing(day: date) -> Semester:
    """Spring from March 1, fall from September 1 to the end of February."""
    if day.month < 3:
        return Semester(day.year - 1, "fall")
    return Semester(day.year, "spring" if day.month < 9 else "fall")


def first_day(semester: Semester) -> date:
    """March 1 or September 1."""
    return date(semester.year, 3 if semester.ordinal == 1 else 9, 1)


def as_of(today: date) -> Reading:
    """The demo's files, moved so that they play today, with today's semester and the next."""
    reading = read_folder(FOLDER)
    now = semester_containing(today)
    by = WRITTEN_IN.until(now)
    for name, rows in reading.rows.items():
        if name != "semesters":
            reading.rows[name] = [_moved(row, by) for row in rows]
    # Money of days to come has not arrived yet.
    payments = reading.rows["payments"]
    reading.rows["payments"] = [row for row in payments if row.values["paid_on"] <= today]
    reading.rows["virtual_accounts"] = [_account(row) for row in reading.rows["students"]]
    rulebook = reading.rows["semesters"][0]
    for semester in (now, now.plus(1)):
        if rulebook.values["semester"] != semester:
            reading.rows["semesters"].append(_in_the_same_rhythm(rulebook, semester))
    return reading


def _account(student: Row) -> Row:
    """Everybody's virtual account, made of the student number: 700-2025-003107."""
    number = student.values["student_number"]
    year, _, n = number.partition("-")
    values = {
        "student_number": number,
        "bank_ko": "도장은행",
        "bank_en": "Dojang Bank",
        "number": f"700-{year}-{n:0>6}",
    }
    return Row(student.line, values)


def _moved(row: Row, by: int) -> Row:
    values = {
        name: value if name in FIXED else _moved_value(value, by)
        for name, value in row.values.items()
    }
    return replace(row, values=values)


def _moved_value(value: Any, by: int) -> Any:
    if isinstance(value, Semester):
        return value.plus(by)
    if isinstance(value, date):
        return _months_later(value, by * MONTHS_A_SEMESTER)
    return value


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))


def _in_the_same_rhythm(rulebook: Row, semester: Semester) -> Row:
    """Tuition and periods of 2022 fall (TUI-01, TUI-07, EXT-01), moved by whole weeks.

    Installments (TUI-06) can be asked for from the day on which the semester before begins until
    P1 ends: the pages name no such period, and the demo shows it on every day.
    """
    begins = first_day(semester)
    weeks = round((begins - rulebook.values["first_day"]).days / 7)
    by = timedelta(weeks=weeks)
    periods = tuple(
        Period(period.first_day + by, period.last_day + by)
        for period in rulebook.values["payment_periods"]
    )
    values = {
        **rulebook.values,
        "semester": semester,
        "first_day": begins,
        "last_day": first_day(semester.plus(1)) - timedelta(days=1),
        "payment_periods": periods,
        "windows": {
            name: Window(_later(window.opens, by), _later(window.closes, by))
            for name, window in rulebook.values["windows"].items()
        }
        | {"installments": _of_installments(semester, periods[0])},
    }
    return Row(rulebook.line + 1, values)


def _of_installments(semester: Semester, first: Period) -> Window:
    opens, closes = first_day(semester.plus(-1)), first.last_day + timedelta(days=1)
    return Window(*(datetime.combine(day, time.min, SEOUL) for day in (opens, closes)))


def _later(at: datetime, by: timedelta) -> datetime:
    """The same hour in Seoul, so many days later (there is no summer time)."""
    return at + by
