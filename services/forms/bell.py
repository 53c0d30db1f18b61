"""A bell: threads of one process wait for it instead of asking again and again."""

from __future__ import annotations

import threading


class Bell:
    """Rings for everybody who waits now."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._rung = 0

    def ring(self) -> None:
        """Wake all."""
        with self._changed:
            self._rung += 1
            self._changed.notify_all()

    @property
    def rung(self) -> int:
        """How often it rang; to be read before looking at what one waits for."""
        with self._changed:
            return self._rung

    def wait(self, seen: int, seconds: float) -> bool:
        """Wait until it has rung more often than `seen`, at most `seconds`; whether it did."""
        with self._changed:
            return self._changed.wait_for(lambda: self._rung > seen, seconds)
