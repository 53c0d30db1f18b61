"""Who cannot be readmitted, over JSON, for the office that decides readmissions."""

from __future__ import annotations

from typing import Any

from flask import request
from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from services.forms.api.route import Answer, Call, Route
from services.forms.bars import keeping
from services.forms.bars.keeping import Bar
from shared.say import named


class BarIn(Schema):
    """Whom, and why in the words that they read (1 to 200 characters)."""

    student_number = fields.String(required=True)
    reason = fields.String(required=True)


class BarOut(Schema):
    """Somebody on the list."""

    student_number = fields.String()
    name = fields.String()
    reason = fields.String()


def bars(session: Session, call: Call) -> Answer:
    """Everybody on the list."""
    return Answer([_json(one) for one in keeping.listed(session, call.parts, call.person)])


def bar(session: Session, call: Call) -> Answer:
    """Put somebody on it, or change the reason."""
    number, reason = call.body["student_number"], call.body["reason"]
    made = keeping.bar(session, call.parts, call.person, number, reason, _address())
    return Answer(_json(made), 201)


def lift(session: Session, call: Call) -> Answer:
    """Take somebody off it."""
    keeping.lift(session, call.parts, call.person, call.path["student_number"], _address())
    return Answer(None, 204)


def _address() -> str:
    return request.remote_addr or ""


def _json(one: Bar) -> dict[str, Any]:
    number = one.student.student_number
    return {"student_number": number, "name": named(one.student), "reason": one.reason}


TAG = "bars"
PATH = "/desk/bars"
ROUTES = (
    Route("GET", PATH, bars, "Who cannot be readmitted", TAG, answer=BarOut, many=True,
          problems={403: "not_your_office"}),
    Route("POST", PATH, bar, "Put somebody on that list", TAG, transaction="write", body=BarIn,
          answer=BarOut, status=201, problems={403: "not_your_office", 422: "unknown_student"}),
    Route("DELETE", f"{PATH}/<student_number>", lift, "Take somebody off it", TAG,
          transaction="write", status=204,
          problems={403: "not_your_office", 404: "not_barred"}),
)  # fmt: skip
