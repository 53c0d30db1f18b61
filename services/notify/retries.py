"""When to try again, and when to give up.

RFC 5321 4.5.4.1: a mail is tried for four to five days, soon at first, then
at intervals that grow. A server that cannot be reached has judged nothing
yet, so it is asked again sooner than one that put us off.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from services.notify.catalog import EMAIL
from services.notify.channels.interface import UNCERTAIN

_SOON_S = (2, 5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200)
_POLITE_S = (60, 300, 900, 1_800, 3_600, 7_200, 14_400)
UNREACHABLE = ("server_unreachable", "database_unavailable", "busy")

GIVE_UP_AFTER = timedelta(days=4)
TELL_AFTER = timedelta(hours=1)


def next_try(
    code: str, attempts: int, created_at: datetime, now: datetime, least_s: float = 0
) -> datetime | None:
    """When to try again after `attempts` failures; None when it is time to give up.

    `least_s` is what a server that limits us asked for (HTTP 429, `Retry-After`).
    """
    delays_s = _SOON_S if code in UNREACHABLE else _POLITE_S
    delay_s = max(least_s, delays_s[min(attempts, len(delays_s)) - 1])
    at = now + timedelta(seconds=delay_s)
    return at if at <= created_at + GIVE_UP_AFTER else None


def is_late(created_at: datetime, now: datetime) -> bool:
    """Whether it has not arrived for so long that whoever asked should know."""
    return now - created_at >= TELL_AFTER


def may_repeat(channel: str, code: str) -> bool:
    """Whether another attempt is no second message to a person.

    A second copy of a mail bears the same Message-ID and is told from the
    first; a second SMS is a second SMS, so one that may have been accepted is
    never tried again by itself.
    """
    return channel == EMAIL or code != UNCERTAIN
