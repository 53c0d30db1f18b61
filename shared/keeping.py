"""The slow clock: what a department does every hour or so, such as forgetting."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from shared.errors import DojangError

EVERY_S = 3600.0

log = logging.getLogger(__name__)


class Keeping:
    """Calls `work`, which is safe to repeat and answers how many rows it touched."""

    def __init__(self, name: str, work: Callable[[], int], every_s: float = EVERY_S) -> None:
        self._name, self._work, self._every_s = name, work, every_s

    def run(self, stop: threading.Event) -> None:
        """At the start and then every hour, until `stop`."""
        while not stop.is_set():
            try:
                if count := self._work():
                    log.info("%s: %d rows", self._name, count)
            except DojangError as error:
                log.warning("%s waits (%s)", self._name, error.code)
            stop.wait(self._every_s)
