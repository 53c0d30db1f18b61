"""The thread that publishes a head a day."""

from __future__ import annotations

import logging
import threading

from services.certs.heads.making import Log, publish
from services.certs.parts import Parts
from shared.errors import DojangError

log = logging.getLogger("dojang.certs.heads")

LOOK_EVERY_S = 60.0


class Publisher:
    """Publishes the first thing after midnight of Seoul; after a stop, as soon as it runs again."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self._log = parts, Log()

    def run(self, stop: threading.Event) -> None:
        """Look each minute whether a new day has begun, until `stop`."""
        while not stop.is_set():
            self._look()
            stop.wait(LOOK_EVERY_S)

    def _look(self) -> None:
        try:
            if made := publish(self._parts, self._log, self._parts.clock.now()):
                log.info("the head of %s covers %d entries", made.day, made.size)
        except DojangError as error:
            log.warning("the head waits (%s)", error.code)
