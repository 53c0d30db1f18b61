"""How many wrong passwords are too many: generous, for a campus stands behind one address.

Counted per account from one address, per account from everywhere, and per
address. A right password clears its account's count from that address. Over
the limit the wait grows with each further try. A browser that the account is
known to use (`devices`) is counted by itself alone: the owner need not wait
for who guesses elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.forms.parts import Parts
from services.forms.signin.tables import LimitRow
from shared.errors import TooMany

WINDOW = timedelta(minutes=15)
FIRST_WAIT_S = 30
LONGEST_WAIT_S = 15 * 60


@dataclass(frozen=True)
class Limit:
    """At most `most` failures of this key in a window."""

    key: str
    most: int


ACCOUNT_HERE, ACCOUNT, ADDRESS, FORGOTTEN, AUTHENTICATOR = 10, 60, 500, 3, 10


def of_password(parts: Parts, login_id: str, address: str, device: str = "") -> tuple[Limit, ...]:
    """The limits that a try with a password counts against; the first is one's own."""
    account = login_id.strip().lower()
    if device:
        return (Limit(_key(parts, "device", account, device), ACCOUNT_HERE),)
    return (
        Limit(_key(parts, "account here", account, address), ACCOUNT_HERE),
        Limit(_key(parts, "account", account), ACCOUNT),
        Limit(_key(parts, "address", address), ADDRESS),
    )


def of_forgotten(parts: Parts, login_id: str) -> Limit:
    """How often a link for a forgotten password is mailed."""
    return Limit(_key(parts, "forgotten", login_id.strip().lower()), FORGOTTEN)


def of_authenticator(parts: Parts, login_id: str) -> Limit:
    """How often the code of an app may be wrong, over all challenges."""
    return Limit(_key(parts, "authenticator", login_id), AUTHENTICATOR)


def network_of(parts: Parts, address: str) -> str:
    """The network that a caller's address belongs to, as others are told of it: opaque.

    Of IPv6 the first 64 bits, since whoever has one address there has all of them.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        found = IPv6Address(int(found) >> 64 << 64)
    return _key(parts, "network", str(found))


def check(session: Session, limits: Sequence[Limit], now: datetime) -> None:
    """Raises TooMany("too_many_tries", retry_after) while one of them is closed."""
    for limit in limits:
        row = session.get(LimitRow, limit.key)
        if row is not None and row.closed_until is not None and row.closed_until > now:
            left = (row.closed_until - now).total_seconds()
            raise TooMany("too_many_tries", "too many tries", retry_after=int(left) + 1)


def count(session: Session, limits: Sequence[Limit], now: datetime) -> None:
    """One more failure of each."""
    for limit in sorted(limits, key=lambda one: one.key):
        row = _row(session, limit.key, now)
        if now - row.since > WINDOW:
            row.count, row.since, row.closed_until = 0, now, None
        row.count += 1
        over = row.count - limit.most
        if over >= 0:
            wait = min(FIRST_WAIT_S * 2 ** min(over, 10), LONGEST_WAIT_S)
            row.closed_until = now + timedelta(seconds=wait)
            row.since = max(row.since, now - WINDOW / 2)


def clear(session: Session, limit: Limit) -> None:
    """A success: what failed before does not count."""
    session.execute(delete(LimitRow).where(LimitRow.key == limit.key))


def _row(session: Session, key: str, now: datetime) -> LimitRow:
    wanted = select(LimitRow).where(LimitRow.key == key).with_for_update()
    found = session.scalar(wanted)
    if found is None:
        try:
            with session.begin_nested():
                session.add(LimitRow(key=key, count=0, since=now))
        except IntegrityError:
            pass  # counted for the first time by another process just now
        found = session.scalars(wanted.execution_options(populate_existing=True)).one()
    return found


def _key(parts: Parts, *what: str) -> str:
    return parts.keyring.current("session").mac(b"limit", *(one.encode() for one in what)).hex()
