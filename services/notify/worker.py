"""The worker of notify: takes in what is asked, lane by lane, and delivers it."""

from __future__ import annotations

import threading
from typing import Protocol

from sqlalchemy.orm import Session

from services.notify.asking import Asking
from services.notify.claims import Claims
from services.notify.deliver import Deliverer
from services.notify.forget import forget, forget_old
from services.notify.forgetting import Forgetting
from services.notify.parts import Parts
from services.notify.receive import receive, receive_all
from services.notify.telling import tell_again
from shared.broker import Broker
from shared.consumer import Consumer, Handler, Received
from shared.keeping import Keeping
from shared.messages import (
    BULK,
    CODES,
    LANES,
    TRANSACTIONAL,
    NotificationRequested,
    RecipientForgotten,
)


class Endless(Protocol):
    """Work that goes on until told to stop."""

    def run(self, stop: threading.Event) -> None:
        """Work; return soon after `stop` is set."""
        ...


HANDS = {CODES: 2, TRANSACTIONAL: 4, BULK: 4}


def consumers(parts: Parts, broker: Broker) -> list[Consumer]:
    """One consumer a lane."""

    def erase(session: Session, received: Received) -> None:
        forget(session, received, parts.clock)

    handlers = (
        Handler(
            NotificationRequested,
            lambda session, received: receive(session, received, parts.clock),
            handle_all=lambda session, received: receive_all(session, received, parts.clock),
            again=lambda session, received: tell_again(session, received.message, parts.clock),
        ),
        Handler(RecipientForgotten, erase, again=erase),
    )
    return [
        Consumer(
            "notify",
            parts.database,
            broker,
            parts.clock,
            handlers,
            lane=lane,
            fault=parts.fault,
            traces=parts.traces,
        )
        for lane in LANES
    ]


def deliverers(parts: Parts) -> tuple[Claims, list[Deliverer]]:
    """The deliverer of each lane, and what keeps their claims alive."""
    claims = Claims(parts.database, parts.clock)
    if parts.database.is_sqlite:
        claims.release_all()  # one process uses an SQLite database: whoever held them is dead
    made = [Deliverer(parts, claims, lane, hands=HANDS[lane]) for lane in LANES]
    return claims, made


def work(parts: Parts, broker: Broker) -> list[tuple[str, Endless]]:
    """Everything that a worker of notify runs, but for the relay of its outbox."""
    claims, made = deliverers(parts)
    keeping = Keeping("notify", lambda: forget_old(parts, parts.clock.now()))
    threads: list[tuple[str, Endless]] = [("notify claims", claims), ("notify keeping", keeping)]
    for lane, consumer in zip(LANES, consumers(parts, broker), strict=True):
        threads.append((f"notify {lane}", consumer))
    asking = Asking(parts.database, parts.clock, parts.channels, parts.receipts)
    threads.append(("notify receipts", asking))
    threads.append(("notify forgetting", Forgetting(parts.database, parts.clock)))
    for lane, deliverer in zip(LANES, made, strict=True):
        threads.append((f"notify {lane} deliverer", deliverer))
    return threads
