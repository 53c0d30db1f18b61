"""The desk over JSON, for staff of the kind's office."""

from __future__ import annotations

from flask import request
from sqlalchemy.orm import Session

from services.forms.api import schemas
from services.forms.api.route import Answer, Call, Route
from services.forms.api.showing import case_json, professor_json, queue_row_json
from services.forms.applications import delegations, delivering, desk, life
from services.forms.applications.values import CaseView
from services.forms.signin import desk_pass
from shared.errors import Forbidden, Refused
from shared.links import PASS_MINUTES

OFFSET_MOST = 1_000_000


def queue(session: Session, call: Call) -> Answer:
    """One view of the office's applications: ours, due, stuck, deliver, professors, ended, all."""
    found = desk.queue(
        session,
        call.parts,
        call.person,
        view=request.args.get("view", "ours"),
        text=request.args.get("q", ""),
        kind=request.args.get("kind"),
        limit=number_asked("limit", 50),
        offset=number_asked("offset", 0),
    )
    return Answer(
        {
            "applications": [queue_row_json(row) for row in found.rows],
            "total": found.total,
            "counts": dict(found.counts),
            "next_offset": found.next_offset,
        }
    )


def decide(session: Session, call: Call) -> Answer:
    """Approve (as asked, or less), return or decline."""
    signature = call.body["signature"] or {}
    case = desk.decide(
        session,
        call.parts,
        call.person,
        call.path["application_id"],
        decision=call.body["decision"],
        reason=call.body["reason"],
        granted=call.body["granted"],
        reference=call.body["reference"],
        typed=signature.get("typed"),
    )
    return _case(case, call)


def deliver(session: Session, call: Call) -> Answer:
    """Write down that the paper was handed over or mailed."""
    delivering.deliver(session, call.parts, call.person, call.path["application_id"], **call.body)
    case = life.view(session, call.parts, call.person, call.path["application_id"])
    return _case(case, call)


def assign(session: Session, call: Call) -> Answer:
    """Give a step to a professor."""
    case = desk.assign(
        session,
        call.parts,
        call.person,
        call.path["application_id"],
        call.path["n"],
        call.body["professor_id"],
        number_asked("seat", 0),
    )
    return _case(case, call)


def correct_address(session: Session, call: Call) -> Answer:
    """Write down an approver's right address; a new link goes out at once."""
    case = desk.correct_address(
        session,
        call.parts,
        call.person,
        call.path["application_id"],
        call.path["n"],
        call.body["email"],
        number_asked("seat", 0),
    )
    return _case(case, call)


def send_link(session: Session, call: Call) -> Answer:
    """Mail the approver a new link; the old one is replaced."""
    case = desk.send_link(
        session,
        call.parts,
        call.person,
        call.path["application_id"],
        call.path["n"],
        number_asked("seat", 0),
    )
    return _case(case, call)


def give_back(session: Session, call: Call) -> Answer:
    """End a delegation: whoever was asked signs again; of an absence all that waits comes back."""
    case = delegations.end_for_office(
        session,
        call.parts,
        call.person,
        call.path["application_id"],
        call.path["n"],
        number_asked("seat", 0),
    )
    return _case(case, call)


def retry(session: Session, call: Call) -> Answer:
    """Ask for a failed document again."""
    case = desk.retry(session, call.parts, call.person, call.path["application_id"])
    return _case(case, call)


def give_pass(call: Call) -> Answer:
    """A pass to what other departments have at the desk, for ten minutes."""
    if call.person.role != "staff":
        raise Forbidden("staff_only", "the desk is for staff")
    return Answer(
        {"pass": desk_pass.pass_of(call.parts, call.person), "seconds": PASS_MINUTES * 60}
    )


def professors(session: Session, call: Call) -> Answer:
    """Professors by name or address."""
    found = desk.find_professors(session, call.parts, call.person, request.args.get("q", ""))
    return Answer([professor_json(one) for one in found])


def _case(case: CaseView, call: Call) -> Answer:
    return Answer(case_json(case, call.person))


def number_asked(name: str, otherwise: int) -> int:
    """A whole number of the query. Raises Refused("bad_offset")."""
    text = request.args.get(name, str(otherwise))
    if not (text.isascii() and text.isdigit() and len(text) < 8) or int(text) > OFFSET_MOST:
        raise Refused("bad_offset", "not a whole number", field=name)
    return int(text)


TAG = "desk"
SEAT = {"seat": "whose, where several are asked in one step (1, 2, …)"}
ONE = "/desk/applications/<application_id>"
STEP = f"{ONE}/steps/<int:n>"
ERRORS = {403: "staff_only", 404: "no_application", 409: "wrong_state"}
ROUTES = (
    Route("GET", "/desk/applications", queue, "The office's queue", TAG, answer=schemas.QueueOut,
          query={"view": "ours (default), second, due, stuck, deliver, professors, ended or all",
                 "q": "number, name or student number, over all views", "kind": "a kind's name",
                 "limit": "at most 200", "offset": "where to go on"},
          problems={403: "staff_only", 422: "bad_view"}),
    Route("POST", f"{ONE}/decision", decide, "Approve, return or decline", TAG,
          transaction="write", body=schemas.DeskDecision, answer=schemas.ApplicationOut,
          problems={**ERRORS, 422: "granted_bad"}),
    Route("POST", f"{ONE}/delivery", deliver, "Hand the paper over, or mail it", TAG,
          transaction="write", body=schemas.Deliver, answer=schemas.ApplicationOut,
          problems={**ERRORS, 422: "bad_day"}),
    Route("POST", f"{STEP}/professor", assign, "Give a step to a professor", TAG,
          transaction="write", body=schemas.Assign, answer=schemas.ApplicationOut, query=SEAT,
          problems={**ERRORS, 422: "unknown_professor, has_a_seat"}),
    Route("POST", f"{STEP}/address", correct_address, "Correct an approver's address", TAG,
          transaction="write", body=schemas.Address, answer=schemas.ApplicationOut, query=SEAT,
          problems={**ERRORS, 422: "bad_email"}),
    Route("POST", f"{STEP}/link", send_link, "Mail an approver a new link", TAG,
          transaction="write", answer=schemas.ApplicationOut, query=SEAT, problems=ERRORS),
    Route("DELETE", f"{STEP}/delegation", give_back, "End a delegation", TAG,
          transaction="write", answer=schemas.ApplicationOut, query=SEAT,
          problems={**ERRORS, 404: "no_delegation"}),
    Route("POST", f"{ONE}/retry", retry, "Ask for a failed document again", TAG,
          transaction="write", answer=schemas.ApplicationOut, problems=ERRORS),
    Route("POST", "/desk/pass", give_pass, "A bearer pass to /desk/templates", TAG,
          transaction="own", answer=schemas.DeskPassOut, problems={403: "staff_only"}),
    Route("GET", "/desk/professors", professors, "Find professors", TAG,
          answer=schemas.ProfessorOut, many=True, query={"q": "name or address"},
          problems={403: "staff_only"}),
)  # fmt: skip
