"""Bulk issues over JSON, for staff of the office in charge of a kind; the list comes as CSV."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request
from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from services.forms.api.applications import uploaded
from services.forms.api.route import Answer, Call, Route
from services.forms.bulk import archiving, checking, life, showing
from services.forms.bulk.columns import Listed
from services.forms.bulk.tables import BulkRow
from services.forms.bulk.values import STATES, Archive, BulkView, EntryView
from services.forms.catalog.fields import from_form
from shared.errors import Refused

ROWS_MOST = 500
N_MOST = 10_000_000
YES = "true"


class ArchiveOut(Schema):
    """The ZIP: asked, offered, over (its time) or failed, then with the row that is not right."""

    state = fields.String()
    checked = fields.Integer()
    documents = fields.Integer()
    left_out = fields.Integer()
    size = fields.Integer()
    until = fields.AwareDateTime(allow_none=True)
    trouble = fields.Dict(allow_none=True)


class BulkOut(Schema):
    """A list: checking, checked, issuing or done; `counts` are rows by state."""

    id = fields.String()
    kind = fields.String()
    state = fields.String()
    total = fields.Integer()
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    answers = fields.Dict()
    tell = fields.Boolean()
    unused = fields.List(fields.String())
    created_at = fields.AwareDateTime()
    started_at = fields.AwareDateTime(allow_none=True)
    finished_at = fields.AwareDateTime(allow_none=True)
    cancelled_at = fields.AwareDateTime(allow_none=True)
    archive = fields.Nested(ArchiveOut, allow_none=True)


class BulkEntryOut(Schema):
    """One row: its line in the file, whose, how far, and why not."""

    n = fields.Integer()
    student_number = fields.String()
    state = fields.String()
    application_id = fields.String(allow_none=True)
    document_number = fields.String(allow_none=True)
    findings = fields.List(fields.Dict())


class BulkEntriesOut(Schema):
    """Rows, and after which line to go on."""

    rows = fields.List(fields.Nested(BulkEntryOut))
    next_after = fields.Integer(allow_none=True)


def lists(session: Session, call: Call) -> Answer:
    """The office's lists, the newest first."""
    return Answer([_bulk_json(one) for one in showing.lists(session, call.parts, call.person)])


def read_list(call: Call) -> tuple[dict[str, Any], Listed]:
    """The uploaded list and what is asked for everybody on it."""
    kind = life.kind_of(call.parts, call.person, request.form.get("kind", ""))
    answers = from_form(kind.schema, request.form)
    _name, data = uploaded()
    return answers, checking.take_in(call.parts, kind, data, answers)


def begin(session: Session, call: Call) -> Answer:
    """Take in a list, to be checked."""
    answers, listed = call.prepared
    bulk = life.begin(
        session,
        call.parts,
        call.person,
        request.form.get("kind", ""),
        answers,
        listed,
        tell=request.form.get("tell") == YES,
    )
    made = _bulk_json(showing.view_of(session, call.parts, bulk))
    return Answer(made, 201, {"Location": f"/api/v1/desk/bulk/{bulk.id}"})


def show(session: Session, call: Call) -> Answer:
    """One list, and how far it is."""
    return Answer(_bulk_json(showing.view(session, call.parts, call.person, call.path["bulk_id"])))


def rows(session: Session, call: Call) -> Answer:
    """Its rows, of one state or of all."""
    bulk = showing.seen(session, call.person, call.path["bulk_id"])
    state = request.args.get("state")
    if state is not None and state not in STATES:
        raise Refused("bad_view", "no such state", field="state")
    wanted = STATES if state is None else (state,)
    found = showing.entries(session, bulk.id, wanted, after=_after(), most=ROWS_MOST)
    more = found[-1].n if len(found) == ROWS_MOST else None
    return Answer({"rows": [_entry_json(one) for one in found], "next_after": more})


def start(session: Session, call: Call) -> Answer:
    """Issue to all who may have it; started already, the same answer."""
    return _now(session, call, life.start(session, call.parts, call.person, _id(call)))


def cancel(session: Session, call: Call) -> Answer:
    """Ask for no more; a list that was not started is thrown away (204)."""
    left = life.cancel(session, call.parts, call.person, _id(call))
    return Answer(None, 204) if left is None else _now(session, call, left)


def retry(session: Session, call: Call) -> Answer:
    """Ask again for what could not be made."""
    return _now(session, call, life.retry(session, call.parts, call.person, _id(call)))


def pack(session: Session, call: Call) -> Answer:
    """Have the ZIP made anew."""
    return _now(session, call, life.pack_again(session, call.parts, call.person, _id(call)))


def archive(session: Session, call: Call) -> Response:
    """The ZIP, from where it is handed out for two minutes."""
    address = archiving.address(session, call.parts, call.person, _id(call))
    answer = redirect(address, 303, Response)
    assert isinstance(answer, Response)  # noqa: S101 – redirect() is typed as werkzeug's
    return answer


def _id(call: Call) -> str:
    return str(call.path["bulk_id"])


def _now(session: Session, call: Call, bulk: BulkRow) -> Answer:
    session.flush()
    return Answer(_bulk_json(showing.view_of(session, call.parts, bulk)))


def _after() -> int:
    text = request.args.get("after", "0")
    if not (text.isascii() and text.isdigit() and len(text) < 9) or int(text) > N_MOST:
        raise Refused("bad_offset", "not a whole number", field="after")
    return int(text)


def _bulk_json(view: BulkView) -> dict[str, Any]:
    return {
        "id": view.id,
        "kind": view.kind.name,
        "state": view.state,
        "total": view.total,
        "counts": dict(view.counts),
        "answers": dict(view.answers),
        "tell": view.tell,
        "unused": list(view.unused),
        "created_at": view.created_at.isoformat(),
        "started_at": view.started_at.isoformat() if view.started_at else None,
        "finished_at": view.finished_at.isoformat() if view.finished_at else None,
        "cancelled_at": view.cancelled_at.isoformat() if view.cancelled_at else None,
        "archive": _archive_json(view.archive) if view.archive else None,
    }


def _archive_json(one: Archive) -> dict[str, Any]:
    return {**one.__dict__, "until": one.until.isoformat() if one.until else None}


def _entry_json(one: EntryView) -> dict[str, Any]:
    return {
        "n": one.n,
        "student_number": one.student_number,
        "state": one.state,
        "application_id": one.application_id,
        "document_number": one.document or None,
        "findings": [dict(finding) for finding in one.findings],
    }


TAG = "bulk"
ONE = "/desk/bulk/<bulk_id>"
ERRORS = {403: "staff_only", 404: "no_bulk"}
FORM = {
    "kind": "a kind of the office that is issued at once",
    "tell": "true: each student is mailed; else none",
    "language": "this and the kind's other fields: the answers for every row that has none",
}
ROUTES = (
    Route("GET", "/desk/bulk", lists, "The office's bulk issues", TAG, answer=BulkOut, many=True,
          problems={403: "staff_only"}),
    Route("POST", "/desk/bulk", begin, "Send in a list (CSV, field file) to be checked", TAG,
          transaction="write", upload=True, form=FORM, prepare=read_list, answer=BulkOut,
          status=201, problems={403: "staff_only", 422: "list_no_numbers"}),
    Route("GET", ONE, show, "How far a bulk issue is", TAG, answer=BulkOut, problems=ERRORS),
    Route("GET", f"{ONE}/rows", rows, "Its rows", TAG, answer=BulkEntriesOut,
          query={"state": "one of " + ", ".join(STATES), "after": "go on after this line"},
          problems={**ERRORS, 422: "bad_view"}),
    Route("POST", f"{ONE}/start", start, "Issue to all who may have it", TAG,
          transaction="write", answer=BulkOut, problems={**ERRORS, 409: "nobody_may"}),
    Route("POST", f"{ONE}/cancel", cancel, "Ask for no more", TAG, transaction="write",
          answer=BulkOut, problems={**ERRORS, 409: "bulk_over"}),
    Route("POST", f"{ONE}/retry", retry, "Ask again for what could not be made", TAG,
          transaction="write", answer=BulkOut, problems=ERRORS),
    Route("POST", f"{ONE}/pack", pack, "Have the ZIP made anew", TAG, transaction="write",
          answer=BulkOut, problems={**ERRORS, 409: "not_done"}),
    Route("GET", f"{ONE}/archive", archive, "The ZIP", TAG, status=303,
          problems={**ERRORS, 409: "no_archive", 410: "archive_over"}),
)  # fmt: skip
