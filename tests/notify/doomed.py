"""A notify that delivers what is due and is killed at one point: `python -m … URL POINT [A=B…]`.

Killed means SIGKILL by its own hand: nothing is flushed, closed or rolled back.
"""

from __future__ import annotations

import os
import signal
import sys

from tests.notify.office import deliver_due, open_office


def main(url: str, point: str, *more: str) -> None:
    """Deliver, and die at `point`."""

    def fault(reached: str) -> None:
        if reached == point:
            os.kill(os.getpid(), signal.SIGKILL)

    settings = dict(one.split("=", 1) for one in more)
    deliver_due(open_office(url, fault=fault, **settings))


if __name__ == "__main__":
    main(*sys.argv[1:])
