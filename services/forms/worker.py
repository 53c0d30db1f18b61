"""forms' messages and clockwork: what the other departments answer, what comes due."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar, cast

from sqlalchemy.orm import Session

from services.forms.applications import issuing, mails, preview, replacing
from services.forms.applications.deadlines import Timers
from services.forms.applications.growth import TELL_EVERY_S, tell_growth
from services.forms.bulk import archiving
from services.forms.bulk.worker import Bulk
from services.forms.parts import Parts
from services.forms.privacy import erase, keep
from services.forms.signin import challenge
from shared.broker import Broker
from shared.consumer import Consumer, Handler, Received
from shared.keeping import Keeping
from shared.messages import (
    ArchiveFailed,
    ArchiveFinished,
    ArchiveProgressed,
    DocumentErased,
    DocumentFailed,
    DocumentIssued,
    DocumentRevoked,
    DocumentSuperseded,
    Message,
    NotificationDelivered,
    NotificationFailed,
    RecipientErased,
    RenderFailed,
    RenderFinished,
    TrailHeard,
)
from shared.traces import within

M = TypeVar("M", bound=Message)


def consumer(
    parts: Parts, broker: Broker, fault: Callable[[str], None] = lambda _point: None
) -> Consumer:
    """Handles what certs and notify answer, each effect once."""
    return Consumer(
        "forms", parts.database, broker, parts.clock, handlers(parts), fault=fault,
        traces=parts.traces,
    )  # fmt: skip


def handlers(parts: Parts) -> list[Handler]:
    """What is done about each message: a literal list."""
    return [
        _handler(parts, DocumentIssued, _issued, many=True),
        _handler(parts, DocumentFailed, _failed),
        _handler(parts, DocumentRevoked, issuing.withdrawn_from_use),
        _handler(parts, DocumentSuperseded, issuing.withdrawn_from_use),
        _handler(parts, DocumentErased, erase.erased),
        _handler(parts, ArchiveProgressed, archiving.progressed),
        _handler(parts, ArchiveFinished, archiving.finished),
        _handler(parts, ArchiveFailed, archiving.failed),
        _handler(parts, RenderFinished, preview.finished),
        _handler(parts, RenderFailed, preview.failed),
        _handler(parts, NotificationDelivered, mails.delivered, many=True),
        _handler(parts, NotificationFailed, _not_arrived),
        _handler(parts, TrailHeard, _heard),
        _handler(parts, RecipientErased, _heard),
    ]


def bulk(parts: Parts) -> Bulk:
    """Works on bulk issues."""
    return Bulk(parts)


def timers(parts: Parts) -> Timers:
    """Keeps deadlines."""
    return Timers(parts)


def keeping(parts: Parts) -> Keeping:
    """Forgets what its time is over for."""
    return Keeping("forms", lambda: keep.forget_old(parts, parts.clock.now()))


def growth(parts: Parts) -> Keeping:
    """Tells certs what the chains have gained, for the tree over all of them."""
    return Keeping("forms trails", lambda: tell_growth(parts), TELL_EVERY_S)


def _issued(session: Session, parts: Parts, message: DocumentIssued) -> None:
    """Of a corrected paper, or of an application."""
    if not replacing.issued(session, parts, message):
        issuing.issued(session, parts, message)


def _failed(session: Session, parts: Parts, message: DocumentFailed) -> None:
    if not replacing.failed(session, parts, message):
        issuing.failed(session, parts, message)


def _heard(_session: Session, _parts: Parts, _message: Message) -> None:
    """It was done; what asked for it is said no more, by the consumer itself."""


def _not_arrived(session: Session, parts: Parts, message: NotificationFailed) -> None:
    """A code, or a mail."""
    if not challenge.note_came_back(session, message):
        mails.failed(session, parts, message)


def _handler(
    parts: Parts, kind: type[M], handle: Callable[[Session, Parts, M], None], *, many: bool = False
) -> Handler:
    """`many` come at busy times: then those that lie there have their effect in one transaction."""

    def do(session: Session, received: Received) -> None:
        handle(session, parts, cast(M, received.message))

    def do_all(session: Session, found: Sequence[Received]) -> None:
        for one in found:
            with within(one.span):
                do(session, one)

    return Handler(kind, do, handle_all=do_all if many else None)
