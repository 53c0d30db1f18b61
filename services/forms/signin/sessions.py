"""Sessions are server-side: signing out really ends one, a stolen cookie dies with it.

Pages use a cookie, programs a bearer token; neither is good for the other.
The token is random at every sign-in and kept as a hash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Response
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.forms.applications.tables import new_id
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.values import Account
from services.forms.signin.person import Person
from services.forms.signin.tables import ChallengeRow, LimitRow, SessionRow
from services.forms.signin.tokens import kept, new_token
from shared import cookies
from shared.errors import NotFound

CODE, UNIVERSITY = "code", "university"  # by which way somebody signed in
LONGEST = timedelta(hours=12)
IDLE = {"page": timedelta(hours=2), "api": LONGEST}
SEEN_EVERY = timedelta(minutes=5)  # how exactly idleness is kept


@dataclass(frozen=True)
class Open:
    """A session as its owner sees it: page or api, by code or the university's sign-in."""

    id: str
    use: str
    way: str
    opened_at: datetime
    seen_at: datetime


def open_session(
    session: Session,
    parts: Parts,
    account: Account,
    use: str,
    way: str = CODE,
    subject: str = "",
    provider_session: str = "",
) -> tuple[str, Person]:
    """A new session for a page (cookie) or a program (bearer); the last two are the provider's."""
    token, now = new_token(), parts.clock.now()
    row = SessionRow(
        token_sha256=kept(token),
        id=new_id(),
        login_id=account.login_id,
        use=use,
        way=way,
        subject=kept(subject) if subject else None,
        provider_session=kept(provider_session) if provider_session else None,
        opened_at=now,
        seen_at=now,
        expires_at=now + LONGEST,
    )
    session.add(row)
    return token, _person(account, row.id)


def find(session: Session, parts: Parts, token: str, use: str) -> Person | None:
    """Who a token belongs to, or None if it is not, or no longer, one of this use."""
    row = session.get(SessionRow, kept(token)) if token else None
    if row is None or row.use != use or _over(row, parts.clock.now()):
        return None
    try:
        account = register.find_account(session, row.login_id)
    except NotFound:
        return None  # the person left the register
    return _person(account, row.id) if account else None


def seen(parts: Parts, token: str) -> None:
    """Keep a session from being idle; written every five minutes at most."""
    now = parts.clock.now()
    with parts.database.read() as session:
        row = session.get(SessionRow, kept(token))
        if row is None or now - row.seen_at < SEEN_EVERY:
            return
    with parts.database.write() as session:
        again = session.get(SessionRow, kept(token))
        if again is not None:
            again.seen_at = now


def end_of_provider(
    session: Session, subject: str, provider_session: str, before: datetime
) -> None:
    """End what came from a session at the provider, or where it names none from its subject, and
    was opened before an instant."""
    gone = delete(SessionRow).where(SessionRow.opened_at <= before)
    if provider_session:
        gone = gone.where(SessionRow.provider_session == kept(provider_session))
    if subject:
        gone = gone.where(SessionRow.subject == kept(subject))
    session.execute(gone)


def end(session: Session, parts: Parts, token: str) -> str:
    """Sign out: the token is worth nothing from now on. Gives by which way they had signed in."""
    row = session.get(SessionRow, kept(token)) if token else None
    if row is None:
        return ""
    session.delete(row)
    session.flush()
    return row.way


def end_all(session: Session, login_id: str) -> None:
    """Sign somebody out everywhere (after a new password)."""
    session.execute(delete(SessionRow).where(SessionRow.login_id == login_id))


def all_of(session: Session, login_id: str, now: datetime) -> Sequence[Open]:
    """Where somebody is signed in, the newest first (ASVS 7.5.2)."""
    rows = session.scalars(
        select(SessionRow)
        .where(SessionRow.login_id == login_id)
        .order_by(SessionRow.opened_at.desc(), SessionRow.id)
    )
    return [
        Open(row.id, row.use, row.way, row.opened_at, row.seen_at)
        for row in rows
        if not _over(row, now)
    ]


def end_others(session: Session, person: Person, session_id: str = "") -> None:
    """Sign somebody out in one other place, everywhere but here unless one is named; one that is
    over already is no error."""
    gone = delete(SessionRow).where(
        SessionRow.login_id == person.login_id, SessionRow.id != person.session_id
    )
    session.execute(gone.where(SessionRow.id == session_id) if session_id else gone)


def accept_notice(session: Session, parts: Parts, person: Person) -> Person:
    """Put on record that the privacy notice was accepted, once."""
    register.accept_notice(session, person.login_id, parts.clock.now())
    found = register.find_account_of(session, person.id)
    return _person(found, person.session_id)


def tidy(session: Session, now: datetime) -> None:
    """Forget sessions, challenges and counts that are over."""
    session.execute(delete(SessionRow).where(SessionRow.expires_at < now))
    session.execute(delete(ChallengeRow).where(ChallengeRow.expires_at < now - LONGEST))
    session.execute(delete(LimitRow).where(LimitRow.since < now - LONGEST))


def set_cookie(answer: Response, token: str) -> None:
    """Hand a page's token to the browser."""
    cookies.put(answer, cookies.SESSION, token, LONGEST)


def _over(row: SessionRow, now: datetime) -> bool:
    return now >= row.expires_at or now - row.seen_at > IDLE[row.use]


def _person(account: Account, session_id: str) -> Person:
    return Person(
        id=account.person_id,
        role=account.role,
        office=account.office,
        login_id=account.login_id,
        name_ko=account.name_ko,
        name_en=account.name_en,
        language=account.language,
        notice_accepted=account.notice_accepted_at is not None,
        session_id=session_id,
    )
