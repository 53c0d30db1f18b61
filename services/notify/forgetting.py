"""Forget the words of what failed: they stay for a while, so that the desk can send it again."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from sqlalchemy import update

from services.notify import code_post
from services.notify.tables import BOUNCED, FAILED, Notification
from shared.clock import Clock
from shared.database import Database
from shared.errors import TryLater

KEPT = timedelta(days=30)
ROUND_S = 3_600.0

log = logging.getLogger("dojang.notify")


class Forgetting:
    """One round an hour."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def run(self, stop: threading.Event) -> None:
        """Forget until `stop`."""
        while not stop.wait(ROUND_S):
            try:
                self.forget()
            except TryLater as error:
                log.warning("old words are forgotten later (%s)", error.code)

    def forget(self) -> None:
        """Blank what failed before `KEPT`; delete the messages of yesterday's codes."""
        with self._database.write() as session:
            session.execute(
                update(Notification)
                .where(
                    Notification.state.in_((FAILED, BOUNCED)),
                    Notification.next_at < self._clock.now() - KEPT,
                )
                .values(params={}, links=[])
            )
            code_post.forget_old(session, self._clock.now())
