"""Approval by link over JSON: the link is the credential. GET and HEAD change nothing."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from services.forms import files_served
from services.forms.api import schemas
from services.forms.api.applications import uploaded, when_made
from services.forms.api.route import Answer, Call, Route
from services.forms.api.showing import (
    approval_done_json,
    approval_json,
    delegate_json,
    delegation_json,
    instant,
)
from services.forms.applications import (
    approvals,
    delegations,
    drawing,
    preview,
    second_factor,
    writing,
)
from services.forms.letters import taking
from services.forms.letters.taking import Taken


def look(session: Session, call: Call) -> Answer:
    """The application as it will be signed."""
    view = approvals.look(session, call.parts, call.path["token"])
    return Answer(approval_json(view, call.path["token"]))


def decide(session: Session, call: Call) -> Answer:
    """Sign, return, decline, or say that the student is somebody else's."""
    typed, drawn = signature_of(call.body["signature"])
    done = approvals.decide(
        session,
        call.parts,
        call.path["token"],
        decision=call.body["decision"],
        shown=call.body["shown"],
        reason=call.body["reason"],
        typed=typed,
        drawn=drawn,
        letter=call.body["letter"],
        proof=call.body["proof"],
    )
    return Answer(approval_done_json(done))


def find_delegates(session: Session, call: Call) -> Answer:
    """Professors who may sign for whoever holds the link."""
    text = request.args.get("q", "")
    found = delegations.find_delegates(session, call.parts, call.path["token"], text)
    return Answer([delegate_json(one) for one in found])


def delegate(session: Session, call: Call) -> Answer:
    """Let somebody else sign: this request, or all on days of absence."""
    made = delegations.delegate(
        session,
        call.parts,
        call.path["token"],
        call.body["delegate"],
        call.body["first_day"],
        call.body["last_day"],
    )
    return Answer(delegation_json(made), 201)


def take_back(session: Session, call: Call) -> Answer:
    """Sign oneself again."""
    return Answer(delegation_json(delegations.take_back(session, call.parts, call.path["token"])))


def send_code(call: Call) -> Answer:
    """Have a code sent to whom the link was made for."""
    token, address = call.path["token"], request.remote_addr or ""
    sent = second_factor.send(call.parts, token, call.body["channel"], address)
    return Answer(
        {
            "challenge": sent.challenge,
            "channel": sent.channel,
            "to": sent.masked,
            "expires_at": instant(sent.expires_at),
        }
    )


def check_code(call: Call) -> Answer:
    """The proof that goes with a decision."""
    body = call.body
    proof = second_factor.check(call.parts, call.path["token"], body["challenge"], body["code"])
    return Answer({"proof": proof})


def keep_letter(session: Session, call: Call) -> Answer:
    """Keep a letter as its writer has it now."""
    view = writing.keep(session, call.parts, call.path["token"], call.body)
    return Answer(approval_json(view, call.path["token"]))


def taken(call: Call) -> Taken:
    """The words of the uploaded file, read before the transaction; first the link must be good."""
    with call.parts.database.read() as session:
        writing.writer(session, call.parts, call.path["token"])
    name, data = uploaded()
    return taking.take(name, data)


def take_letter(session: Session, call: Call) -> Answer:
    """Put a file's words in the place of the letter's; the other lines stay."""
    token = call.path["token"]
    now = approvals.look(session, call.parts, token).letter
    given = asdict(now.letter) if now else {}
    view = writing.take(session, call.parts, token, given, call.prepared)
    return Answer(approval_json(view, token))


def put_back(session: Session, call: Call) -> Answer:
    """Put back what the last file replaced."""
    view = writing.put_back(session, call.parts, call.path["token"])
    return Answer(approval_json(view, call.path["token"]))


def fetch(session: Session, call: Call) -> Response:
    """A supporting document."""
    served = approvals.fetch_attachment(
        session, call.parts, call.path["token"], call.path["attachment_id"]
    )
    return files_served.answer(served)


def show_paper(call: Call) -> Response:
    """The paper as it would be signed."""
    with call.parts.database.write() as session:
        asked = preview.ask_approver_preview(session, call.parts, call.path["token"])
    return when_made(call.parts, asked)


def signature_of(given: dict[str, Any] | None) -> tuple[str | None, bytes | None]:
    """Typed, or the bytes of the drawn PNG. Raises Refused("signature_bad")."""
    if given is None:
        return None, None
    drawn = given.get("drawn")
    if drawn is None:
        return given.get("typed"), None
    return None, drawing.read(drawn)


TAG = "approvals"
ONE = "/approvals/<token>"
GONE = {
    404: "unknown_link",
    410: "link_used, link_expired, link_replaced, link_delegated, link_closed",
}
ROUTES = (
    Route("GET", ONE, look, "The application as it will be signed", TAG, access="open",
          answer=schemas.ApprovalOut, problems=GONE),
    Route("POST", ONE, decide, "Sign, return, decline or pass on", TAG, access="open",
          transaction="write", body=schemas.ApprovalDecision, answer=schemas.ApprovalDoneOut,
          problems={**GONE, 409: "shown_changed", 422: "signature_needed, code_needed"}),
    Route("POST", f"{ONE}/send", send_code, "Send the code that comes before a decision", TAG,
          access="open", transaction="own", body=schemas.SigningCodeSend,
          answer=schemas.SigningCodeSentOut,
          problems={**GONE, 422: "no_code_asked, bad_channel", 429: "too_many_codes",
                    503: "codes_unavailable"}),
    Route("POST", f"{ONE}/verify", check_code, "Give the code", TAG, access="open",
          transaction="own", body=schemas.SigningCode, answer=schemas.SigningProofOut,
          problems={**GONE, 422: "wrong_code", 429: "too_many_codes", 503: "codes_unavailable"}),
    Route("GET", f"{ONE}/delegates", find_delegates, "Who may sign instead", TAG, access="open",
          answer=schemas.DelegateOut, many=True, query={"q": "a part of the name"},
          problems={**GONE, 422: "not_delegable"}),
    Route("POST", f"{ONE}/delegation", delegate, "Let somebody else sign", TAG, access="open",
          transaction="write", body=schemas.DelegateIn, answer=schemas.DelegationOut, status=201,
          problems={**GONE, 422: "not_delegable, delegate_signs, bad_absence"}),
    Route("DELETE", f"{ONE}/delegation", take_back, "Sign oneself again", TAG, access="open",
          transaction="write", answer=schemas.DelegationOut,
          problems={404: "no_delegation", 410: "link_closed"}),
    Route("GET", f"{ONE}/paper", show_paper, "The paper as PDF", TAG, access="open",
          transaction="own", status=303, problems={**GONE, 503: "preview_slow"}),
    Route("PUT", f"{ONE}/letter", keep_letter, "Keep the letter as it is now", TAG, access="open",
          transaction="write", body=schemas.LetterIn, answer=schemas.ApprovalOut,
          problems={**GONE, 422: "letter_bad"}),
    Route("POST", f"{ONE}/letter/file", take_letter, "Take the letter from a DOCX or PDF", TAG,
          access="open", transaction="write", upload=True, prepare=taken,
          answer=schemas.ApprovalOut, problems={**GONE, 422: "letter_type, letter_scan"}),
    Route("POST", f"{ONE}/letter/before", put_back, "Put back what a file replaced", TAG,
          access="open", transaction="write", answer=schemas.ApprovalOut,
          problems={**GONE, 422: "nothing_to_put_back"}),
    Route("GET", f"{ONE}/attachments/<attachment_id>", fetch, "A supporting document", TAG,
          access="open", problems=GONE),
)  # fmt: skip
