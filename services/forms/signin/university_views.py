"""The pages of a sign-in at the campus identity provider: the way there and the way back.

The way there is a link, since a form that leads to another site would be stopped by our own
Content-Security-Policy; it changes nothing but the cookie that binds the way back to this browser.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask_babel import gettext as _

from services.forms.pages.frame import local, see_other
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.values import Account
from services.forms.signin import sessions
from services.forms.signin.challenge import ID_CHARACTERS_MOST
from services.forms.signin.told import told
from services.forms.signin.university import BACK, Known, Provider
from shared import cookies
from shared.errors import NotFound, Permanent, Refused, TryLater
from shared.links import make_pass, read_pass

PATH, LEFT = "/sign-in/university", "/sign-in/university/logout"
USE = "university"
LASTING = timedelta(minutes=15)
Again = Callable[[str, str, int], Any]


def add_university(pages: Blueprint, parts: Parts, provider: Provider, again: Again) -> None:
    """`/sign-in/university` and back; `again(next, words, status)` is the page of signing in."""

    @pages.get(PATH)
    def to_university() -> Any:
        wanted = local(request.args.get("next"), "")
        try:
            going = provider.send()
        except TryLater:
            return again(wanted, away_words(), 503)
        expires = parts.clock.now() + LASTING
        answer = see_other(going.address)
        value = make_pass(USE, {**going.kept(), "next": wanted}, expires, parts.keyring)
        # `Lax` lets it be sent on the way back, a plain link from another site.
        cookies.put(answer, cookies.UNIVERSITY, value, LASTING)
        return answer

    @pages.get(BACK)
    def from_university() -> Any:
        kept = _kept(parts)
        try:
            answer = _enter(parts, provider.receive(request.args, kept), str(kept["next"]))
        except (Refused, NotFound, TryLater) as error:
            answer = again(str(kept.get("next", "")), *_why_not(error))
        cookies.drop(answer, cookies.UNIVERSITY)
        return answer

    @pages.post(LEFT)
    def left_university() -> Response:
        """The provider says who signed out there: its signature is the credential, no cookie."""
        try:
            left = provider.left(request.form.get("logout_token", ""))
        except (Refused, TryLater) as error:
            answer = jsonify(error="invalid_request")
            answer.status_code = 400 if isinstance(error, Refused) else 503
        else:
            answer = Response(status=200)
            with parts.database.write() as session:
                sessions.end_of_provider(session, left.subject, left.session, left.at)
            told(parts, "sessions.ended", way=sessions.UNIVERSITY)
        answer.headers["Cache-Control"] = "no-store"
        return answer


def away_words() -> str:
    """What is said while the provider is away."""
    return str(_("The university’s sign-in does not answer. Use your password, or try later."))


def _enter(parts: Parts, known: Known, wanted: str) -> Response:
    """A session for who the provider says it is. Raises NotFound("no_such_person")."""
    account = _account(parts, known.login_id)
    old = cookies.read(cookies.SESSION)
    with parts.database.write() as session:
        sessions.end(session, parts, old)
        token, _person = sessions.open_session(
            session, parts, account, "page", sessions.UNIVERSITY, known.subject, known.session
        )
    told(parts, "session.opened", account.login_id, way=sessions.UNIVERSITY, use="page")
    answer = see_other(local(wanted))
    sessions.set_cookie(answer, token)
    return answer


def _account(parts: Parts, login_id: str) -> Account:
    plain = login_id if len(login_id) <= ID_CHARACTERS_MOST and "\x00" not in login_id else ""
    with parts.database.read() as session:
        found = register.find_account(session, plain) if plain else None
    if found is None:
        raise NotFound("no_such_person", "nobody of the register")
    return found


def _kept(parts: Parts) -> dict[str, Any]:
    token = cookies.read(cookies.UNIVERSITY)
    try:
        return read_pass(USE, token, parts.clock.now(), parts.keyring)
    except Permanent:
        return {}


def _why_not(error: Permanent | TryLater) -> tuple[str, int]:
    said = {
        "provider_mismatch": _("That sign-in was begun elsewhere or took too long. Begin again."),
        "provider_denied": _("You were not signed in at the university. Try again, or use your "
                             "password."),
        "provider_unclear": _("The university does not tell us your ID. Write to the contact "
                              "below, and use your password until then."),
        "no_such_person": _("You are signed in at the university, but your account there is not "
                            "known here. Write to the contact below."),
    }  # fmt: skip
    if isinstance(error, TryLater):
        return away_words(), 503
    return str(said[error.code]), 403 if error.code != "provider_mismatch" else 400
