"""Who is signed in shows once more that it is them, before what changes the account (ASVS 7.5.2).

By the password; whoever has none, since they sign in at the university, by having signed in lately.
"""

from __future__ import annotations

from datetime import timedelta

from services.forms.parts import Parts
from services.forms.people import register
from services.forms.signin import challenge, sessions
from services.forms.signin.person import Person
from shared.errors import Conflict

LATELY = timedelta(minutes=10)


def check(parts: Parts, person: Person, password: str, address: str) -> None:
    """Raises Unauthorized("wrong_credentials"), TooMany("too_many_tries", retry_after), and where
    there is no password Conflict("sign_in_again"). `address` is the caller's network address."""
    if has_password(parts, person):
        challenge.check_password(parts, person.login_id, password, address)
        return
    now = parts.clock.now()
    with parts.database.read() as session:
        found = sessions.all_of(session, person.login_id, now)
    if not any(one.id == person.session_id and now - one.opened_at <= LATELY for one in found):
        raise Conflict("sign_in_again", "no password, and signed in long ago")


def check_current(parts: Parts, person: Person, password: str, address: str) -> None:
    """Raises Unauthorized, TooMany, Conflict("no_password"): nothing but the password will do."""
    if not has_password(parts, person):
        raise Conflict("no_password", "signs in at the university")
    challenge.check_password(parts, person.login_id, password, address)


def has_password(parts: Parts, person: Person) -> bool:
    """Whether there is a password to ask for."""
    with parts.database.read() as session:
        return register.find_account_of(session, person.id).password_hash is not None
