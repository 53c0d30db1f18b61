"""Semester data over JSON, for Educational Affairs; cells are those of semesters.csv."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from services.forms.api.route import Answer, Call, Route
from services.forms.payments.taking import check_office
from services.forms.people import cells as written
from services.forms.people import register
from services.forms.people.values import Semester, SemesterData
from services.forms.rules.dues import Owed
from services.forms.rules.tuition import missing_data
from services.forms.semesters import cells, changing
from shared.errors import NotFound


class SemesterIn(Schema):
    """The cells of a semester, as in semesters.csv, and the edition that they follow on."""

    cells = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    version = fields.Integer(load_default=changing.NEW)


class SemesterOut(Schema):
    """A semester's data; what is `missing` refuses requests until it is entered."""

    semester = fields.String()
    version = fields.Integer()
    cells = fields.Dict(keys=fields.String(), values=fields.String())
    missing = fields.List(fields.String())


class SemesterPreviewOut(Schema):
    """What a change would do: cells, students who would owe something else, what is on its way."""

    changed = fields.List(fields.Dict())
    touched = fields.List(fields.Dict())
    open = fields.Dict(keys=fields.String(), values=fields.Integer())
    drafts = fields.Dict(keys=fields.String(), values=fields.Integer())
    missing = fields.List(fields.String())


def semesters(session: Session, call: Call) -> Answer:
    """All that are on record."""
    check_office(call.person)
    return Answer([_json(one) for one in register.semesters(session).values()])


def show(session: Session, call: Call) -> Answer:
    """One semester."""
    data = changing.look(session, call.person, _named(call))
    if data is None:
        raise NotFound("no_semester", "not on record")
    return Answer(_json(data))


def preview(session: Session, call: Call) -> Answer:
    """What a change would do; nothing is written."""
    found = changing.preview(session, call.parts, call.person, _named(call), call.body["cells"])
    return Answer(
        {
            "changed": [one.__dict__ for one in found.changed],
            "touched": [
                {
                    "student_number": one.student.student_number,
                    "before": _owed(one.before),
                    "after": _owed(one.after),
                }
                for one in found.touched
            ],
            "open": dict(found.open),
            "drafts": dict(found.drafts),
            "missing": list(found.missing),
        }
    )


def save(session: Session, call: Call) -> Answer:
    """Write the next edition down."""
    body = call.body
    return Answer(
        _json(
            changing.save(
                session, call.parts, call.person, _named(call), body["cells"], body["version"]
            )
        )
    )


def _named(call: Call) -> Semester:
    check_office(call.person)
    try:
        return written.semester(call.path["semester"])
    except written.BadCell as error:
        raise NotFound("no_semester", "no semester of this name") from error


def _json(data: SemesterData) -> dict[str, Any]:
    return {
        "semester": str(data.semester),
        "version": data.version,
        "cells": cells.write(data),
        "missing": list(missing_data(data)),
    }


def _owed(owed: Owed | None) -> Any:
    if owed is None:
        return None
    lines = [
        {"part": line.due.part, "krw": line.due.krw,
         "until": line.due.period.last_day.isoformat()}
        for line in owed.lines
    ]  # fmt: skip
    return {"krw": owed.krw, "dues": lines}


TAG = "semesters"
PATH = "/desk/semesters"
ONE = f"{PATH}/<semester>"
ERRORS = {403: "not_your_office", 404: "no_semester"}
ROUTES = (
    Route("GET", PATH, semesters, "The semesters on record", TAG, answer=SemesterOut, many=True,
          problems={403: "not_your_office"}),
    Route("GET", ONE, show, "A semester's data", TAG, answer=SemesterOut, problems=ERRORS),
    Route("POST", f"{ONE}/preview", preview, "What a change would do", TAG, body=SemesterIn,
          answer=SemesterPreviewOut, problems={**ERRORS, 422: "bad_semester"}),
    Route("PUT", ONE, save, "Write the next edition down", TAG, transaction="write",
          body=SemesterIn, answer=SemesterOut,
          problems={**ERRORS, 409: "semester_changed", 422: "bad_semester"}),
)  # fmt: skip
