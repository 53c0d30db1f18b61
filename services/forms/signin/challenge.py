"""The two steps of signing in (CRT-11): ID and password, then a code: sent by notify, or an app's.

A wrong ID and a wrong password get the same answer in the same time. No
transaction is open while argon2 works or notify is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.forms.applications.tables import is_id, new_id
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.values import Account
from services.forms.signin import authenticator, limits, passwords, sessions
from services.forms.signin.person import Person
from services.forms.signin.tables import ChallengeRow
from services.forms.signin.tokens import kept, new_token
from services.forms.signin.told import told
from shared.errors import NotFound, Refused, TooMany, Unauthorized
from shared.messages import NotificationFailed

VALID = timedelta(minutes=15)
PURPOSE = "sign_in"
ID_CHARACTERS_MOST = 40
CODE_CHARACTERS_MOST = 40
CHECKS_MOST = 5
APP = "totp"


@dataclass(frozen=True)
class Channel:
    """A way for the code: email | sms, with the masked address, or totp, without one."""

    name: str
    masked: str


BY_APP = Channel(APP, "")


@dataclass(frozen=True)
class Opened:
    """The password was right: the challenge, and where a code may go."""

    challenge: str
    channels: tuple[Channel, ...]


@dataclass(frozen=True)
class Sent:
    """A code is on its way; it counts until `expires_at`, and could go to `others`, too.
    `message` names it, for `has_come_back`."""

    channel: str
    masked: str
    sent_at: datetime
    expires_at: datetime
    others: tuple[Channel, ...] = ()
    message: str = ""


@dataclass(frozen=True)
class SignedIn:
    """The session's token (a cookie or a bearer) and who it is."""

    token: str
    person: Person


def open_challenge(
    parts: Parts, login_id: str, password: str, address: str, device: str = ""
) -> Opened:
    """Check ID and password. `address` is the caller's network address, `device` a browser
    that the account is known to use.

    Raises Unauthorized("wrong_credentials"), TooMany("too_many_tries", retry_after).
    """
    account = check_password(parts, login_id, password, address, device)
    with parts.database.write() as session:
        return _open(session, parts, account)


def check_password(
    parts: Parts, login_id: str, password: str, address: str, device: str = ""
) -> Account:
    """The account whose password this is. Raises what `open_challenge` raises."""
    counted = limits.of_password(parts, login_id, address, device)
    with parts.database.read() as session:
        try:
            limits.check(session, counted, parts.clock.now())
        except TooMany:
            told(parts, "password.closed", login_id)
            raise
        account = _account(session, login_id)
    right = passwords.matches(
        account.password_hash if account else None, password[: passwords.MOST_CHARACTERS]
    )
    with parts.database.write() as session:
        if account is not None and right:
            limits.clear(session, counted[0])
        else:
            limits.count(session, counted, parts.clock.now())
    told(parts, "password.right" if account and right else "password.wrong", login_id)
    if account is not None and right:
        return account
    raise Unauthorized("wrong_credentials", "the id or the password is not right")


def send_code(parts: Parts, challenge: str, channel: str, address: str = "") -> Sent:
    """Have a code sent by `email` or `sms`; `address` is the caller's network address.

    Where the code is an app's there is nothing to send: it can be given at once.

    Raises Unauthorized("challenge_over"), Refused("bad_channel", may), TooMany("too_many_codes",
    retry_after), TryLater("codes_unavailable" | "channel_unavailable").
    """
    row, account = _find(parts, challenge)
    with parts.database.read() as session:
        ways = {one.name: one.masked for one in channels(session, account)}
    if channel not in ways:
        raise Refused("bad_channel", "no such way", field="channel", may=list(ways))
    if channel == APP:
        return Sent(APP, "", parts.clock.now(), row.expires_at)
    if not row.started:
        _start(parts, row, account, address)
    try:
        sent = parts.verifications.send(row.verification_id, channel)
    except NotFound as error:
        raise Unauthorized("challenge_over", "that challenge is over") from error
    others = tuple(Channel(name, ways[name]) for name in sent.others if name in ways)
    now = parts.clock.now()
    return Sent(channel, ways[channel], now, sent.expires_at, others, sent.notification_id)


def note_came_back(session: Session, message: NotificationFailed) -> bool:
    """Note that a code did not arrive; whether the message was one with a code at all."""
    verification, _, _number = message.notification_id.rpartition("-")
    if not is_id(verification):
        return False
    if message.permanent:
        session.execute(
            update(ChallengeRow)
            .where(ChallengeRow.verification_id == verification)
            .values(came_back=message.notification_id)
        )
    return True


def has_come_back(parts: Parts, challenge: str, message: str) -> bool:
    """Whether that message with a code came back: another way is better."""
    with parts.database.read() as session:
        row = session.get(ChallengeRow, kept(challenge))
        return bool(message) and row is not None and row.came_back == message


def check_code(parts: Parts, challenge: str, code: str, use: str = "api") -> SignedIn:
    """Sign in with the code; every sign-in has a session of its own.

    Raises Unauthorized("wrong_code", checks_left, reason; "challenge_over"), TooMany, TryLater.
    """
    row, account = _find(parts, challenge)
    if len(code) > CODE_CHARACTERS_MOST:
        raise Unauthorized("wrong_code", "that is no code", reason="wrong")
    with parts.database.read() as session:
        by_app = authenticator.standing(session, account.login_id).since is not None
    way = APP if by_app else "sent"
    try:
        if by_app:
            _check_app(parts, row, account, code)
        else:
            _check_sent(parts, row, code)
    except (Unauthorized, TooMany) as error:
        told(parts, "code.wrong", account.login_id, way=way, code=error.code)
        raise
    with parts.database.write() as session:
        _use(session, parts, row)
        token, person = sessions.open_session(session, parts, account, use)
    told(parts, "session.opened", account.login_id, way=way, use=use)
    return SignedIn(token, person)


def _check_app(parts: Parts, row: ChallengeRow, account: Account, code: str) -> None:
    """The code of the app, or a recovery code. Raises Unauthorized, TooMany."""
    with parts.database.write() as session:
        found = session.get_one(ChallengeRow, row.token_sha256, with_for_update=True)
        if found.checks >= CHECKS_MOST:
            raise Unauthorized("wrong_code", "no more", checks_left=0, reason="no_checks_left")
        right = authenticator.accept(session, parts, account, code)
        found.checks += 0 if right else 1
        left = CHECKS_MOST - found.checks
    if not right:
        raise Unauthorized("wrong_code", "not the code", checks_left=left, reason="wrong")


def _check_sent(parts: Parts, row: ChallengeRow, code: str) -> None:
    """The code that notify sent. Raises Unauthorized, TooMany, TryLater."""
    if not row.started:
        raise Unauthorized("wrong_code", "no code was sent", checks_left=0, reason="not_sent")
    if not code.strip():
        raise Unauthorized("wrong_code", "that is no code", reason="wrong")
    try:
        found = parts.verifications.check(row.verification_id, code)
    except NotFound as error:
        raise Unauthorized("challenge_over", "that challenge is over") from error
    if not found.verified:
        raise Unauthorized(
            "wrong_code", "not the code", checks_left=found.checks_left, reason=found.reason
        )


def channels(session: Session, account: Account) -> tuple[Channel, ...]:
    """The ways to a code: an app alone where there is one, else those on record."""
    if authenticator.standing(session, account.login_id).since is not None:
        return (BY_APP,)
    return ways_on_record(account)


def ways_on_record(account: Account) -> tuple[Channel, ...]:
    """Where a code can be sent: address and number, masked; what they prefer is first."""
    ways: Sequence[tuple[str, str, str]] = (
        ("email", account.email, masked_email(account.email)),
        ("sms", account.phone, _masked_phone(account.phone)),
    )
    there = [Channel(name, masked) for name, value, masked in ways if value]
    return tuple(sorted(there, key=lambda one: one.name != account.channel))


def _account(session: Session, login_id: str) -> Account | None:
    plain = login_id.strip()
    if not plain or len(plain) > ID_CHARACTERS_MOST or "\x00" in plain:
        return None
    return register.find_account(session, plain)


def _open(session: Session, parts: Parts, account: Account) -> Opened:
    token, now = new_token(), parts.clock.now()
    session.add(
        ChallengeRow(
            token_sha256=kept(token),
            login_id=account.login_id,
            verification_id=new_id(),
            started=False,
            opened_at=now,
            expires_at=now + VALID,
        )
    )
    return Opened(token, channels(session, account))


def _find(parts: Parts, challenge: str) -> tuple[ChallengeRow, Account]:
    with parts.database.read() as session:
        row = session.get(ChallengeRow, kept(challenge))
        over = row is None or row.used_at is not None or row.expires_at < parts.clock.now()
        account = register.find_account(session, row.login_id) if row and not over else None
        if row is None or account is None:
            raise Unauthorized("challenge_over", "that challenge is over; sign in anew")
        session.expunge(row)
        return row, account


def _start(parts: Parts, row: ChallengeRow, account: Account, address: str) -> None:
    """Tell notify whom the codes are for; the same id again gets the same answer."""
    parts.verifications.start(
        row.verification_id,
        purpose=PURPOSE,
        person=account.person_id,
        language=account.language,
        addresses={"email": account.email, "sms": account.phone},
        network=limits.network_of(parts, address),
    )
    with parts.database.write() as session:
        found = session.get_one(ChallengeRow, row.token_sha256)
        found.started = True


def _use(session: Session, parts: Parts, row: ChallengeRow) -> None:
    """A challenge opens one session. Raises Unauthorized("challenge_over") the second time."""
    used = session.execute(
        update(ChallengeRow)
        .where(ChallengeRow.token_sha256 == row.token_sha256, ChallengeRow.used_at.is_(None))
        .values(used_at=parts.clock.now())
        .returning(ChallengeRow.login_id)
    ).first()
    if used is None:
        raise Unauthorized("challenge_over", "that challenge was used")


def masked_email(email: str) -> str:
    """s•••••••n@dojang.example: enough to know which of one's own it is."""
    name, _at, host = email.partition("@")
    if len(name) < 3:
        return f"{name[:1]}•@{host}"
    return f"{name[0]}{'•' * (len(name) - 2)}{name[-1]}@{host}"


def _masked_phone(phone: str) -> str:
    digits = [char for char in phone if char.isdigit()]
    return "•••-••••-" + "".join(digits[-4:])
