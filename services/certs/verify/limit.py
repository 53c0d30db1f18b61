"""How often one address may check: enough for an office, too little to guess numbers.

A bucket of 60 that fills by one a second: in any minute at least 60 checks
pass. Kept in memory, one count a process; the oldest addresses are forgotten.
"""

from __future__ import annotations

import ipaddress
import math
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from shared.clock import Clock
from shared.errors import TooMany

BURST = 60.0
PER_SECOND = 1.0
ADDRESSES_MOST = 20_000


@dataclass
class Limit:
    """Counts checks by address. Raises TooMany("too_many_checks") when there were too many."""

    clock: Clock
    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, address: str) -> None:
        """One check more from this address."""
        key, now = network_of(address), self.clock.now().timestamp()
        with self._lock:
            left, at = self._buckets.pop(key, (BURST, now))
            left = min(BURST, left + max(0.0, now - at) * PER_SECOND)
            allowed = left >= 1
            self._buckets[key] = (left - 1 if allowed else left, now)
            if len(self._buckets) > ADDRESSES_MOST:
                self._buckets.popitem(last=False)
        if not allowed:
            wait = max(1, math.ceil((1 - left) / PER_SECOND))
            raise TooMany("too_many_checks", "too many checks from one address", retry_after=wait)


def network_of(address: str) -> str:
    """An IPv4 address itself; of an IPv6 address the /64 that one line has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "?"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
