"""Deliver a lane: hands compose and hand over, one thread claims for them and notes what they did.

Whatever was finished while the last commit went on is noted in the next one,
together with the claims that take its place: no answer of a server waits for
another one before it is noted, and a busy lane has far fewer transactions than
mails. What became of a notification and the message that tells forms of it
are one transaction (`attempt`).
"""

from __future__ import annotations

import logging
import queue
import threading
from collections import deque
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from services.notify.attempt import Attempt, try_once
from services.notify.claims import Claim, Claims
from services.notify.parts import Parts
from services.notify.tables import Notification, topic_of
from shared.errors import TryLater

HANDS = 4  # a server that stalls holds a hand for minutes (RFC 5321 4.5.3.2.6): others go on
LONGEST_SLEEP_S = 60.0  # the net: what another process wrote down and did not live to deliver
LOOK_UP_S = 0.5  # how long a stop may go unseen
INSIST_S = 0.25

log = logging.getLogger("dojang.notify")


class Deliverer:
    """Delivers one lane by so many hands. Several may work on a lane, in one process or many."""

    def __init__(
        self,
        parts: Parts,
        claims: Claims,
        lane: str,
        *,
        hands: int = HANDS,
        insist_s: float = INSIST_S,
    ) -> None:
        self._parts, self._claims, self._lane, self._hands = parts, claims, lane, hands
        self._insist_s = insist_s
        self._woken, self._some_finished = threading.Event(), threading.Event()
        self._finished: deque[Attempt] = deque()
        self._in_hand = 0
        parts.database.on_commit(self.wake, topic_of(lane))

    def wake(self) -> None:
        """There is something new in this lane."""
        self._woken.set()

    def run(self, stop: threading.Event) -> None:
        """Deliver whatever is due until `stop`; what is in hand is finished first."""
        asked: queue.SimpleQueue[Claim | None] = queue.SimpleQueue()
        for number in range(self._hands):
            name = f"notify {self._lane} hand {number + 1}"
            threading.Thread(target=self._work, args=(asked,), name=name, daemon=True).start()
        try:
            while not stop.is_set():
                self._round(asked, stop)
            self._end(asked)
        finally:
            for _ in range(self._hands):
                asked.put(None)

    def drain(self) -> int:
        """Deliver all that is due now, one after the other; gives how many attempts that took."""
        count = 0
        while self.deliver_next():
            count += 1
        return count

    def deliver_next(self) -> bool:
        """One attempt at the next notification; False if none is due."""
        claim = self._claims.claim(self._lane)
        if claim is None:
            return False
        self._settle_insisting([try_once(self._parts, self._claims, claim)])
        return True

    def _round(self, asked: queue.SimpleQueue[Claim | None], stop: threading.Event) -> None:
        """Note what is finished, claim as many as there are hands free, or sleep."""
        self._woken.clear()
        self._some_finished.clear()
        finished = self._take_finished()
        room = 2 * self._hands - self._in_hand + len(finished)  # the next lie at hand
        try:
            claims = self._settle_and_claim(finished, room)
        except TryLater as error:
            self._finished.extendleft(reversed(finished))
            log.warning("lane %s rests (%s)", self._lane, error.code)
            stop.wait(INSIST_S)
            return
        self._in_hand += len(claims) - len(finished)
        for claim in claims:
            asked.put(claim)
        if not finished and not claims:
            self._sleep(stop)

    def _settle_and_claim(self, finished: Sequence[Attempt], room: int) -> list[Claim]:
        if finished:
            return self._settle(finished, room)
        return self._claims.claim_some(self._lane, room) if room > 0 else []

    def _work(self, asked: queue.SimpleQueue[Claim | None]) -> None:
        """A hand."""
        while (claim := asked.get()) is not None:
            self._finished.append(try_once(self._parts, self._claims, claim))
            self._some_finished.set()
            self._woken.set()

    def _take_finished(self) -> list[Attempt]:
        found = []
        while self._finished:
            found.append(self._finished.popleft())
        return found

    def _settle(self, attempts: Sequence[Attempt], room: int = 0) -> list[Claim]:
        """Write down what became of them and claim `room` more, in one transaction."""
        try:
            with self._parts.database.write() as session:
                self._write(session, attempts)
                claims = self._claims.take(session, self._lane, room)
        except TryLater:
            raise
        except Exception as error:
            if len(attempts) == 1:  # its claim runs out, and it is tried again
                log.error("cannot note what became of %s: %s", *_whose(attempts[0], error))  # noqa: TRY400
                claims = []
            else:
                for one in attempts:
                    self._settle([one])
                return []
        self._claims.hold(claims, instead_of=[one.claim for one in attempts])
        for one in attempts:
            if one.accepted is not None:
                self._parts.receipts.accepted(one.accepted.by, one.accepted.provider_id)
            self._parts.fault("settled")
        return claims

    def _write(self, session: Session, attempts: Sequence[Attempt]) -> None:
        now = self._parts.clock.now()
        rows = self._claims.still_mine(session, [one.claim for one in attempts])
        for one in attempts:
            row = rows.get(one.claim.notification.id)
            if row is not None:
                one.write(session, row, now)

    def _settle_insisting(self, attempts: Sequence[Attempt]) -> None:
        """Write it down, however long the database is away."""
        patience = threading.Event()
        while True:
            try:
                self._settle(attempts)
            except TryLater:
                patience.wait(self._insist_s)
            else:
                return

    def _end(self, asked: queue.SimpleQueue[Claim | None]) -> None:
        """Give back what nobody has begun; note the rest when it is finished."""
        while not asked.empty():
            try:
                claim = asked.get_nowait()
            except queue.Empty:
                break
            if claim is not None:
                self._finished.append(Attempt(claim, how=_not_begun))
        while self._in_hand > 0:
            self._some_finished.wait(LOOK_UP_S)
            self._some_finished.clear()
            if finished := self._take_finished():
                self._settle_insisting(finished)
                self._in_hand -= len(finished)

    def _sleep(self, stop: threading.Event) -> None:
        """Until a hand has finished, something is committed, the next is due, or the net."""
        left_s = LONGEST_SLEEP_S
        if self._in_hand < 2 * self._hands:
            due = self._claims.next_due(self._lane)
            if due is not None:
                left_s = min(left_s, max(0.05, (due - self._parts.clock.now()).total_seconds()))
        while left_s > 0 and not stop.is_set() and not self._woken.wait(min(left_s, LOOK_UP_S)):
            left_s -= LOOK_UP_S


def _not_begun(_session: Session, row: Notification, _now: datetime) -> None:
    row.attempts -= 1


def _whose(attempt: Attempt, error: Exception) -> tuple[str, str]:
    return attempt.claim.notification.id, type(error).__name__
