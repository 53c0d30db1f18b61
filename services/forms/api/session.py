"""Signing in and out over JSON (CRT-11)."""

from __future__ import annotations

from flask import request
from sqlalchemy.orm import Session

from services.forms.api import schemas
from services.forms.api.guard import bearer_token
from services.forms.api.route import Answer, Call, Route
from services.forms.api.showing import instant, person_json
from services.forms.signin import challenge, sessions
from services.forms.signin.told import told


def sign_in(call: Call) -> Answer:
    """ID and password; a right one always opens a challenge."""
    opened = challenge.open_challenge(
        call.parts, call.body["id"], call.body["password"], request.remote_addr or ""
    )
    return Answer(
        {
            "challenge": opened.challenge,
            "channels": [one.name for one in opened.channels],
            "masked": {one.name: one.masked for one in opened.channels},
        }
    )


def send(call: Call) -> Answer:
    """Have a code sent."""
    sent = challenge.send_code(
        call.parts, call.path["challenge"], call.body["channel"], request.remote_addr or ""
    )
    return Answer(
        {
            "channel": sent.channel,
            "masked": sent.masked,
            "expires_at": instant(sent.expires_at),
            "others": [one.name for one in sent.others],
        }
    )


def verify(call: Call) -> Answer:
    """The code, for a bearer token."""
    found = challenge.check_code(call.parts, call.path["challenge"], call.body["code"], "api")
    return Answer({"token": found.token, **person_json(found.person)})


def who(_session: Session, call: Call) -> Answer:
    """Who the token belongs to."""
    return Answer(person_json(call.person))


def sign_out(session: Session, call: Call) -> Answer:
    """End the session; its token is worth nothing from now on."""
    sessions.end(session, call.parts, bearer_token())
    told(call.parts, "session.ended", call.person.login_id)
    return Answer(None, 204)


def accept_notice(session: Session, call: Call) -> Answer:
    """Put on record that the privacy notice was accepted."""
    return Answer(person_json(sessions.accept_notice(session, call.parts, call.person)))


TAG = "session"
ROUTES = (
    Route("POST", "/session", sign_in, "Check ID and password; a code follows", TAG,
          access="open", transaction="own", body=schemas.SignIn, answer=schemas.Opened,
          problems={401: "wrong_credentials", 429: "too_many_tries"}),
    Route("POST", "/session/<challenge>/send", send, "Have a code sent by e-mail or SMS", TAG,
          access="open", transaction="own", body=schemas.Send, answer=schemas.SentCode,
          problems={401: "challenge_over", 422: "bad_channel", 429: "too_many_codes",
                    503: "codes_unavailable"}),
    Route("POST", "/session/<challenge>/verify", verify, "Sign in with the code", TAG,
          access="open", transaction="own", body=schemas.Verify, answer=schemas.Token,
          problems={401: "wrong_code", 429: "too_many_codes"}),
    Route("GET", "/session", who, "Who is signed in", TAG, access="notice", answer=schemas.Who),
    Route("DELETE", "/session", sign_out, "Sign out", TAG, access="notice", transaction="write",
          status=204),
    Route("POST", "/session/notice", accept_notice, "Accept the privacy notice", TAG,
          access="notice", transaction="write", answer=schemas.Who),
)  # fmt: skip
