"""What somebody chooses about how they are told: language, where codes go first, text messages
beside the mails, and the hours in which what can wait waits."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from services.forms.people import register
from services.forms.people.choices import check_hours, check_language
from services.forms.people.values import Account, Quiet
from services.forms.signin.challenge import ways_on_record
from shared.errors import Refused


@dataclass(frozen=True)
class Wish:
    """What somebody chose; what is None stays as it is."""

    language: str
    channel: str
    texts: bool | None = None
    quiet: Quiet | None = None


def choose(session: Session, person_id: str, wish: Wish) -> None:
    """Keep it. Raises Refused("bad_language" | "bad_channel" | "bad_texts" | "bad_hours", field,
    may): text messages are a student's, and need a number on record."""
    account = register.find_account_of(session, person_id)
    ways = [one.name for one in ways_on_record(account)]
    texts = account.texts if wish.texts is None else wish.texts
    if ways and wish.channel not in ways:
        raise Refused("bad_channel", "no such way", field="channel", may=ways)
    if texts and not may_be_texted(account):
        raise Refused("bad_texts", "no text messages", field="texts", may=[False])
    check_language(wish.language)
    quiet = account.quiet if wish.quiet is None else check_hours(wish.quiet)
    register.prefer(session, account.login_id, wish.language, wish.channel, texts, quiet)


def may_be_texted(account: Account) -> bool:
    """Whether news about applications can go to a telephone of theirs."""
    return account.role == "student" and bool(account.phone)
