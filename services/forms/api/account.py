"""One's own settings over JSON: how one is told; an authenticator app as second step (CRT-11)."""

from __future__ import annotations

from flask import Response, request
from sqlalchemy.orm import Session

from services.forms.account import copy, preferences
from services.forms.account.preferences import Wish
from services.forms.api import schemas
from services.forms.api.route import Answer, Call, Route
from services.forms.api.showing import instant
from services.forms.people import register
from services.forms.people.values import Quiet
from services.forms.signin import again, authenticator, challenge, sessions
from services.forms.signin.changing import change_password
from services.forms.signin.told import told
from shared.errors import Unauthorized


def look(session: Session, call: Call) -> Answer:
    """What somebody chose about how they are told."""
    account = register.find_account_of(session, call.person.id)
    ways = [one.name for one in challenge.ways_on_record(account)]
    return Answer(
        {
            "language": account.language,
            "channel": next(iter(ways), None),
            "texts": account.texts,
            "quiet_since": account.quiet.since,
            "quiet_until": account.quiet.until,
        }
    )


def choose(session: Session, call: Call) -> Answer:
    """Keep a language, where codes go first, text messages, quiet hours."""
    preferences.choose(session, call.person.id, _wish(session, call))
    return look(session, call)


def _wish(session: Session, call: Call) -> Wish:
    """What is not given stays."""
    body = call.body
    old = register.find_account_of(session, call.person.id).quiet
    quiet = Quiet(body.get("quiet_since", old.since), body.get("quiet_until", old.until))
    return Wish(body["language"], body["channel"], body.get("texts"), quiet)


def take_copy(call: Call) -> Response:
    """Everything that is kept of a student and shown to them, as a ZIP."""
    return copy.hand_out(call.parts, call.person)


def list_places(session: Session, call: Call) -> Answer:
    """Where one is signed in."""
    found = sessions.all_of(session, call.person.login_id, call.parts.clock.now())
    return Answer(
        [
            {
                "id": one.id,
                "use": one.use,
                "way": one.way,
                "opened_at": instant(one.opened_at),
                "seen_at": instant(one.seen_at),
                "current": one.id == call.person.session_id,
            }
            for one in found
        ]
    )


def end_places(call: Call) -> Answer:
    """Sign out in another place or in all others, after the password once more."""
    again.check(call.parts, call.person, call.body["password"], request.remote_addr or "")
    with call.parts.database.write() as session:
        sessions.end_others(session, call.person, call.body["session_id"])
    told(call.parts, "sessions.ended", call.person.login_id)
    return Answer(None, 204)


def change(call: Call) -> Answer:
    """Another password, after the present one once more."""
    current, new = call.body["current"], call.body["password"]
    change_password(call.parts, call.person, current, new, request.remote_addr or "")
    return Answer(None, 204)


def look_at_app(session: Session, call: Call) -> Answer:
    """Whether codes come from an app."""
    found = authenticator.standing(session, call.person.login_id)
    since = instant(found.since) if found.since else None
    return Answer({"since": since, "recovery_codes": found.recovery_codes})


def begin_app(call: Call) -> Answer:
    """The secret for an app, after the password once more."""
    login_id, address = call.person.login_id, request.remote_addr or ""
    challenge.check_password(call.parts, login_id, call.body["password"], address)
    with call.parts.database.write() as session:
        found = authenticator.begin(session, call.parts, login_id)
    return Answer({"secret": found.secret, "address": found.address}, 201)


def confirm_app(call: Call) -> Answer:
    """The app's first code puts it in use."""
    with call.parts.database.write() as session:
        account = register.find_account_of(session, call.person.id)
        codes = authenticator.confirm(session, call.parts, account, call.body["code"])
    return Answer({"recovery_codes": codes})


def renew_codes(call: Call) -> Answer:
    """Ten new recovery codes instead of all before."""
    _need_code(call)
    with call.parts.database.write() as session:
        codes = authenticator.renew_recovery_codes(session, call.person.login_id)
    return Answer({"recovery_codes": codes})


def remove_app(call: Call) -> Answer:
    """Codes are sent again."""
    _need_code(call)
    with call.parts.database.write() as session:
        account = register.find_account_of(session, call.person.id)
        authenticator.remove(session, call.parts, account)
    return Answer(None, 204)


def _need_code(call: Call) -> None:
    """Raises Unauthorized("wrong_code"), TooMany. What was tried is counted in any case."""
    with call.parts.database.write() as session:
        account = register.find_account_of(session, call.person.id)
        right = authenticator.accept(session, call.parts, account, call.body["code"])
    if not right:
        raise Unauthorized("wrong_code", "not the code of the app, nor a recovery code")


TAG, PATH = "account", "/account/authenticator"
# Those with a password or code are not repeatable: secrets are not remembered, a code counts once.
ROUTES = (
    Route("GET", "/account", look, "What one chose about how one is told", TAG,
          answer=schemas.Preferences),
    Route("PUT", "/account", choose, "Choose language, ways and quiet hours", TAG,
          transaction="write", body=schemas.Preferences, answer=schemas.Preferences,
          problems={422: "bad_language, bad_channel, bad_texts, bad_hours"}),
    Route("GET", "/account/copy", take_copy, "A copy of one's data: a ZIP", TAG, transaction="own",
          problems={403: "students_only"}),
    Route("GET", "/account/sessions", list_places, "Where one is signed in", TAG,
          answer=schemas.PlaceOut, many=True),
    Route("POST", "/account/sessions/end", end_places, "Sign out elsewhere", TAG,
          transaction="own", body=schemas.EndPlaces, status=204,
          problems={401: "wrong_credentials", 409: "sign_in_again", 429: "too_many_tries"}),
    Route("POST", "/account/password", change, "Change the password", TAG, transaction="own",
          body=schemas.NewPassword, status=204,
          problems={401: "wrong_credentials", 409: "no_password", 429: "too_many_tries",
                    422: "password_too_short, password_too_long, password_too_common, "
                         "password_is_id"}),
    Route("GET", PATH, look_at_app, "Whether codes come from an app", TAG,
          answer=schemas.AuthenticatorOut),
    Route("POST", PATH, begin_app, "Begin to set up an authenticator app", TAG, transaction="own",
          body=schemas.Password, answer=schemas.SecretOut, status=201,
          problems={401: "wrong_credentials", 409: "authenticator_there",
                    429: "too_many_tries"}),
    Route("POST", f"{PATH}/confirm", confirm_app, "Put it in use by its first code", TAG,
          transaction="own", body=schemas.Verify, answer=schemas.RecoveryCodesOut,
          problems={409: "authenticator_not_begun", 422: "wrong_app_code"}),
    Route("POST", f"{PATH}/codes", renew_codes, "Make new recovery codes", TAG,
          transaction="own", body=schemas.Verify, answer=schemas.RecoveryCodesOut,
          problems={401: "wrong_code", 429: "too_many_tries"}),
    Route("POST", f"{PATH}/remove", remove_app, "Remove the app", TAG, transaction="own",
          body=schemas.Verify, status=204, problems={401: "wrong_code", 429: "too_many_tries"}),
)  # fmt: skip
