"""The one clock. Everything that asks for the time is handed one of these."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from shared.errors import Permanent

SEOUL = ZoneInfo("Asia/Seoul")


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ShiftedClock:
    """The machine's clock moved by a fixed offset, so that windows can be shown."""

    def __init__(self, offset: timedelta) -> None:
        self._offset = offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset


class StandingClock:
    """A clock that moves only when told to (tests, simulations)."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            return self._at

    def advance(self, by: timedelta) -> None:
        """Move forward (or back) by `by`."""
        with self._lock:
            self._at += by


def clock_from(text: str) -> Clock:
    """The clock that `DOJANG_CLOCK` asks for.

    Empty is the machine's clock; `+3d`, `-90m`, `+12h`, `-5s` an offset; an
    ISO 8601 instant with its zone makes the clock start there and run on.
    Raises Permanent("bad_setting") otherwise.
    """
    if not text:
        return SystemClock()
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    if text[0] in "+-" and text[-1] in units and text[1:-1].isdigit():
        return ShiftedClock(timedelta(**{units[text[-1]]: int(text[:-1])}))
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = datetime.min  # noqa: DTZ901 – only a mark for "not understood", refused below
    if at.tzinfo is None:
        raise Permanent(
            "bad_setting",
            f"DOJANG_CLOCK is {text!r}: write an offset such as +3d or -90m, or an instant with "
            "its zone such as 2022-08-30T09:00:00+09:00.",
        )
    return ShiftedClock(at - datetime.now(UTC))
