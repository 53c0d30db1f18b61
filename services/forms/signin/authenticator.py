"""An authenticator app as the second step: TOTP (RFC 6238), stronger than a code that is sent.

Whoever set one up signs in with it alone; no code is sent any more, or the weaker way would stay
open. The secret is sealed in the database (AES-256-GCM under the key `totp`, the account as
associated data), a step counts once, and one step to either side is allowed for clocks that
differ (RFC 6238, 5.2). Ten recovery codes, kept as hashes, are each good once for a lost phone.
"""

from __future__ import annotations

import base64
import hmac
import os
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, func, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from services.forms.parts import Parts
from services.forms.people.values import Account
from services.forms.signin import limits
from services.forms.signin.tables import AuthenticatorRow, RecoveryRow
from services.forms.signin.tokens import kept
from services.forms.signin.warning import ADDED, RECOVERED, REMOVED, warn
from shared.errors import Conflict, Permanent, Refused
from shared.qr import qr_code

STEP_S, DIGITS = 30, 6
STEPS_ASIDE = (0, -1, 1)
RECOVERY_CODES, RECOVERY_CHARACTERS, GROUP = 10, 16, 4
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE = str.maketrans("OIL", "011")
_NONCE_BYTES = 12


@dataclass(frozen=True)
class Enrolment:
    """What an app needs to know, until the first code from it confirms it."""

    secret: str = field(repr=False)
    address: str = field(repr=False)

    @property
    def grouped(self) -> str:
        """The secret as people type it."""
        return " ".join(re.findall(f".{{1,{GROUP}}}", self.secret))

    def picture(self) -> tuple[int, str]:
        """(modules a side, the path of the dark ones) of a QR code; (0, "") if it is too long."""
        try:
            size, modules = qr_code(self.address)
        except Permanent:
            return 0, ""
        dark = (divmod(at, size) for at, module in enumerate(modules) if not module)
        return size, "".join(f"M{x} {y}h1v1h-1z" for y, x in dark)


@dataclass(frozen=True)
class Standing:
    """How an account stands: since when it has an app, and recovery codes not used yet."""

    since: datetime | None
    recovery_codes: int


def standing(session: Session, login_id: str) -> Standing:
    """Whether codes come from an app, and what is left for the day it is lost."""
    row = session.get(AuthenticatorRow, login_id)
    left = select(func.count()).where(RecoveryRow.login_id == login_id)
    return Standing(row.confirmed_at if row else None, session.scalar(left) or 0)


def begin(session: Session, parts: Parts, login_id: str) -> Enrolment:
    """A new secret, not in use before `confirm`. Raises Conflict("authenticator_there")."""
    row = session.get(AuthenticatorRow, login_id)
    if row is not None and row.confirmed_at is not None:
        raise Conflict("authenticator_there", "one is in use; remove it first")
    if row is None:
        row = AuthenticatorRow(login_id=login_id, last_step=0, begun_at=parts.clock.now())
        session.add(row)
    secret = pyotp.random_base32()
    row.begun_at, row.last_step = parts.clock.now(), 0
    _seal(row, parts, secret)
    return _enrolment(parts, login_id, secret)


def pending(session: Session, parts: Parts, login_id: str) -> Enrolment | None:
    """What `begin` gave, as long as no code confirmed it."""
    row = session.get(AuthenticatorRow, login_id)
    if row is None or row.confirmed_at is not None:
        return None
    secret = _open(row, parts)
    return _enrolment(parts, login_id, secret) if secret else None


def confirm(session: Session, parts: Parts, account: Account, code: str) -> list[str]:
    """Put the app in use by its first code; gives the recovery codes, this once.

    Raises Conflict("authenticator_not_begun" | "authenticator_there"),
    Refused("wrong_app_code", field="code").
    """
    row = session.get(AuthenticatorRow, account.login_id, with_for_update=True)
    if row is None:
        raise Conflict("authenticator_not_begun", "begin anew")
    if row.confirmed_at is not None:
        raise Conflict("authenticator_there", "one is in use; remove it first")
    if not _is_its_code(session, parts, row, code):
        raise Refused("wrong_app_code", "not the code of that app now", field="code")
    row.confirmed_at = parts.clock.now()
    warn(session, parts, account, ADDED)
    return renew_recovery_codes(session, account.login_id)


def accept(session: Session, parts: Parts, account: Account, code: str) -> bool:
    """Whether this is the app's code now, or a recovery code; either is used up by that.

    A wrong one counts: the transaction is to be committed in both cases.
    Raises TooMany("too_many_tries", retry_after).
    """
    limit, now = limits.of_authenticator(parts, account.login_id), parts.clock.now()
    limits.check(session, [limit], now)
    row = session.get(AuthenticatorRow, account.login_id, with_for_update=True)
    in_use = row is not None and row.confirmed_at is not None
    right = in_use and _is_its_code(session, parts, row, code)
    if in_use and not right and _recover(session, account.login_id, code):
        warn(session, parts, account, RECOVERED)
        right = True
    if right:
        limits.clear(session, limit)
    else:
        limits.count(session, [limit], now)
    return right


def remove(session: Session, parts: Parts, account: Account, what: str = REMOVED) -> bool:
    """Forget app and recovery codes; gives whether there was an app in use. `what` the owner is
    told."""
    was = standing(session, account.login_id).since is not None
    for table in (RecoveryRow, AuthenticatorRow):
        session.execute(delete(table).where(table.login_id == account.login_id))
    if was:
        warn(session, parts, account, what)
    return was


def renew_recovery_codes(session: Session, login_id: str) -> list[str]:
    """Ten new ones instead of all before."""
    session.execute(delete(RecoveryRow).where(RecoveryRow.login_id == login_id))
    codes = ["".join(secrets.choice(CROCKFORD) for _ in range(RECOVERY_CHARACTERS))
             for _ in range(RECOVERY_CODES)]  # fmt: skip
    session.add_all(RecoveryRow(code_sha256=kept(code), login_id=login_id) for code in codes)
    return ["-".join(re.findall("." * GROUP, code)) for code in codes]


def code_at(secret: str, step: int, digits: int = DIGITS) -> str:
    """The code of one step of time (RFC 6238, 4.2)."""
    return pyotp.TOTP(secret, digits=digits, interval=STEP_S).generate_otp(step)


def _is_its_code(session: Session, parts: Parts, row: AuthenticatorRow | None, code: str) -> bool:
    """Whether the app shows this now; a step counts once, and so does every earlier one."""
    secret = _open(row, parts) if row else ""
    if row is None or not secret:
        return False
    given, now = "".join(code.split()).encode(), int(parts.clock.now().timestamp()) // STEP_S
    for step in (now + aside for aside in STEPS_ASIDE):
        if step > row.last_step and hmac.compare_digest(code_at(secret, step).encode(), given):
            if row.key_id != parts.keyring.current("totp").key_id:
                _seal(row, parts, secret)
            return _use(session, row.login_id, step)
    return False


def _use(session: Session, login_id: str, step: int) -> bool:
    """Use up a step; of two at the same moment one comes first."""
    session.flush()
    used = session.execute(
        update(AuthenticatorRow)
        .where(AuthenticatorRow.login_id == login_id, AuthenticatorRow.last_step < step)
        .values(last_step=step)
    )
    return isinstance(used, CursorResult) and used.rowcount == 1


def _recover(session: Session, login_id: str, code: str) -> bool:
    """Whether it is a recovery code, however it was typed; it is gone then."""
    plain = re.sub(r"[\s-]", "", code).upper().translate(_ALIKE)
    if len(plain) != RECOVERY_CHARACTERS:
        return False
    used = session.execute(
        delete(RecoveryRow).where(
            RecoveryRow.login_id == login_id, RecoveryRow.code_sha256 == kept(plain)
        )
    )
    return isinstance(used, CursorResult) and used.rowcount == 1


def _enrolment(parts: Parts, login_id: str, secret: str) -> Enrolment:
    app = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S)
    name = parts.settings.university_en
    return Enrolment(secret, app.provisioning_uri(name=login_id, issuer_name=name))


def _seal(row: AuthenticatorRow, parts: Parts, secret: str) -> None:
    key, nonce = parts.keyring.current("totp"), os.urandom(_NONCE_BYTES)
    sealed = AESGCM(key.mac(b"seal")).encrypt(nonce, secret.encode(), row.login_id.encode())
    row.key_id, row.sealed = key.key_id, base64.b64encode(nonce + sealed).decode()


def _open(row: AuthenticatorRow, parts: Parts) -> str:
    """The secret; "" if its key is not in use any more, or the row is another account's."""
    key = parts.keyring.by_id("totp", row.key_id)
    if key is None:
        return ""
    data = base64.b64decode(row.sealed)
    nonce, sealed = data[:_NONCE_BYTES], data[_NONCE_BYTES:]
    try:
        return AESGCM(key.mac(b"seal")).decrypt(nonce, sealed, row.login_id.encode()).decode()
    except InvalidTag:
        return ""
