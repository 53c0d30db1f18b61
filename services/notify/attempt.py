"""One attempt at a notification: compose, hand over, and what is to be noted of it.

The only moment in which a crash leads to a second copy lies between the
server's yes and the commit of what was noted; that copy bears the same
Message-ID. Before it a crash loses nothing, after it repeats nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
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
from shared.traces import NO_SPAN, Facts, Kind, Span, doing, within
from shared.traces.span import CASE, opaque

How = Callable[[Session, Notification, datetime], None]

log = logging.getLogger("dojang.notify")


@dataclass
class Attempt:
    """A claim with what became of it; `steps` happened at their times and are not noted yet."""

    claim: Claim
    how: How | None = None  # None: it is somebody else's by now
    accepted: Accepted | None = None
    steps: list[tuple[str, datetime]] = field(default_factory=list)
    span: Span = NO_SPAN

    def write(self, session: Session, row: Notification, now: datetime) -> None:
        """Note it all; `row` is the claim's, locked."""
        for event, at in self.steps:
            note(session, row, event, at)
        if self.how is not None:
            with within(self.span):
                self.how(session, row, now)
        row.holder = row.held_until = None


def try_once(parts: Parts, claims: Claims, claim: Claim) -> Attempt:
    """Compose and hand over; nothing of it raises."""
    attempt = Attempt(claim, span=_span(parts, claim))
    with doing(attempt.span):
        _try(parts, claims, attempt)
    return attempt


def _span(parts: Parts, claim: Claim) -> Span:
    row = claim.notification
    facts: Facts = {"dojang.attempt": claim.attempt, **opaque(CASE, row.correlation_id)}
    return parts.traces.begin(f"send {row.channel}", Kind.CLIENT, facts, row.traceparent or "")


def _try(parts: Parts, claims: Claims, attempt: Attempt) -> None:
    try:
        attempt.accepted = _hand_over(parts, claims, attempt)
    except Permanent as error:
        attempt.span.fail(error.code)
        attempt.how = partial(_fail, parts, code=error.code, by=_by(error))
    except TryLater as error:
        attempt.span.fail(error.code)
        attempt.how = partial(_put_off, parts, error=error)
    except Exception as error:  # ours: the row must not stay in our hands for ever
        fault_name = type(error).__name__  # its sentence may quote a person's data
        log.error("notification %s: %s", attempt.claim.notification.id, fault_name)  # noqa: TRY400
        attempt.span.fail(fault_name)
        attempt.how = partial(_put_off, parts, error=TryLater("fault"))
    else:
        if attempt.accepted is not None:
            attempt.how = partial(_accept, parts, accepted=attempt.accepted)


def _hand_over(parts: Parts, claims: Claims, attempt: Attempt) -> Accepted | None:
    """None: somebody else has taken over meanwhile."""
    claim = attempt.claim
    parts.fault("claimed")
    outgoing = _compose(parts, claim.notification)
    attempt.span.note("dojang.mail", claim.notification.message)  # a name of the catalog
    attempt.steps.append(("composed", parts.clock.now()))
    parts.fault("composed")
    if not _begin(parts, claims, attempt):
        return None
    parts.fault("handing over")
    try:
        accepted = parts.channels[outgoing.channel].send(outgoing)
    except DojangError:
        raise
    except Exception as error:
        raise TryLater(UNCERTAIN, "the hand-over broke off") from error
    parts.fault("accepted")
    return accepted


def _compose(parts: Parts, row: Notification) -> Outgoing:
    ends = find_message(row.message, row.channel).ends(row.params)
    if ends is not None and ends <= parts.clock.now():
        raise Permanent("expired", "what it offers is over")
    asked = Asked(
        id=row.id, message=row.message, language=row.language, channel=row.channel,
        address=row.address, params=row.params, thread=row.thread, links=row.links,
    )  # fmt: skip
    return parts.composer.compose(asked, row.created_at)


def _begin(parts: Parts, claims: Claims, attempt: Attempt) -> bool:
    """Whether the hand-over may begin.

    A mail is begun on the word of a fresh claim, and noted when it is over: a
    second copy of it can be told. An SMS is noted before it leaves, for one
    that was begun by somebody who died is never begun again.
    """
    row = attempt.claim.notification
    attempt.steps.append(("handed_over", parts.clock.now()))
    if may_repeat(row.channel, UNCERTAIN) and claims.is_fresh(attempt.claim):
        return True
    with parts.database.write() as session:
        if not claims.is_mine(session, attempt.claim):
            attempt.steps.clear()
            return False
        _once(session, row)
        for event, at in attempt.steps:
            note(session, row, event, at)
    attempt.steps.clear()
    return True


def _once(session: Session, row: Notification) -> None:
    """Stop where an attempt before ours was killed after its hand-over began, and a second
    one would be seen twice (`may_repeat`)."""
    if may_repeat(row.channel, UNCERTAIN):
        return
    last = session.scalar(
        select(Happening.event)
        .where(
            Happening.notification_id == row.id,
            Happening.event.in_(("handed_over", "deferred", "again")),
        )
        .order_by(Happening.id.desc())
        .limit(1)
    )
    if last == "handed_over":
        raise Permanent(UNCERTAIN, "an attempt was cut short; it may have been accepted")


def _accept(
    parts: Parts, session: Session, row: Notification, now: datetime, accepted: Accepted
) -> None:
    row.state, row.code, row.params, row.links = ACCEPTED, "", {}, []
    row.by, row.provider_id = accepted.by, accepted.provider_id
    note(session, row, "accepted", now, by=accepted.by, provider_id=accepted.provider_id)
    tell_delivered(session, row, parts.clock)
    log.info("notification %s accepted, attempt %d", row.id, row.attempts)


def _put_off(
    parts: Parts, session: Session, row: Notification, now: datetime, error: TryLater
) -> None:
    code, least_s = error.code, float(error.facts.get("retry_after", 0))
    again_at = next_try(code, row.attempts, row.created_at, now, least_s)
    if not may_repeat(row.channel, code):
        return _fail(parts, session, row, now, code, _by(error))
    if again_at is None:
        return _fail(parts, session, row, now, "gave_up", _by(error))
    row.next_at, row.code = again_at, code
    note(session, row, "deferred", now, code, by=_by(error))
    if is_late(row.created_at, now) and not row.delay_told:
        row.delay_told = True
        tell_failed(session, row, parts.clock, permanent=False)
    log.warning("notification %s put off (%s)", row.id, code)
    return None


def _fail(
    parts: Parts, session: Session, row: Notification, now: datetime, code: str, by: str = ""
) -> None:
    row.state, row.code = FAILED, code
    note(session, row, "failed", now, code, by=by)
    tell_failed(session, row, parts.clock, permanent=True)
    log.error("notification %s failed for good (%s)", row.id, code)


def _by(error: DojangError) -> str:
    """The server or provider that gave an error, as far as one did."""
    return str(error.facts.get("by", ""))
