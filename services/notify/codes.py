"""Verification codes: derived, sent, checked once, and kept nowhere.

A code is the HOTP value (RFC 4226) of a key that belongs to this verification
alone, at the number of the send: it can be made again to be checked, so
nothing needs to hold it. Only the newest code of a verification counts, for
ten minutes and once, and five checks a verification. How many may go out and
how soon one may guess again is `limits`, what became of its message `code_post`.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.notify import code_post, limits
from services.notify.catalog import CHANNELS, SIGN_IN_CODE, SIGNING_CODE
from services.notify.channels.interface import HURRIED, UNCERTAIN
from services.notify.compose import Asked
from services.notify.parts import Parts
from services.notify.tables import Verification, VerificationSend
from shared.errors import Conflict, DojangError, Gone, NotFound, Refused, TryLater
from shared.keys import Key
from shared.traces import Kind, part

DIGITS = 6
VALID_MINUTES = 10
CHECKS_MOST = 5
KEPT = limits.DAY
MESSAGES = {"approval": SIGNING_CODE}  # by what it is for

log = logging.getLogger("dojang.notify")


@dataclass(frozen=True)
class Challenge:
    """Whom a verification is for, and from where; person and network are opaque to notify."""

    verification_id: str
    purpose: str
    person: str
    language: str
    addresses: Mapping[str, str]
    network: str = ""

    def channels(self) -> list[str]:
        """The ways by which a code can reach them."""
        return [channel for channel in CHANNELS if self.addresses.get(channel)]


@dataclass(frozen=True)
class Sent:
    """A code was handed over; until when it can be used, and where else one could go: not where
    one came back from. `notification_id` is what the message is called when it comes back."""

    channel: str
    expires_at: datetime
    others: Sequence[str] = ()
    notification_id: str = ""


@dataclass(frozen=True)
class Checked:
    """Whether the code was right; else why: wrong, expired, used, no_checks_left, not_sent."""

    verified: bool
    checks_left: int
    reason: str = ""


def hotp(secret: bytes, counter: int, digits: int = DIGITS) -> str:
    """The HOTP value of RFC 4226: HMAC-SHA-1, dynamic truncation, decimal digits."""
    mac = hmac.digest(secret, counter.to_bytes(8, "big"), "sha1")
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def start(challenge: Challenge, parts: Parts) -> Sequence[str]:
    """Begin a verification, or find it begun; gives the channels that can be chosen.

    Raises Refused("no_channel") when there is no address at all, and
    Conflict("other_verification") when the id is that of another person or purpose.
    """
    if not challenge.channels():
        raise Refused("no_channel", "a verification needs an e-mail address or a phone number")
    with parts.database.write() as session:
        _forget_old(session, parts.clock.now())
        row = session.get(Verification, challenge.verification_id)
        if row is None:
            session.add(_begun(challenge, parts))
        elif (row.person, row.purpose) != (challenge.person, challenge.purpose):
            raise Conflict("other_verification", "that id is of another person or purpose")
    return challenge.channels()


def send(verification_id: str, channel: str, parts: Parts) -> Sent:
    """Draw the next code and hand it over now; it is never stored or queued.

    Raises NotFound, Gone("used"), Refused("no_such_channel"),
    TooMany("too_many_sends") and TryLater("channel_unavailable"): then the
    other channel may do.
    """
    with parts.database.write() as session:
        now = parts.clock.now()
        row = _find(session, verification_id)
        if row.verified_at is not None:
            raise Gone("used", "that verification is done")
        if channel not in CHANNELS or not getattr(row, channel):
            raise Refused("no_such_channel", "there is no address for that channel")
        sent = _sent(row, channel, now, parts)
        common = {one.column: getattr(sent, one.column) for one in limits.LIMITS}
        limits.check_sends(session, common, now)
        row.sends += 1
        row.expires_at = now + timedelta(minutes=VALID_MINUTES)
        session.add(sent)
        shut = {channel, *code_post.came_back(session, row)}
        others = [other for other in CHANNELS if other not in shut and getattr(row, other)]
    _hand_over(row, sent, parts)
    return Sent(channel, row.expires_at, others, code_post.name_of(row.id, row.sends))


def check(verification_id: str, code: str, parts: Parts) -> Checked:
    """Check a code; a right one is consumed, a wrong one costs a check and slows down.

    Raises NotFound, TooMany("too_many_checks", retry_after).
    """
    with parts.database.write() as session:
        now = parts.clock.now()
        row = _find(session, verification_id)
        if refusal := _cannot_be_checked(row, now):
            return Checked(False, CHECKS_MOST - row.checks, refusal)
        limits.check_guesses(session, row.person, row.network, now)
        row.checks += 1
        given = "".join(code.split()).encode()
        if not hmac.compare_digest(_code(row, parts).encode(), given):
            limits.missed(session, row.person, row.network, now)
            return Checked(False, CHECKS_MOST - row.checks, "wrong")
        row.verified_at = now
        row.email = row.sms = ""
        limits.forgive(session, row.person)
        session.execute(
            update(VerificationSend)
            .where(VerificationSend.verification_id == row.id)
            .values(verified=True)
        )
    return Checked(True, CHECKS_MOST - row.checks)


def _begun(challenge: Challenge, parts: Parts) -> Verification:
    return Verification(
        id=challenge.verification_id, person=challenge.person, purpose=challenge.purpose,
        language=challenge.language, email=challenge.addresses.get("email") or "",
        sms=challenge.addresses.get("sms") or "", network=challenge.network,
        key_id=parts.keyring.current("codes").key_id, sends=0, checks=0,
        created_at=parts.clock.now(), expires_at=None, verified_at=None,
    )  # fmt: skip


def _find(session: Session, verification_id: str) -> Verification:
    """The verification, locked together with all of its person's, so that none overtakes."""
    person = session.scalar(select(Verification.person).where(Verification.id == verification_id))
    rows = session.scalars(
        select(Verification)
        .where(Verification.person == person)
        .order_by(Verification.id)
        .with_for_update()
    )
    for row in rows:
        if row.id == verification_id:
            return row
    raise NotFound("no_such_verification", "no such verification")


def _cannot_be_checked(row: Verification, now: datetime) -> str:
    if row.verified_at is not None:
        return "used"
    if row.expires_at is None:
        return "not_sent"
    if row.checks >= CHECKS_MOST:
        return "no_checks_left"
    return "expired" if now >= row.expires_at else ""


def _sent(row: Verification, channel: str, now: datetime, parts: Parts) -> VerificationSend:
    return VerificationSend(
        verification_id=row.id, person=row.person, channel=channel, at=now, verified=False,
        network=row.network,
        **limits.destination_of(parts.keyring, channel, getattr(row, channel)),
    )  # fmt: skip


def _hand_over(row: Verification, sent: VerificationSend, parts: Parts) -> None:
    """Compose in memory and hand over at once; what did not leave does not count as a send."""
    asked = Asked(
        id=code_post.name_of(row.id, row.sends), language=row.language,
        message=MESSAGES.get(row.purpose, SIGN_IN_CODE),
        channel=sent.channel, address=getattr(row, sent.channel), thread=row.id,
        params={"code": _code(row, parts), "minutes": VALID_MINUTES},
    )  # fmt: skip
    try:
        outgoing = parts.composer.compose(asked, sent.at)
        with part(f"send {sent.channel}", Kind.CLIENT, {"dojang.mail": asked.message}):
            how = parts.channels[sent.channel].send(outgoing, HURRIED)
    except DojangError as error:
        _give_up(asked, sent, error, parts)
        raise TryLater("channel_unavailable", f"the code did not leave ({error.code})") from error
    try:
        code_post.accepted(parts, asked, sent.at, how)
    except TryLater as error:  # the code is on its way all the same
        log.warning("a code's message is not noted (%s)", error.code)


def _give_up(asked: Asked, sent: VerificationSend, error: DojangError, parts: Parts) -> None:
    with parts.database.write() as session:
        code_post.failed(session, asked, sent.at, error)
        if error.code != UNCERTAIN:
            session.delete(session.get_one(VerificationSend, sent.id))


def _forget_old(session: Session, now: datetime) -> None:
    """Nobody needs yesterday's verifications."""
    limits.forget(session, now - KEPT)
    old = select(Verification.id).where(Verification.created_at < now - KEPT)
    session.execute(delete(VerificationSend).where(VerificationSend.verification_id.in_(old)))
    session.execute(delete(Verification).where(Verification.created_at < now - KEPT))


def _code(row: Verification, parts: Parts) -> str:
    return hotp(_secret(parts.keyring.by_id("codes", row.key_id), row), row.sends)


def _secret(key: Key | None, row: Verification) -> bytes:
    """The HOTP key of one verification: bound to its id, person and purpose."""
    if key is None:
        raise Gone("expired", "the key of that verification is not in use any more")
    return key.mac(b"hotp", row.id.encode(), row.person.encode(), row.purpose.encode())
