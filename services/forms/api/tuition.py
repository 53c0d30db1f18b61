"""What a student owes, over JSON: the same sum, periods, account and calculator as `/tuition`."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import request
from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from services.forms.api.route import Answer, Call, Route
from services.forms.applications import cases
from services.forms.people import register
from services.forms.people.values import Payment, Semester, SemesterData, Student
from services.forms.rules import dues, tell_day, terms, tuition
from services.forms.rules.dues import Line, Owed
from services.forms.student import leaving
from services.forms.student.leaving import day_of
from shared.clock import SEOUL
from shared.errors import Conflict, Refused


class DueOut(Schema):
    """A part (0 is the whole) with its period, and when it was paid."""

    part = fields.Integer()
    krw = fields.Integer()
    first_day = fields.Date()
    last_day = fields.Date()
    paid_on = fields.Date(allow_none=True)
    late = fields.Boolean()


class BackOut(Schema):
    """What comes back when the cause arises on `on` (REF-01); `of_krw` is paid, or owed."""

    on = fields.Date()
    of_krw = fields.Integer()
    krw = fields.Integer()
    share = fields.String()
    earlier_krw = fields.Integer(allow_none=True)
    later_krw = fields.Integer(allow_none=True)
    derivation = fields.List(fields.String())


class PaidOut(Schema):
    """A payment; it can be verified from `verified_from` on (TUI-10)."""

    year = fields.Integer()
    semester = fields.String()
    part = fields.Integer()
    paid_on = fields.Date()
    krw = fields.Integer()
    verified_from = fields.Date(allow_none=True)


class TuitionOut(Schema):
    """What is owed for the semester that students deal with now."""

    year = fields.Integer()
    semester = fields.String()
    rule = fields.String()
    krw = fields.Integer(allow_none=True)
    paid_krw = fields.Integer()
    left_krw = fields.Integer(allow_none=True)
    account = fields.Dict(allow_none=True)
    dues = fields.List(fields.Nested(DueOut))
    back = fields.Nested(BackOut)
    history = fields.List(fields.Nested(PaidOut))


def show(session: Session, call: Call) -> Answer:
    """What the signed-in student owes, and what comes back on the day `on`."""
    student = cases.applicant(session, call.person)
    semesters = register.semesters(session)
    today = call.parts.clock.now().astimezone(SEOUL).date()
    on, wrong = day_of(request.args.get("on"), today)
    if wrong:
        raise Refused("bad_on", "not a day", field="on")
    which = terms.semester_to_pay(semesters, today)
    if which is None or tuition.missing_data(semesters[which]):
        raise Conflict("no_tuition", "no semester with tuition and periods is on record")
    if why := tuition.why_not_paying(student, which):
        raise Conflict("not_paying", "not a semester that this student pays", why=why)
    data = semesters[which]
    owed = dues.owed(student, data, today)
    return Answer({
        **which.as_json(),
        "rule": owed.charge.rule,
        "krw": owed.krw,
        "paid_krw": owed.paid_krw,
        "left_krw": owed.left_krw,
        "account": student.account.__dict__ if student.account else None,
        "dues": [_due(line) for line in owed.lines],
        "back": _back(owed, data, on),
        "history": [_paid(student, semesters, one) for one in student.payments],
    })  # fmt: skip


def _due(line: Line) -> dict[str, Any]:
    period = line.due.period
    return {
        "part": line.due.part,
        "krw": line.due.krw,
        "first_day": period.first_day.isoformat(),
        "last_day": period.last_day.isoformat(),
        "paid_on": line.paid_on.isoformat() if line.paid_on else None,
        "late": line.late,
    }


def _back(owed: Owed, data: SemesterData, on: date) -> dict[str, Any]:
    found = leaving.reckoned(owed, data, on)
    return {
        "on": on.isoformat(),
        "of_krw": found.paid_krw,
        "krw": found.krw,
        "share": str(found.step.share),
        "earlier_krw": found.earlier[1] if found.earlier else None,
        "later_krw": found.later[1] if found.later else None,
        "derivation": [str(line) for line in tell_day.derived(found, data.first_day)],
    }


def _paid(
    student: Student, semesters: dict[Semester, SemesterData], one: Payment
) -> dict[str, Any]:
    from_day = dues.verified_from(student, semesters, one)
    return {
        **one.semester.as_json(),
        "part": one.part,
        "paid_on": one.paid_on.isoformat(),
        "krw": one.amount_krw,
        "verified_from": from_day.isoformat() if from_day else None,
    }


ROUTES = (
    Route("GET", "/tuition", show, "What you owe, and what comes back if you leave", "tuition",
          answer=TuitionOut, query={"on": "the day on which you would leave, today unless given"},
          problems={403: "students_only", 409: "not_paying", 422: "bad_on"}),
)  # fmt: skip
