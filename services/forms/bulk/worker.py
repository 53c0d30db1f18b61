"""The thread that works on lists: checks them, asks for papers, has the ZIP made.

It goes on from what the database says, so it may be killed at any point, and several may run.
It works in small batches and rests between them: nobody else shall wait for a list.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import delete, select

from services.forms.bulk.archiving import finish_if_settled
from services.forms.bulk.asking import ask_batch
from services.forms.bulk.checking import check_batch
from services.forms.bulk.tables import CHECKED, CHECKING, ISSUING, BulkRow
from services.forms.parts import Parts
from shared.errors import TryLater
from shared.relay import no_fault

log = logging.getLogger("dojang.forms.bulk")

LOOK_UP_S = 0.5  # how long a stop may go unseen
SWEEP_S = 2.0  # the net: what another process has committed
REST_SHARE = 0.5  # of the time that a batch took
LONGEST_REST_S = 1.0
TROUBLE_REST_S = 5.0
TIDY_EVERY_S = 600.0


class Bulk:
    """Works on every list that has something left to do."""

    def __init__(self, parts: Parts, fault: Callable[[str], None] = no_fault) -> None:
        self._parts, self._fault = parts, fault
        self._tidied = float("-inf")

    def run(self, stop: threading.Event) -> None:
        """Work until `stop`; woken by every commit of this process."""
        while not stop.is_set():
            rung, began = self._parts.bell.rung, time.monotonic()
            try:
                worked = self.step()
            except TryLater as error:
                log.warning("bulk issues wait (%s)", error.code)
                stop.wait(TROUBLE_REST_S)
                continue
            if worked:
                stop.wait(min((time.monotonic() - began) * REST_SHARE, LONGEST_REST_S))
            else:
                self._sleep(rung, stop)

    def drain(self) -> None:
        """Do all that can be done now (tests)."""
        while self.step():
            pass

    def step(self) -> bool:
        """A batch of each list; whether there was anything to do. Raises TryLater."""
        self._tidy()
        with self._parts.database.read() as session:
            wanted = select(BulkRow.id, BulkRow.state).where(BulkRow.state.in_((CHECKING, ISSUING)))
            open_ones = session.execute(wanted.order_by(BulkRow.created_at)).all()
        worked = [self._advance(bulk_id, state) for bulk_id, state in open_ones]  # of each
        return any(worked)

    def _advance(self, bulk_id: str, state: str) -> bool:
        try:
            if state == CHECKING:
                check_batch(self._parts, bulk_id)
                self._fault("checked")
                return True
            with self._parts.database.write() as session:
                asked = ask_batch(session, self._parts, bulk_id)
                self._fault("asking")
            self._fault("asked")
            return asked > 0 or finish_if_settled(self._parts, bulk_id)
        except TryLater:
            raise
        except Exception:  # a fault in one list must not end the work on all others
            log.exception("a bulk issue cannot go on: %s", bulk_id)
            return False

    def _tidy(self) -> None:
        """Forget lists that were checked and never started."""
        if time.monotonic() - self._tidied < TIDY_EVERY_S:
            return
        self._tidied = time.monotonic()
        before = self._parts.clock.now() - timedelta(days=int(self._parts.settings.bulk_days))
        with self._parts.database.write() as session:
            old = delete(BulkRow).where(BulkRow.state == CHECKED, BulkRow.created_at < before)
            session.execute(old)

    def _sleep(self, rung: int, stop: threading.Event) -> None:
        end = time.monotonic() + SWEEP_S
        while not stop.is_set() and (left := end - time.monotonic()) > 0:
            if self._parts.bell.wait(rung, min(left, LOOK_UP_S)):
                return
