"""Issued documents over JSON: what they are, where their file is, their revocation."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request
from sqlalchemy.orm import Session

from services.forms.api import schemas
from services.forms.api.route import Answer, Call, Route
from services.forms.api.showing import document_json
from services.forms.applications import documents, endings, revoking
from services.forms.applications.values import DocumentView


def show(session: Session, call: Call) -> Answer:
    """A document."""
    found = documents.document(session, call.parts, call.person, call.path["number"])
    return Answer(document_json(found, staff=call.person.role == "staff"))


def file(session: Session, call: Call) -> Response:
    """303 to the file: forms decides who may have it, certs hands it out."""
    address = documents.file_address(
        session, call.parts, call.person, call.path["number"], request.args.get("format", "pdf")
    )
    answer = redirect(address, 303, Response)
    assert isinstance(answer, Response)  # noqa: S101 – redirect() is typed as werkzeug's
    return answer


def revoke(session: Session, call: Call) -> Answer:
    """Ask certs to revoke it; of a sensitive kind a second person confirms that first (202)."""
    return _accepted(revoking.revoke(session, call.parts, call.person, **_asked(call)))


def replace(session: Session, call: Call) -> Answer:
    """Issue it again with the register's present facts; the newer one supersedes it."""
    return _accepted(revoking.replace(session, call.parts, call.person, **_asked(call)))


def decide(session: Session, call: Call) -> Answer:
    """Confirm or refuse what another person of the office asked for."""
    found = revoking.decide(
        session,
        call.parts,
        call.person,
        call.path["number"],
        call.body["decision"],
        call.body["reason"],
    )
    return Answer(document_json(found, staff=True))


def _asked(call: Call) -> dict[str, Any]:
    code, reason = call.body["code"], call.body["reason"]
    return {"number": call.path["number"], "code": code, "reason": reason}


def _accepted(found: DocumentView) -> Answer:
    """202 while a second person, or the newer paper, is waited for."""
    going_on = found.ending is not None and found.ending.state in endings.BEFORE_CERTS
    return Answer(document_json(found, staff=True), 202 if going_on else 200)


TAG = "documents"
ONE = "/documents/<number>"
ROUTES = (
    Route("GET", ONE, show, "A document", TAG, answer=schemas.DocumentOut,
          problems={404: "no_document"}),
    Route("GET", f"{ONE}/file", file, "Its file: PDF, for staff also the DOCX", TAG, status=303,
          query={"format": "pdf (default) or docx"},
          problems={403: "staff_only", 404: "no_document", 422: "bad_format"}),
    Route("POST", f"{ONE}/revoke", revoke, "Revoke it", TAG, transaction="write",
          body=schemas.Revoke, answer=schemas.DocumentOut,
          accepted="A second person of the office has to confirm it: `state` is awaiting_second.",
          problems={403: "staff_only", 404: "no_document", 409: "not_valid"}),
    Route("POST", f"{ONE}/replace", replace, "Issue it again, corrected", TAG,
          transaction="write", body=schemas.Revoke, answer=schemas.DocumentOut, status=202,
          problems={403: "staff_only", 404: "no_document", 409: "not_valid", 422: "findings"}),
    Route("POST", f"{ONE}/decision", decide, "Confirm or refuse its revocation or replacement", TAG,
          transaction="write", body=schemas.SecondDecision, answer=schemas.DocumentOut,
          problems={403: "second_person", 404: "no_document", 409: "not_awaiting"}),
)  # fmt: skip
