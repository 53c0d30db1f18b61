"""Who may call: a bearer token; until the privacy notice is accepted, hardly anything."""

from __future__ import annotations

from flask import g, request

from services.forms.parts import Parts
from services.forms.signin import sessions
from services.forms.signin.current import current_person
from services.forms.signin.person import Person
from services.forms.signin.told import told_who
from shared.errors import Forbidden, Unauthorized

SCHEME = "bearer "


def bearer_token() -> str:
    """The token of the Authorization header, or nothing (RFC 6750)."""
    header = request.headers.get("Authorization", "")
    return header[len(SCHEME) :].strip() if header.lower().startswith(SCHEME) else ""


def need_person(parts: Parts, access: str) -> Person:
    """Who calls. Raises Unauthorized("not_signed_in"), Forbidden("notice_required").

    A page's cookie is good for reading only: writes need the bearer token.
    """
    person = _of_bearer(parts)
    if person is None and request.method == "GET":
        person = current_person(parts)
    if person is None:
        raise Unauthorized("not_signed_in", "no session of this token")
    g.caller, g.person_language = person, person.language
    told_who(parts, person.login_id)
    if access != "notice" and not person.notice_accepted:
        raise Forbidden("notice_required", "the privacy notice is not accepted yet")
    return person


def _of_bearer(parts: Parts) -> Person | None:
    token = bearer_token()
    if not token:
        return None
    with parts.database.read() as session:
        return sessions.find(session, parts, token, "api")
