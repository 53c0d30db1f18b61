"""A new password of somebody who is signed in and knows the present one (ASVS 6.2.3)."""

from __future__ import annotations

from services.forms.parts import Parts
from services.forms.people import register
from services.forms.signin import again, sessions, warning
from services.forms.signin.passwords import check_strength, hash_password, words_of
from services.forms.signin.person import Person


def change_password(parts: Parts, person: Person, current: str, new: str, address: str) -> None:
    """All other sessions end, and the owner is told by mail.

    Raises Refused("password_…"), Unauthorized("wrong_credentials"), TooMany("too_many_tries",
    retry_after), Conflict("no_password"). `address` is the caller's network address.
    """
    check_strength(new, person.login_id, words_of(parts.settings))
    again.check_current(parts, person, current, address)
    hashed = hash_password(new)
    with parts.database.write() as session:
        register.set_password(session, person.login_id, hashed)
        sessions.end_others(session, person)
        account = register.find_account_of(session, person.id)
        warning.warn(session, parts, account, warning.CHANGED)
