"""Payments from the bank's file over JSON, for Educational Affairs; the file comes as CSV."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from services.forms.api.applications import uploaded
from services.forms.api.route import Answer, Call, Route
from services.forms.bulk.reading import Table
from services.forms.payments import taking
from services.forms.payments.tables import BankFileRow
from services.forms.payments.taking import FileView
from services.forms.payments.weighing import STATES
from shared import words


class WhyOut(Schema):
    """Why a line is not taken: a rule's reason, or what is wrong with a column."""

    rule = fields.String()
    column = fields.String()
    message = fields.String()
    remedy = fields.String()


class BankLineOut(Schema):
    """One line: taken, known (entered before), refused or unreadable, and why."""

    n = fields.Integer()
    state = fields.String()
    transaction = fields.String()
    account = fields.String()
    krw = fields.Integer(allow_none=True)
    at = fields.AwareDateTime(allow_none=True)
    student_number = fields.String()
    semester = fields.String()
    part = fields.Integer(allow_none=True)
    why = fields.List(fields.Nested(WhyOut))


class _BankFile(Schema):
    id = fields.String()
    created_at = fields.AwareDateTime()
    entered_at = fields.AwareDateTime(allow_none=True)


class BankFileOut(_BankFile):
    """A bank's file; until `entered_at` it is a dry run."""

    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    taken_krw = fields.Integer()
    lines = fields.List(fields.Nested(BankLineOut))


class BankFileShortOut(_BankFile):
    """A bank's file in the list."""

    lines = fields.Integer()


def files(session: Session, call: Call) -> Answer:
    """The last files, the newest first."""
    found = [{**_known(row), "lines": len(row.lines)} for row in taking.files(session, call.person)]
    return Answer(found)


def read_file(call: Call) -> Table:
    """The uploaded file, looked into."""
    taking.check_office(call.person)
    _name, data = uploaded()
    return taking.look(data)


def begin(session: Session, call: Call) -> Answer:
    """Send a file in: a dry run."""
    file_id = taking.begin(session, call.parts, call.person, call.prepared)
    return Answer(_json(session, call, file_id), 201, {"Location": f"/api/v1{PATH}/{file_id}"})


def show(session: Session, call: Call) -> Answer:
    """A file, line by line."""
    return Answer(_json(session, call, call.path["file_id"]))


def enter(session: Session, call: Call) -> Answer:
    """Enter what can be taken; entered already, the same answer."""
    taking.enter(session, call.parts, call.person, call.path["file_id"])
    session.flush()
    return Answer(_json(session, call, call.path["file_id"]))


def discard(session: Session, call: Call) -> Answer:
    """Throw a file away that was not entered."""
    taking.discard(session, call.person, call.path["file_id"])
    return Answer(None, 204)


def _json(session: Session, call: Call, file_id: str) -> dict[str, Any]:
    view: FileView = taking.view(session, call.parts, call.person, file_id, words.language())
    return {
        **_known(view),
        "counts": dict(view.counts),
        "taken_krw": view.taken_krw,
        "lines": [
            {**one.__dict__, "at": one.at.isoformat() if one.at else None} for one in view.lines
        ],
    }


def _known(file: BankFileRow | FileView) -> dict[str, Any]:
    return {
        "id": file.id,
        "created_at": file.created_at.isoformat(),
        "entered_at": file.entered_at.isoformat() if file.entered_at else None,
    }


TAG = "payments"
PATH = "/desk/payments"
ONE = f"{PATH}/<file_id>"
ERRORS = {403: "not_your_office", 404: "no_bank_file"}
ROUTES = (
    Route("GET", PATH, files, "The bank's files that were sent in", TAG,
          answer=BankFileShortOut, many=True, problems={403: "not_your_office"}),
    Route("POST", PATH, begin, "Send in a bank's file (CSV, field file): a dry run", TAG,
          transaction="write", upload=True, prepare=read_file, answer=BankFileOut, status=201,
          problems={403: "not_your_office", 422: "bank_columns"}),
    Route("GET", ONE, show, "A file, and what becomes of each line: " + ", ".join(STATES), TAG,
          answer=BankFileOut, problems=ERRORS),
    Route("POST", f"{ONE}/enter", enter, "Enter what can be taken", TAG, transaction="write",
          answer=BankFileOut, problems={**ERRORS, 409: "nothing_to_enter"}),
    Route("DELETE", ONE, discard, "Throw away a file that was not entered", TAG,
          transaction="write", status=204, problems={**ERRORS, 409: "entered_already"}),
)  # fmt: skip
