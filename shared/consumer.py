"""The consumer: every message of a lane has its effect once, however often it is delivered.

A handler runs in the transaction that also writes the inbox row; the message
is acked after that commit. So a crash at any point leads to a second delivery
and never to a second effect. What can never succeed becomes a dead letter;
everything else is tried again after growing delays. While the database is
away nothing is tried at all: the message stays in hand.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any

from sqlalchemy.orm import Session

from shared.broker import Broker, Delivery, Subscription
from shared.clock import Clock
from shared.database import Database
from shared.errors import DojangError, Permanent, TryLater
from shared.inbox import is_done, is_new, those_new
from shared.logs import about
from shared.messages import TRANSACTIONAL, Envelope, Message
from shared.relay import no_fault
from shared.traces import NO_SPAN, NO_TRACES, Span, Traces, doing, here, within
from shared.traces.messages import handling
from shared.traces.span import OUTCOME
from shared.unanswered import answered

PREFETCH = 20
LOOK_UP_S = 0.5  # how long a stop may go unseen
FIRST_REST_S = 0.25
LONGEST_REST_S = 15.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Received:
    """A message, the envelope that it came in, which attempt at it this is (from 1), what was
    prepared for it, and the span in which it is handled."""

    message: Message
    envelope: Envelope
    attempt: int = 1
    prepared: Any = None
    span: Span = NO_SPAN


@dataclass(frozen=True)
class Handler:
    """What to do about a type of message, within the given transaction.

    `prepare` does before that what takes long (a transaction keeps others from writing): it must
    be safe to repeat, and its result may be thrown away. `handle_all` does for many in one
    transaction what `handle` does for one; where any of them fails, each is handled by itself.
    What it says for one of them it says `within` that one's span. `again` answers once more what
    has its effect already: whoever asked may not have heard the answer.
    """

    message: type[Message]
    handle: Callable[[Session, Received], None]
    prepare: Callable[[Received], Any] | None = None
    handle_all: Callable[[Session, Sequence[Received]], None] | None = None
    again: Callable[[Session, Received], None] | None = None


class Consumer:
    """Handles one lane of one service. Several may work on a lane, in one process or many."""

    def __init__(
        self,
        service: str,
        database: Database,
        broker: Broker,
        clock: Clock,
        handlers: Sequence[Handler],
        *,
        lane: str = TRANSACTIONAL,
        prefetch: int = PREFETCH,
        fault: Callable[[str], None] = no_fault,
        traces: Traces = NO_TRACES,
    ) -> None:
        self._database, self._broker, self._clock = database, broker, clock
        self._handlers = {handler.message.type: handler for handler in handlers}
        self._lane = broker.topology.lane(service, lane)
        self._prefetch, self._fault, self._traces = prefetch, fault, traces

    def run(self, stop: threading.Event) -> None:
        """Handle whatever comes until `stop`; the message in hand is finished first."""
        rest_s = FIRST_REST_S
        while not stop.is_set():
            begun = time.monotonic()
            try:
                self._consume(stop)
            except TryLater as error:
                rest_s = FIRST_REST_S if time.monotonic() - begun > LONGEST_REST_S else rest_s
                log.warning("%s rests %.2f s (%s)", self._lane.queue, rest_s, error.code)
                stop.wait(rest_s)
                rest_s = min(rest_s * 2, LONGEST_REST_S)

    def drain(
        self,
        patience_s: float = 0.0,
        *,
        most: int | None = None,
        stop: threading.Event | None = None,
    ) -> int:
        """Handle what lies there, until nothing comes for `patience_s` or `most` came; gives how
        many came. With a `stop` that is set it waits for nothing, not even for a database."""
        stop, count = stop or threading.Event(), 0
        subscription = self._broker.subscribe(self._lane, self._prefetch)
        try:
            while count != most and (found := self._next(subscription, patience_s, count, most)):
                self._settle_all(subscription, found, stop)
                count += len(found)
        finally:
            subscription.close()
        return count

    def _consume(self, stop: threading.Event) -> None:
        if not self._database.ready():  # take nothing that could only be held
            raise TryLater("database_unavailable")
        subscription = self._broker.subscribe(self._lane, self._prefetch)
        try:
            while not stop.is_set():
                self._settle_all(subscription, self._next(subscription, LOOK_UP_S), stop)
        finally:
            subscription.close()

    def _next(
        self, subscription: Subscription, timeout_s: float, count: int = 0, most: int | None = None
    ) -> list[Delivery]:
        """The next delivery, with what lies behind it where all can be handled at once; no more
        than make `most` of the `count` that came before."""
        limit = self._prefetch if most is None else min(self._prefetch, most - count)
        found: list[Delivery] = []
        delivery = subscription.next(timeout_s)
        while delivery is not None:
            found.append(delivery)
            handler = self._handlers.get(delivery.type)
            if handler is None or handler.handle_all is None or len(found) >= limit:
                break
            delivery = subscription.next(0)
        return found

    def _settle_all(
        self, subscription: Subscription, deliveries: Sequence[Delivery], stop: threading.Event
    ) -> None:
        """Those of a type at once, if that can be; else one after the other."""
        for type_ in dict.fromkeys(one.type for one in deliveries):
            together = [one for one in deliveries if one.type == type_]
            if not self._settle_together(subscription, together):
                for delivery in together:
                    self._settle(subscription, delivery, stop)

    def _settle_together(self, subscription: Subscription, deliveries: Sequence[Delivery]) -> bool:
        """One effect for all; False, and nothing has happened, where that cannot be."""
        handler = self._handlers.get(deliveries[0].type)
        if len(deliveries) == 1 or handler is None or handler.handle_all is None:
            return False
        begun = time.perf_counter()
        spans = [self._span(one) for one in deliveries]
        try:
            again = self._have_effects(deliveries, spans)
        except Exception as error:  # each says by itself what is wrong with it
            log.info("%s: one by one (%s)", self._lane.queue, type(error).__name__)
            return False
        self._fault("before ack")
        subscription.ack_all(deliveries)
        ms = (time.perf_counter() - begun) * 1000
        for place, one in enumerate(deliveries):  # each by itself, so that its case can be followed
            spans[place].note(OUTCOME, "again" if place in again else "done")
            spans[place].end()
            with about(one.correlation_id), within(spans[place]):
                log.info(
                    "%s %s done at %s in %.0f ms with %d others",
                    *(one.type, one.id, self._lane.queue, ms, len(deliveries) - 1),
                )
        return True

    def _have_effects(self, deliveries: Sequence[Delivery], spans: Sequence[Span]) -> set[int]:
        """Gives the places of those whose effect was had before."""
        handler = self._handlers[deliveries[0].type]
        received = [_received(one, span) for one, span in zip(deliveries, spans, strict=True)]
        with self._database.write() as session:
            _note_answers(session, received)
            pairs = [(one.envelope, one.message) for one in received]
            places = those_new(session, pairs, self._clock.now())
            if places and handler.handle_all is not None:
                handler.handle_all(session, [received[place] for place in places])
                self._fault("before commit")
            again = set(range(len(received))) - set(places)
            for place in again:
                _answer_again(session, handler, received[place])
        return again

    def _settle(
        self, subscription: Subscription, delivery: Delivery, stop: threading.Event
    ) -> None:
        """Have the effect, and tell the broker how it went."""
        with about(delivery.correlation_id), doing(self._span(delivery)) as span:
            span.note(OUTCOME, self._settle_it(subscription, delivery, stop))

    def _span(self, delivery: Delivery) -> Span:
        return handling(self._traces, self._lane.queue, delivery)

    def _settle_it(
        self, subscription: Subscription, delivery: Delivery, stop: threading.Event
    ) -> str:
        begun = time.perf_counter()
        try:
            outcome = self._have_effect_when_possible(delivery, stop)
            self._fault("before ack")
        except _Stopped:
            return "stopped"  # unsettled: it is delivered again
        except Permanent as error:
            log.warning("%s %s is dead: %s", delivery.type, delivery.id, error.code)
            here().fail(error.code)
            subscription.bury(delivery, error.code, self._clock.now())
            return "dead"
        except Exception as error:  # whatever it is, it may go better later
            reason = error.code if isinstance(error, DojangError) else "unexpected"
            log.warning("%s %s failed: %s", delivery.type, delivery.id, _traced(error))
            here().fail(reason)
            subscription.retry(delivery, reason, self._clock.now())
            return "retried"
        subscription.ack(delivery)
        ms = (time.perf_counter() - begun) * 1000
        log.info("%s %s done at %s in %.0f ms", delivery.type, delivery.id, self._lane.queue, ms)
        return outcome

    def _have_effect_when_possible(self, delivery: Delivery, stop: threading.Event) -> str:
        rest_s = FIRST_REST_S
        while True:
            try:
                return self._have_effect(delivery)
            except TryLater as error:
                if error.code != "database_unavailable":
                    raise
            log.warning("%s waits for the database", self._lane.queue)
            if stop.wait(rest_s):
                raise _Stopped
            rest_s = min(rest_s * 2, LONGEST_REST_S)

    def _have_effect(self, delivery: Delivery) -> str:
        """Gives "done", or "again" where the effect was had before."""
        received = _received(delivery, here())
        envelope = received.envelope
        handler = self._handlers.get(envelope.type)
        if handler is None:
            raise Permanent("no_handler", f"{self._lane.queue} has no handler of {envelope.type}")
        if handler.prepare is not None and not self._is_done(received):
            received = replace(received, prepared=handler.prepare(received))
        with self._database.write() as session:
            _note_answers(session, [received])
            if is_new(session, envelope, received.message, self._clock.now()):
                handler.handle(session, received)
                self._fault("before commit")
                return "done"
            _answer_again(session, handler, received)
        log.info("%s %s again: no second effect", envelope.type, envelope.id)
        return "again"

    def _is_done(self, received: Received) -> bool:
        with self._database.read() as session:
            return is_done(session, received.envelope, received.message)


def _received(delivery: Delivery, span: Span) -> Received:
    envelope = Envelope.from_json(delivery.body)
    return Received(envelope.message(), envelope, delivery.failures.attempts + 1, span=span)


def _note_answers(session: Session, received: Sequence[Received]) -> None:
    """What these answer was heard: it need not be kept any more."""
    asked = [
        one.envelope.causation_id
        for one in received
        if one.message.answers and one.envelope.causation_id is not None
    ]
    if asked:
        answered(session, asked)


def _answer_again(session: Session, handler: Handler, received: Received) -> None:
    if handler.again is not None:
        with within(received.span):
            handler.again(session, received)


class _Stopped(BaseException):
    """The consumer was told to stop while it waited."""


def _traced(error: Exception) -> str:
    """What failed and where, without the sentence: that may quote a person's data."""
    trace: TracebackType | None = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    code = error.code if isinstance(error, DojangError) else type(error).__name__
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "nowhere"
    return f"{code} at {where}"
