"""Several servers or providers for one way out: the first that is well, the next where it is not.

One that is away, refuses our login, limits us or is slow rests for a while
that doubles; then the next message tries it again, so everything goes back to
it when it is well. Where the answer is missing ("uncertain") nobody else is
asked: whoever was asked may have it, and a second one would double it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from services.notify.channels.interface import (
    UNCERTAIN,
    UNHURRIED,
    Accepted,
    Channel,
    Outgoing,
    Patience,
)
from shared.errors import DojangError, Permanent, TryLater

# What is wrong with the server and not with the message, so that another one may do.
AWAY = (
    "server_unreachable", "login_failed", "no_encryption", "busy", "put_off_421", "no_credit",
    "sender_refused",
)  # fmt: skip
NOT_SERVED = "not_served"  # well, but not for this recipient: it need not rest
FIRST_REST_S, LONGEST_REST_S = 15.0, 300.0
SLOW_S = 5.0

log = logging.getLogger("dojang.notify")


@dataclass(frozen=True)
class Way:
    """One server or provider, and the name that histories and the desk call it by."""

    name: str
    channel: Channel


@dataclass
class _Health:
    rests_until: float = 0.0
    next_rest_s: float = FIRST_REST_S


class InOrder:
    """A channel of several, by priority. Used by many threads."""

    def __init__(
        self, ways: Sequence[Way], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._ways, self._monotonic = tuple(ways), monotonic
        self._health = {way.name: _Health() for way in ways}
        self._lock = threading.Lock()

    @property
    def ways(self) -> tuple[Way, ...]:
        """All of them, in their order."""
        return self._ways

    def send(self, outgoing: Outgoing, patience: Patience = UNHURRIED) -> Accepted:
        """Hand over to the first that takes it; an error says in `by` who gave it last."""
        end = self._monotonic() + patience.total_s
        ways = self._by_turn()
        for number, way in enumerate(ways, 1):
            left_s = end - self._monotonic()
            is_last = number == len(ways)
            try:
                return self._send(way, outgoing, _share(patience, left_s, is_last=is_last))
            except TryLater as error:
                if is_last and error.code == NOT_SERVED:
                    raise Permanent("no_route", "nobody serves this recipient") from error
                if is_last or error.code not in (*AWAY, NOT_SERVED) or left_s <= 0:
                    raise
                log.warning("%s cannot take it (%s): the next one is asked", way.name, error.code)
        raise TryLater("server_unreachable", "there is no server")

    def _send(self, way: Way, outgoing: Outgoing, patience: Patience) -> Accepted:
        began = self._monotonic()
        try:
            accepted = way.channel.send(outgoing, patience)
        except DojangError as error:
            error.facts = {**error.facts, "by": way.name}
            if error.code in (*AWAY, UNCERTAIN):
                self._let_rest(way, float(error.facts.get("retry_after", 0)))
            raise
        if self._monotonic() - began >= SLOW_S:
            self._let_rest(way, 0.0)
        else:
            self._is_well(way)
        return replace(accepted, by=way.name)

    def _by_turn(self) -> list[Way]:
        """Those that rest come last: where all rest, somebody has to be asked all the same."""
        now = self._monotonic()
        with self._lock:
            resting = {name for name, one in self._health.items() if one.rests_until > now}
        return sorted(self._ways, key=lambda way: way.name in resting)

    def _let_rest(self, way: Way, least_s: float) -> None:
        with self._lock:
            health = self._health[way.name]
            health.rests_until = self._monotonic() + max(least_s, health.next_rest_s)
            health.next_rest_s = min(health.next_rest_s * 2, LONGEST_REST_S)

    def _is_well(self, way: Way) -> None:
        with self._lock:
            self._health[way.name] = _Health()


def _share(patience: Patience, left_s: float, *, is_last: bool) -> Patience:
    """Half of what is left for whoever has another one behind them, all of it for the last."""
    total_s = max(left_s if is_last else left_s / 2, 0.1)
    return replace(patience, total_s=min(patience.total_s, total_s))
