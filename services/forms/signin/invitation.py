"""First password by invitation, forgotten password: each by a mailed link, used once.

The link is made by notify from purpose, subject and generation and made again
here to be checked; nothing of it is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.forms.applications.tables import NotificationRow, new_id
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.values import Account
from services.forms.signin import limits, sessions
from services.forms.signin.passwords import check_strength, hash_password, words_of
from services.forms.signin.tables import CredentialRow
from services.forms.signin.told import told
from shared import outbox
from shared.errors import Gone, NotFound, Permanent, TooMany
from shared.links import read_link
from shared.messages import CODES, TRANSACTIONAL, NotificationRequested

INVITATION, PASSWORD = "invitation", "password"
VALID = {INVITATION: timedelta(days=14), PASSWORD: timedelta(hours=1)}
MESSAGES = {INVITATION: "invitation", PASSWORD: "password_reset"}
LANES = {INVITATION: TRANSACTIONAL, PASSWORD: CODES}  # somebody waits for the second


@dataclass(frozen=True)
class Credential:
    """What a link is good for, and for whom."""

    purpose: str
    login_id: str
    expires_at: datetime


def invite(session: Session, parts: Parts, login_id: str) -> None:
    """Mail a link for the first password. Raises NotFound("no_such_person")."""
    account = register.find_account(session, login_id)
    if account is None:
        raise NotFound("no_such_person", "no such account")
    _mail_link(session, parts, account, INVITATION)


def forgot(session: Session, parts: Parts, login_id: str) -> None:
    """Mail a link for a new password, if there is such an account; silent in any case."""
    limit, now = limits.of_forgotten(parts, login_id), parts.clock.now()
    try:
        limits.check(session, [limit], now)
    except TooMany:
        return
    limits.count(session, [limit], now)
    account = register.find_account(session, login_id) if "\x00" not in login_id else None
    if account is not None:
        _mail_link(session, parts, account, PASSWORD)


def look_credential(session: Session, parts: Parts, token: str) -> Credential:
    """What the link is for; a pure read.

    Raises NotFound("unknown_link"), Gone("link_used" | "link_expired" | "link_replaced").
    """
    row = _find(session, parts, token)
    return Credential(row.purpose, row.login_id, row.expires_at)


def set_password(session: Session, parts: Parts, token: str, password: str) -> Credential:
    """Set the password by a link, which is used then; all sessions end.

    Raises what `look_credential` raises, and Refused("password_…").
    """
    row = _find(session, parts, token, lock=True)
    check_strength(password, row.login_id, words_of(parts.settings))
    row.used_at = parts.clock.now()
    register.set_password(session, row.login_id, hash_password(password))
    sessions.end_all(session, row.login_id)
    told(parts, "password.changed", row.login_id, way="link")
    return Credential(row.purpose, row.login_id, row.expires_at)


def _mail_link(session: Session, parts: Parts, account: Account, purpose: str) -> None:
    row = _next_generation(session, parts, account, purpose)
    request = NotificationRequested(
        notification_id=new_id(),
        message=MESSAGES[purpose],
        language=account.language,
        lane=LANES[purpose],
        address={"email": account.email},
        thread=row.id,
        params={
            "name": account.name(account.language),
            "reader": "student" if account.role == "student" else "staff",
            "valid_until": row.expires_at.isoformat(),
        },
        links=[{"purpose": purpose, "subject_id": row.id, "generation": row.generation}],
    )
    session.add(
        NotificationRow(
            id=request.notification_id,
            recipient=account.role,
            message=request.message,
            asked_at=parts.clock.now(),
        )
    )
    outbox.add(session, request, clock=parts.clock, correlation_id=row.id)


def _next_generation(
    session: Session, parts: Parts, account: Account, purpose: str
) -> CredentialRow:
    row = session.scalar(
        select(CredentialRow)
        .where(CredentialRow.login_id == account.login_id, CredentialRow.purpose == purpose)
        .with_for_update()
    )
    expires_at = parts.clock.now() + VALID[purpose]
    if row is None:
        row = CredentialRow(
            id=new_id(),
            login_id=account.login_id,
            purpose=purpose,
            generation=0,
            expires_at=expires_at,
        )
        session.add(row)
    row.generation += 1
    row.expires_at, row.used_at = expires_at, None
    session.flush()
    return row


def _find(session: Session, parts: Parts, token: str, *, lock: bool = False) -> CredentialRow:
    try:
        link = read_link(token, parts.keyring)
    except Permanent as error:
        raise NotFound("unknown_link", "no such link") from error
    wanted = select(CredentialRow).where(CredentialRow.id == link.subject_id)
    row = session.scalar(wanted.with_for_update() if lock else wanted)
    if row is None or link.purpose != row.purpose or not 1 <= link.generation <= row.generation:
        raise NotFound("unknown_link", "no such link")
    if link.generation < row.generation:
        raise Gone("link_replaced", "a newer link was sent")
    if row.used_at is not None:
        raise Gone("link_used", "already used", decided_at=row.used_at.isoformat())
    if row.expires_at < parts.clock.now():
        raise Gone("link_expired", "the link has expired")
    return row
