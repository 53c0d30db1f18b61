"""The worker of certs: which message leads to which act."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from services.certs import issue, render
from services.certs.bulk.archive import accept
from services.certs.bulk.archivist import Archivist
from services.certs.erase import erase
from services.certs.heads.making import say_heard, take_in
from services.certs.heads.publisher import Publisher
from services.certs.parts import Parts
from services.certs.revoke import announce_again, revoke
from services.certs.templates.compiling import Compiler
from shared.broker import Broker
from shared.consumer import Consumer, Handler, Received
from shared.messages import (
    BULK,
    TRANSACTIONAL,
    ArchiveRequested,
    DocumentErasureRequested,
    DocumentRequested,
    DocumentRevocationRequested,
    Message,
    RenderRequested,
    TrailGrew,
)

LANES = (TRANSACTIONAL, BULK)
Act = Callable[[Session, Received, Parts], None]
Prepare = Callable[[Received, Parts], object]


def work(
    parts: Parts, broker: Broker
) -> list[tuple[str, Consumer | Archivist | Compiler | Publisher]]:
    """A consumer a lane, so that a bulk issue delays nobody's paper; the archivist; what
    compiles uploaded templates; what publishes a head a day."""
    return [
        *((f"certs {lane} consumer", consumer(parts, broker, lane)) for lane in LANES),
        ("certs archivist", Archivist(parts)),
        ("certs templates", Compiler(parts)),
        ("certs heads", Publisher(parts)),
    ]


def consumer(parts: Parts, broker: Broker, lane: str = TRANSACTIONAL) -> Consumer:
    """The consumer of a lane of certs; several may run, in one process or many."""

    def handler(
        message: type[Message], act: Act, prepare: Prepare | None = None, again: Act | None = None
    ) -> Handler:
        return Handler(
            message,
            lambda session, received: act(session, received, parts),
            (lambda received: prepare(received, parts)) if prepare else None,
            again=(lambda session, received: again(session, received, parts)) if again else None,
        )

    return Consumer(
        "certs",
        parts.database,
        broker,
        parts.clock,
        (
            handler(DocumentRequested, issue.issue, issue.prepare, again=issue.announce_again),
            handler(RenderRequested, render.render, render.prepare, again=render.render),
            handler(DocumentRevocationRequested, revoke, again=announce_again),
            handler(DocumentErasureRequested, erase, again=erase),
            handler(TrailGrew, take_in, again=say_heard),
            handler(ArchiveRequested, accept),
        ),
        lane=lane,
        fault=parts.fault,
        traces=parts.traces,
    )
