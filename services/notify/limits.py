"""How many codes may go out, and how often one may be guessed at.

A list of limits over the sends that were never verified: of a person, of the address or number
they go to, of a block of 10,000 numbers (who is paid for text messages orders whole blocks), of
the network that asks. A campus stands behind one address: its limit is for all of them together
at nine o'clock. What was verified does not count.

A wrong code slows its person down, whichever verification it was for, so that a new code or a
new attempt buys no new guesses: from the tenth on the wait doubles, and a right code ends it.
With the longest wait, a day has room for some hundred guesses at one in a million.

Addresses and networks are kept as HMACs: what is compared need not be read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from services.notify.catalog import SMS
from services.notify.recipient import email_address, phone_number
from services.notify.tables import VerificationMiss, VerificationSend
from shared.errors import Permanent, TooMany
from shared.keys import Keyring

DAY = timedelta(days=1)
BLOCK_DIGITS = 4


@dataclass(frozen=True)
class Limit:
    """At most `most` unverified sends that have this column in common, in a window."""

    column: str
    most: int
    window: timedelta


LIMITS = (
    Limit("person", 5, timedelta(minutes=15)),
    Limit("destination", 5, timedelta(minutes=15)),
    Limit("block", 60, timedelta(hours=1)),
    Limit("network", 500, timedelta(minutes=15)),
    Limit("person", 30, DAY),
    Limit("destination", 30, DAY),
    Limit("block", 300, DAY),
    Limit("network", 5_000, DAY),
)
MISSES_FREE = 10  # the tenth wrong code is the first that has to be waited for
FIRST_WAIT_S, LONGEST_WAIT_S = 30, 15 * 60
MISSES_OF_A_NETWORK = Limit("network", 500, timedelta(minutes=15))


def destination_of(keyring: Keyring, channel: str, address: str) -> dict[str, str]:
    """What a send to this address has in common with others: `destination` and `block`.

    The same number spelled otherwise is the same; an e-mail address has no block.
    """
    try:
        plain = phone_number(address) if channel == SMS else email_address(address).lower()
    except Permanent:
        plain = address  # it is refused when the message is composed
    block = plain[:-BLOCK_DIGITS] if channel == SMS else ""
    return {
        "destination": _hidden(keyring, "destination", plain),
        "block": _hidden(keyring, "block", block) if block else "",
    }


def check_sends(session: Session, common: Mapping[str, str], now: datetime) -> None:
    """Raises TooMany("too_many_sends", retry_after) where one more is over a limit.

    `common` has what this send has in common with others, by column; "" counts for nothing.
    """
    waits = [_wait_s(session, one, common[one.column], now) for one in LIMITS if common[one.column]]
    if longest := max(waits, default=0):
        raise TooMany("too_many_sends", "too many codes", retry_after=longest)


def check_guesses(session: Session, person: str, network: str, now: datetime) -> None:
    """Raises TooMany("too_many_checks", retry_after) while a wrong code has to be waited for."""
    count, last = session.execute(
        select(func.count(), func.max(VerificationMiss.at)).where(
            VerificationMiss.person == person, VerificationMiss.at > now - DAY
        )
    ).one()
    wait_s = math.ceil((last + wait_after(count) - now).total_seconds()) if last else 0
    if network:
        wait_s = max(wait_s, _wait_s(session, MISSES_OF_A_NETWORK, network, now, VerificationMiss))
    if wait_s > 0:
        raise TooMany("too_many_checks", "too many wrong codes", retry_after=wait_s)


def wait_after(misses: int) -> timedelta:
    """How long the last of so many wrong codes has to be waited for."""
    over = misses - MISSES_FREE
    return timedelta(
        seconds=0 if over < 0 else min(FIRST_WAIT_S * 2 ** min(over, 10), LONGEST_WAIT_S)
    )


def missed(session: Session, person: str, network: str, now: datetime) -> None:
    """One more wrong code."""
    session.add(VerificationMiss(person=person, network=network, at=now))


def forgive(session: Session, person: str) -> None:
    """A right code: the wrong ones before do not count."""
    session.execute(delete(VerificationMiss).where(VerificationMiss.person == person))


def forget(session: Session, before: datetime) -> None:
    """No limit looks further back than a day."""
    session.execute(delete(VerificationMiss).where(VerificationMiss.at < before))


def _wait_s(
    session: Session,
    limit: Limit,
    value: str,
    now: datetime,
    table: type[VerificationSend | VerificationMiss] = VerificationSend,
) -> int:
    """Seconds until one more is allowed; 0 if it is now."""
    wanted = select(table.at).where(
        getattr(table, limit.column) == value, table.at > now - limit.window
    )
    if table is VerificationSend:
        wanted = wanted.where(VerificationSend.verified.is_(False))
    filling = session.scalar(wanted.order_by(table.at.desc()).offset(limit.most - 1).limit(1))
    if filling is None:
        return 0
    return max(1, math.ceil((filling + limit.window - now).total_seconds()))


def _hidden(keyring: Keyring, what: str, plain: str) -> str:
    return keyring.current("codes").mac(what.encode(), plain.encode()).hex()
