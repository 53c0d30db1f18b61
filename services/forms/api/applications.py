"""Applications over JSON, for the student (and to read, for staff of the office)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import UnsupportedMediaType

from services.forms import files_served
from services.forms.api import schemas
from services.forms.api.problems import problem_body
from services.forms.api.route import Answer, Call, Route
from services.forms.api.showing import (
    case_json,
    file_json,
    named_json,
    offer_json,
    receipt_json,
    summary_json,
)
from services.forms.applications import attachments, blanks, life, preview, uploads
from services.forms.applications.tables import ApplicationRow
from services.forms.applications.uploads import Upload
from services.forms.applications.values import Preview
from services.forms.parts import Parts
from shared.errors import Refused, TryLater
from shared.web import status_of

MULTIPART = "multipart/form-data"


def kinds(session: Session, call: Call) -> Answer:
    """Every kind, closed ones too, with their reason."""
    return Answer([offer_json(one) for one in life.offers(session, call.parts, call.person)])


def professors(session: Session, call: Call) -> Answer:
    """Whom a letter of recommendation can be asked of: by a part of the name, or all."""
    found = life.professors(session, call.person, request.args.get("q", ""))
    return Answer([named_json(one) for one in found])


def mine(session: Session, call: Call) -> Answer:
    """The student's own, the newest first."""
    return Answer([summary_json(one) for one in life.mine(session, call.parts, call.person)])


def create(session: Session, call: Call) -> Answer:
    """A draft, sent at once if asked; what refuses the sending keeps the draft."""
    parts, person, kind, answers = call.parts, call.person, call.body["kind"], call.body["answers"]
    if not call.body["submit"]:
        return _created(life.begin(session, parts, person, kind, answers), "draft")
    try:
        made = life.begin(session, parts, person, kind, answers)
    except Refused as error:
        if error.code != "findings":
            raise
        fit = _without(answers, error.facts["findings"])
        return _kept(parts, life.begin(session, parts, person, kind, fit), error)
    try:
        with session.begin_nested():
            sent = life.submit(session, parts, person, made.id, call.body["typed"])
    except Refused as error:
        return _kept(parts, made, error)
    return _created(made, sent.state)


def _created(made: ApplicationRow, state: str) -> Answer:
    found = {"id": made.id, "number": made.number, "state": state}
    return Answer(found, 201, {"Location": f"/api/v1/applications/{made.id}"})


def _kept(parts: Parts, made: ApplicationRow, error: Refused) -> Answer:
    """Refused at submit: the draft stays, and the answer says where."""
    return Answer(problem_body(parts, error) | {"application_id": made.id}, status_of(error))


def _without(answers: Mapping[str, Any], findings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The answers that a draft can hold: none of those that can never be one."""
    wrong = {finding.get("field") for finding in findings}
    return {name: value for name, value in answers.items() if name not in wrong}


def show(session: Session, call: Call) -> Answer:
    """One application."""
    case = life.view(session, call.parts, call.person, call.path["application_id"])
    return Answer(case_json(case, call.person))


def save(session: Session, call: Call) -> Answer:
    """Keep the answers as typed."""
    case = life.save(
        session, call.parts, call.person, call.path["application_id"], call.body["answers"]
    )
    return Answer(case_json(case, call.person))


def discard(session: Session, call: Call) -> Answer:
    """Throw a draft away."""
    life.discard(session, call.parts, call.person, call.path["application_id"])
    return Answer(None, 204)


def submit(session: Session, call: Call) -> Answer:
    """Send it; sent already, the same receipt again."""
    receipt = life.submit(
        session, call.parts, call.person, call.path["application_id"], call.body["typed"]
    )
    return Answer(receipt_json(receipt))


def withdraw(session: Session, call: Call) -> Answer:
    """Take it back."""
    case = life.withdraw(
        session, call.parts, call.person, call.path["application_id"], call.body["reason"]
    )
    return Answer(case_json(case, call.person))


def uploaded() -> tuple[str, bytes]:
    """Name and bytes of the uploaded file: multipart, field `file`. Raises Refused("no_file")."""
    if request.mimetype != MULTIPART:
        raise UnsupportedMediaType
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Refused("no_file", "no field file", field="file")
    return file.filename, file.stream.read()


def inspected(call: Call) -> Upload:
    """The uploaded file, looked into."""
    name, data = uploaded()
    most = max(kind.uploads.bytes_each for kind in call.parts.kinds.values())
    return uploads.take(call.parts.scanner, name, data, most)


def attach(session: Session, call: Call) -> Answer:
    """Add a supporting document."""
    application_id = call.path["application_id"]
    made = attachments.attach(session, call.parts, call.person, application_id, call.prepared)
    return Answer(file_json(made, f"/api/v1/applications/{application_id}"), 201)


def detach(session: Session, call: Call) -> Answer:
    """Take a supporting document out again."""
    attachments.detach(
        session,
        call.parts,
        call.person,
        call.path["application_id"],
        call.path["attachment_id"],
    )
    return Answer(None, 204)


def fetch(session: Session, call: Call) -> Response:
    """A supporting document."""
    served = attachments.fetch(
        session,
        call.parts,
        call.person,
        call.path["application_id"],
        call.path["attachment_id"],
    )
    return files_served.answer(served)


def blank(_session: Session, call: Call) -> Response:
    """303 to the form to fill in by hand."""
    address = blanks.address(call.parts, call.path["kind"], request.args.get("language", "ko"))
    answer = redirect(address, 303, Response)
    assert isinstance(answer, Response)  # noqa: S101 – redirect() is typed as werkzeug's
    return answer


def show_paper(call: Call) -> Response:
    """The very paper, as PDF: made by certs, waited for up to five seconds."""
    with call.parts.database.write() as session:
        asked = preview.ask_preview(session, call.parts, call.person, call.path["application_id"])
    return when_made(call.parts, asked)


def when_made(parts: Parts, asked: Preview) -> Response:
    """303 to the preview. Raises TryLater("preview_slow"), Refused("preview_failed", why)."""
    made = asked if asked.state != "asked" else preview.wait(parts, asked.render_id)
    if made.state == "failed":
        raise Refused("preview_failed", "certs cannot make it", why=made.code, where=made.detail)
    if made.state != "finished":
        raise TryLater("preview_slow", "certs has not answered yet", retry_after=2)
    answer = redirect(preview.address(parts, made), 303, Response)
    assert isinstance(answer, Response)  # noqa: S101 – redirect() is typed as werkzeug's
    return answer


TAG = "applications"
ONE = "/applications/<application_id>"
ROUTES = (
    Route("GET", "/kinds", kinds, "What can be asked for, closed kinds with their reason", TAG,
          answer=schemas.KindOut, many=True),
    Route("GET", "/kinds/<kind>/blank", blank, "The blank form to fill in by hand (PDF)", TAG,
          status=303, query={"language": "ko (default) or en"}, problems={404: "no_blank_form"}),
    Route("GET", "/professors", professors, "Whom a letter can be asked of", TAG,
          answer=schemas.NamedOut, many=True, query={"q": "a part of the name"},
          problems={403: "students_only"}),
    Route("GET", "/applications", mine, "The student's own applications", TAG,
          answer=schemas.SummaryOut, many=True),
    Route("POST", "/applications", create, "Begin an application, and send it if asked", TAG,
          transaction="write", body=schemas.NewApplication, answer=schemas.Created, status=201,
          problems={409: "open_application", 422: "findings"}),
    Route("GET", ONE, show, "One application", TAG, answer=schemas.ApplicationOut,
          problems={404: "no_application"}),
    Route("PUT", ONE, save, "Keep the answers of a draft or returned application", TAG,
          transaction="write", body=schemas.Answers, answer=schemas.ApplicationOut,
          problems={404: "no_application", 409: "wrong_state", 422: "findings"}),
    Route("DELETE", ONE, discard, "Throw a draft away", TAG, transaction="write", status=204,
          problems={404: "no_application", 409: "wrong_state"}),
    Route("POST", f"{ONE}/submit", submit, "Send it", TAG, transaction="write",
          body=schemas.Submit, answer=schemas.ReceiptOut,
          problems={404: "no_application", 409: "open_application", 422: "findings"}),
    Route("POST", f"{ONE}/withdraw", withdraw, "Take it back, until the desk decides", TAG,
          transaction="write", body=schemas.Withdraw, answer=schemas.ApplicationOut,
          problems={404: "no_application", 409: "wrong_state"}),
    Route("POST", f"{ONE}/attachments", attach, "Add a supporting document", TAG,
          transaction="write", prepare=inspected, upload=True, answer=schemas.FileOut, status=201,
          problems={404: "no_application", 409: "wrong_state", 422: "upload_disguised"}),
    Route("GET", f"{ONE}/attachments/<attachment_id>", fetch, "A supporting document", TAG,
          problems={404: "no_attachment"}),
    Route("DELETE", f"{ONE}/attachments/<attachment_id>", detach, "Take it out again", TAG,
          transaction="write", status=204,
          problems={404: "no_attachment", 409: "wrong_state"}),
    Route("GET", f"{ONE}/preview", show_paper, "The very paper as PDF", TAG, transaction="own",
          status=303, problems={404: "no_application", 422: "preview_failed",
                                503: "preview_slow"}),
)  # fmt: skip
