"""Waiting for a document that is being made: certs answers within milliseconds.

Whoever waits is woken by the bell when the answer is committed; where another
process consumes it, a look every half second finds it.
"""

from __future__ import annotations

import time

from services.forms.applications.tables import ApplicationRow
from services.forms.parts import Parts

LOOK_S = 0.5


def wait_until_made(parts: Parts, application_id: str, seconds: float) -> bool:
    """Whether it is no longer being made, after at most `seconds`; outside transactions."""
    end = time.monotonic() + seconds
    while True:
        rung = parts.bell.rung
        with parts.database.read() as session:
            row = session.get(ApplicationRow, application_id)
            made = row is None or row.state != "approved"
        left = end - time.monotonic()
        if made or left <= 0:
            return made
        parts.bell.wait(rung, min(left, LOOK_S))
