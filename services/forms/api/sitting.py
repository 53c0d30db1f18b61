"""A professor's whole queue over JSON: the link is the credential, each has its own hash."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from services.forms.api import schemas
from services.forms.api.route import Answer, Call, Route
from services.forms.api.showing import approval_json, delegation_json, instant
from services.forms.applications import delegations, drawing, sitting, wishes
from services.forms.applications.sitting import Signed
from services.forms.people.values import Quiet, Wishes


def look_at_all(session: Session, call: Call) -> Answer:
    """Everything that waits for the professor, the most urgent first."""
    queue = sitting.look(session, call.parts, call.path["token"])
    given = delegations.of_professor(session, call.parts, queue.professor.id)
    return Answer(
        {
            "requests": [
                {
                    "token": one.token,
                    "by_itself": one.by_itself,
                    **approval_json(one.view, one.token),
                }
                for one in queue.requests
            ],
            "delegations": [delegation_json(one) for one in given],
            "more": queue.more,
            "expires_at": instant(queue.expires_at),
        }
    )


def take_one_back(session: Session, call: Call) -> Answer:
    """Sign oneself again."""
    token, delegation_id = call.path["token"], call.path["delegation_id"]
    found = delegations.take_back_one(session, call.parts, token, delegation_id)
    return Answer(delegation_json(found))


def sign_many(call: Call) -> Answer:
    """Sign several, each on its own hash, with one name, typed or drawn."""
    ticked = [(one["token"], one["shown"]) for one in call.body["requests"]]
    typed, given = call.body["typed"], call.body["drawn"]
    drawn = drawing.read(given) if given else None
    done = sitting.sign(call.parts, call.path["token"], ticked, typed, drawn)
    return Answer({"results": [_signed_json(one) for one in done]})


def look_at_settings(session: Session, call: Call) -> Answer:
    """How the professor is told."""
    professor, found = wishes.look(session, call.parts, call.path["token"])
    return Answer(
        {
            "language": professor.language,
            "digest": found.digest,
            "quiet_since": found.quiet.since,
            "quiet_until": found.quiet.until,
        }
    )


def choose_settings(session: Session, call: Call) -> Answer:
    """Keep language, digest and quiet hours."""
    body = call.body
    chosen = Wishes(body["digest"], Quiet(body["quiet_since"], body["quiet_until"]))
    wishes.choose(session, call.parts, call.path["token"], body["language"], chosen)
    return look_at_settings(session, call)


def _signed_json(one: Signed) -> dict[str, Any]:
    return {"number": one.number, "result": one.result}


TAG, ONE = "approvals", "/queue/<token>"
GONE = {404: "unknown_link", 410: "link_expired, link_replaced"}
ROUTES = (
    Route("GET", ONE, look_at_all, "Everything that waits for one professor", TAG, access="open",
          answer=schemas.WaitingOut, problems=GONE),
    # Not repeatable as a whole: each signature is its own transaction, and a second one is 410.
    Route("POST", ONE, sign_many, "Sign several in one sitting", TAG, access="open",
          transaction="own", body=schemas.SignMany, answer=schemas.SignedManyOut,
          problems={**GONE, 422: "nothing_ticked, signature_needed"}),
    Route("GET", f"{ONE}/settings", look_at_settings, "How the professor is told", TAG,
          access="open", answer=schemas.Wishes, problems=GONE),
    Route("PUT", f"{ONE}/settings", choose_settings, "Choose how to be told", TAG, access="open",
          transaction="write", body=schemas.Wishes, answer=schemas.Wishes,
          problems={**GONE, 422: "bad_language, bad_digest, bad_hours"}),
    Route("DELETE", f"{ONE}/delegations/<delegation_id>", take_one_back, "Sign oneself again", TAG,
          access="open", transaction="write", answer=schemas.DelegationOut,
          problems={404: "no_delegation", 410: "link_expired, link_replaced, link_closed"}),
)  # fmt: skip
