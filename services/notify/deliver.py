"""Deliver notifications: claim, compose, hand over, note what became of it.

The only moment in which a crash leads to a second copy lies between the
server's yes and our commit; that copy bears the same Message-ID. Before it a
crash loses nothing, after it repeats nothing. What became of a notification
and the message that tells forms of it are one transaction.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.notify.catalog import find_message
from services.notify.channels.interface import UNCERTAIN, Accepted, Outgoing
from services.notify.claims import Claim, Claims, note
from services.notify.compose import Asked
from services.notify.parts import Parts
from services.notify.retries import is_late, may_repeat, next_try
from services.notify.tables import ACCEPTED, FAILED, Happening, Notification
from services.notify.telling import tell_delivered, tell_failed
from shared.errors import DojangError, Permanent, TryLater

LONGEST_SLEEP_S = 60.0  # the net: what another process wrote down and did not live to deliver
LOOK_UP_S = 0.5  # how long a stop may go unseen
INSIST_S = 0.25
BREATH_S = 0.05  # every commit wakes all lanes: many at once are one reason to look

Ending = Callable[[Session, Notification, datetime], None]

log = logging.getLogger("dojang.notify")


class Deliverer:
    """Delivers one lane. Several may work on a lane, in one process or many."""

    def __init__(
        self, parts: Parts, claims: Claims, lane: str, *, insist_s: float = INSIST_S
    ) -> None:
        self._parts, self._claims, self._lane, self._insist_s = parts, claims, lane, insist_s
        self._woken = threading.Event()
        self._runner: int | None = None
        parts.database.on_commit(self.wake)

    def wake(self) -> None:
        """Something was committed; what this deliverer itself writes does not count."""
        if threading.get_ident() != self._runner:
            self._woken.set()

    def run(self, stop: threading.Event) -> None:
        """Deliver whatever is due until `stop`; the mail in hand is finished first."""
        self._runner = threading.get_ident()
        while not stop.is_set():
            self._woken.clear()
            try:
                while not stop.is_set() and self.deliver_next():
                    pass
                stop.wait(BREATH_S)
                self._sleep(stop)
            except TryLater as error:
                log.warning("lane %s rests (%s)", self._lane, error.code)
                stop.wait(INSIST_S)

    def drain(self) -> int:
        """Deliver all that is due now; gives how many attempts that took."""
        count = 0
        while self.deliver_next():
            count += 1
        return count

    def deliver_next(self) -> bool:
        """One attempt at the next notification; False if none is due."""
        claim = self._claims.claim(self._lane)
        if claim is None:
            return False
        try:
            self._deliver(claim)
        finally:
            self._claims.give_back()
        return True

    def _deliver(self, claim: Claim) -> None:
        fault = self._parts.fault
        fault("claimed")
        try:
            outgoing = self._compose(claim.notification)
            fault("composed")
            if not self._announce(claim):
                return
            fault("handing over")
            accepted = self._hand_over(claim, outgoing)
            fault("accepted")
        except Permanent as error:
            self._settle(claim, partial(self._fail, code=error.code, by=_by(error)))
        except TryLater as error:
            self._settle(claim, partial(self._put_off, error=error))
        except Exception as error:  # ours: the row must not stay in our hands for ever
            fault_name = type(error).__name__  # its sentence may quote a person's data
            log.error("notification %s: %s", claim.notification.id, fault_name)  # noqa: TRY400
            self._settle(claim, partial(self._put_off, error=TryLater("fault")))
        else:
            self._settle(claim, partial(self._accept, accepted=accepted))
            self._parts.receipts.accepted(accepted.by, accepted.provider_id)
        fault("settled")

    def _compose(self, row: Notification) -> Outgoing:
        ends = find_message(row.message, row.channel).ends(row.params)
        if ends is not None and ends <= self._parts.clock.now():
            raise Permanent("expired", "what it offers is over")
        asked = Asked(
            id=row.id, message=row.message, language=row.language, channel=row.channel,
            address=row.address, params=row.params, thread=row.thread, links=row.links,
        )  # fmt: skip
        return self._parts.composer.compose(asked, row.created_at)

    def _announce(self, claim: Claim) -> bool:
        """Note that the hand-over begins; False if somebody else has taken over meanwhile."""
        with self._parts.database.write() as session:
            if not self._claims.is_mine(session, claim):
                return False
            self._once(session, claim)
            now = self._parts.clock.now()
            note(session, claim.notification, "composed", now)
            note(session, claim.notification, "handed_over", now)
        return True

    def _once(self, session: Session, claim: Claim) -> None:
        """Stop where an attempt before ours was killed after its hand-over began, and a second
        one would be seen twice (`may_repeat`)."""
        if may_repeat(claim.notification.channel, UNCERTAIN):
            return
        last = session.scalar(
            select(Happening.event)
            .where(
                Happening.notification_id == claim.notification.id,
                Happening.event.in_(("handed_over", "deferred", "again")),
            )
            .order_by(Happening.id.desc())
            .limit(1)
        )
        if last == "handed_over":
            raise Permanent(UNCERTAIN, "an attempt was cut short; it may have been accepted")

    def _hand_over(self, claim: Claim, outgoing: Outgoing) -> Accepted:
        try:
            return self._parts.channels[outgoing.channel].send(outgoing)
        except DojangError:
            raise
        except Exception as error:
            raise TryLater(UNCERTAIN, "the hand-over broke off") from error

    def _settle(self, claim: Claim, how: Ending) -> None:
        """Write down what became of it, insisting while the database is away."""
        patience = threading.Event()
        while True:
            try:
                with self._parts.database.write() as session:
                    if self._claims.is_mine(session, claim):
                        row = session.get_one(Notification, claim.notification.id)
                        how(session, row, self._parts.clock.now())
                        row.holder = row.held_until = None
            except TryLater:
                patience.wait(self._insist_s)
            else:
                return

    def _accept(
        self, session: Session, row: Notification, now: datetime, accepted: Accepted
    ) -> None:
        row.state, row.code, row.params, row.links = ACCEPTED, "", {}, []
        row.by, row.provider_id = accepted.by, accepted.provider_id
        note(session, row, "accepted", now, by=accepted.by, provider_id=accepted.provider_id)
        tell_delivered(session, row, self._parts.clock)
        log.info("notification %s accepted, attempt %d", row.id, row.attempts)

    def _put_off(self, session: Session, row: Notification, now: datetime, error: TryLater) -> None:
        code, least_s = error.code, float(error.facts.get("retry_after", 0))
        again_at = next_try(code, row.attempts, row.created_at, now, least_s)
        if not may_repeat(row.channel, code):
            return self._fail(session, row, now, code, _by(error))
        if again_at is None:
            return self._fail(session, row, now, "gave_up", _by(error))
        row.next_at, row.code = again_at, code
        note(session, row, "deferred", now, code, by=_by(error))
        if is_late(row.created_at, now) and not row.delay_told:
            row.delay_told = True
            tell_failed(session, row, self._parts.clock, permanent=False)
        log.warning("notification %s put off (%s)", row.id, code)
        return None

    def _fail(
        self, session: Session, row: Notification, now: datetime, code: str, by: str = ""
    ) -> None:
        row.state, row.code = FAILED, code
        note(session, row, "failed", now, code, by=by)
        tell_failed(session, row, self._parts.clock, permanent=True)
        log.error("notification %s failed for good (%s)", row.id, code)

    def _sleep(self, stop: threading.Event) -> None:
        """Until something is committed, the next attempt is due, or the net."""
        due = self._claims.next_due(self._lane)
        left_s = LONGEST_SLEEP_S
        if due is not None:
            left_s = min(left_s, max(0.05, (due - self._parts.clock.now()).total_seconds()))
        while left_s > 0 and not stop.is_set() and not self._woken.wait(min(left_s, LOOK_UP_S)):
            left_s -= LOOK_UP_S


def _by(error: DojangError) -> str:
    """The server or provider that gave an error, as far as one did."""
    return str(error.facts.get("by", ""))
