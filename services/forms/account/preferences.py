"""What somebody chooses about how they are told: a language, and where codes go first."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.forms.people import register
from services.forms.signin.challenge import ways_on_record
from shared.errors import Refused
from shared.words import LANGUAGES


def choose(session: Session, person_id: str, language: str, channel: str) -> None:
    """Keep both. Raises Refused("bad_language" | "bad_channel", field, may)."""
    account = register.find_account_of(session, person_id)
    ways = [one.name for one in ways_on_record(account)]
    if language not in LANGUAGES:
        raise Refused("bad_language", "no such language", field="language", may=list(LANGUAGES))
    if ways and channel not in ways:
        raise Refused("bad_channel", "no such way", field="channel", may=ways)
    register.prefer(session, account.login_id, language, channel)
