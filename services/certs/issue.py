"""Issuing a document: fill, sign, number, store, announce.

What takes long (LibreOffice, a time-stamp authority) is prepared before the
consumer's transaction, and thrown away when that fails. The file's id follows
from the issue, so that after a crash between storing and committing the second
attempt puts its file in the place of the first one's, which no ledger ever knew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, cast

from sqlalchemy.orm import Session

from services.certs import counted, ledger, number
from services.certs.library import Version
from services.certs.parts import Parts
from services.certs.press import Order
from shared import outbox
from shared.consumer import Received
from shared.errors import Permanent, TryLater
from shared.files import Stored
from shared.messages import (
    DocumentFailed,
    DocumentIssued,
    DocumentRequested,
    JsonObject,
    Message,
)
from shared.traces import Facts, part

OFFICE_ATTEMPTS = 3  # a minute each at most, before the office is told
Made = TypeVar("Made")


@dataclass(frozen=True)
class Printed:
    """A signed paper that lies nowhere yet."""

    template: Version
    number: str
    at: datetime
    pdf: bytes
    signature: dict[str, str]  # its level and since when, as read from the file
    by_office: bool = False  # no layout served: LibreOffice laid it out


def prepare(received: Received, parts: Parts) -> Printed | Permanent:
    """Fill, number and sign, outside of every transaction; or the reason why it cannot be done."""
    request = cast(DocumentRequested, received.message)
    return attempted(received, lambda: _fill_sign_and_number(request, parts))


def attempted(received: Received, work: Callable[[], Made]) -> Made | Permanent:
    """What came of work, or why nothing can: LibreOffice may fail at it a few times first."""
    try:
        return work()
    except Permanent as problem:
        return problem
    except TryLater as error:
        if error.code != "office_failed" or received.attempt < OFFICE_ATTEMPTS:
            raise
        return Permanent("office_failed", "LibreOffice failed at it each time")


def issue(session: Session, received: Received, parts: Parts) -> None:
    """Fill, sign, number, store, announce; an issue that was done before is left alone.

    What can never be printed (a missing glyph, a text too long, no such
    template) leaves nothing in the ledger and is announced as `document.failed`.
    """
    request = cast(DocumentRequested, received.message)
    if ledger.claim(session, request.issue_id):
        return
    printed = received.prepared or prepare(received, parts)
    if isinstance(printed, Permanent):
        _announce(session, received, parts, _failed(request, printed))
        return
    if ledger.find(session, printed.number):
        raise TryLater("number_taken", "this number was drawn before")
    parts.fault("filled")
    stored = _store(session, request, printed, parts)
    parts.fault("stored")
    ledger.enter(session, _entry(request, printed, stored))
    if printed.by_office:
        counted.count(session, printed.template)
    parts.fault("entered")
    _announce(session, received, parts, _issued(request, printed, stored))
    parts.fault("announced")


def announce_again(session: Session, received: Received, parts: Parts) -> None:
    """Say again what became of an issue, for whoever asks for it again has not heard.

    Of a failure nothing was kept, and it might succeed now: staff are told that, and retry.
    """
    request = cast(DocumentRequested, received.message)
    document = ledger.claim(session, request.issue_id)
    if document is None:
        lost = Permanent("reason_lost", "it failed, and the reason did not arrive")
        _announce(session, received, parts, _failed(request, lost))
        return
    said = DocumentIssued(
        issue_id=document.issue_id,
        application_id=document.application_id,
        number=document.number,
        sha256=document.sha256,
        template_version=document.template_version,
        issued_at=document.issued_at,
    )
    _announce(session, received, parts, said)


def file_id_of(purpose: str, key: str) -> str:
    """The file id of an effect: the same for each attempt at it."""
    return hashlib.sha256(f"{purpose}:{key}".encode()).hexdigest()[:32]


def order_of(template: Version, facts: JsonObject) -> Order:
    """The order that the facts of a request describe. Raises Permanent("bad_facts")."""
    values, pictures = facts.get("values", {}), facts.get("pictures", {})
    proves = facts.get("proves", [])  # orders of before have none
    if not isinstance(values, dict) or not isinstance(pictures, dict):
        raise Permanent("bad_facts", "values and pictures are JSON objects")
    if not isinstance(proves, list) or not all(isinstance(name, str) for name in proves):
        raise Permanent("bad_facts", "proves is a list of names of values", field="proves")
    for name, picture in pictures.items():
        if not isinstance(picture, dict) or {"file_id", "sha256"} - set(picture):
            raise Permanent("bad_facts", "a picture has file_id and sha256", field=name)
    return Order(template, values, pictures, proves)


def of_template(template: Version) -> Facts:
    """What a span says of a paper that is made."""
    return {
        "dojang.kind": template.kind,
        "dojang.language": template.language,
        "dojang.template": template.version,
    }


def failure_detail(problem: Permanent) -> JsonObject:
    """What forms may be told of a failure: the error's own plain facts, the field among them."""
    plain = (str, int, float, bool, type(None))
    return {
        name: value if isinstance(value, plain) else [str(one) for one in value]
        for name, value in problem.facts.items()
        if isinstance(value, (*plain, list, tuple))
    }


def _fill_sign_and_number(request: DocumentRequested, parts: Parts) -> Printed:
    template = parts.library.find(request.kind, request.language, request.template_version)
    with part("make document", facts=of_template(template)):
        return _made(request, template, parts)


def _made(request: DocumentRequested, template: Version, parts: Parts) -> Printed:
    order = order_of(template, request.facts)
    _check_shows(request.facts)
    drawn, at = number.draw(), parts.clock.now()
    paper = parts.press.paper(order, drawn, at)
    pdf = parts.press.document(order, drawn, at, paper)
    reached = parts.signing.judged(pdf)
    signature = {"level": reached.level, "at": (reached.at or at).isoformat()}
    return Printed(template, drawn, at, pdf, signature, paper.by_office)


def _check_shows(facts: JsonObject) -> None:
    shows = facts.get("shows", [])
    fine = isinstance(shows, list) and all(
        isinstance(one, dict)
        and set(one) >= {"field", "value"}
        and isinstance(one["field"], str)
        and isinstance(one["value"], str)
        for one in shows
    )
    if not fine:
        raise Permanent("bad_facts", "shows is a list of {field, value}", field="shows")


def _store(session: Session, request: DocumentRequested, printed: Printed, parts: Parts) -> Stored:
    """Put the file and read it back: what is announced is what lies there.

    The transaction is asked once more before: a worker that was held up so long
    that its database gave up on it must not put its file over another's.
    """
    ledger.claim(session, request.issue_id)
    stored = parts.files.put(printed.pdf, file_id_of("document", request.issue_id))
    try:
        back = parts.files.get(stored.file_id)
    except Permanent as error:
        raise TryLater("store_unavailable", "the store does not give back what was put") from error
    if back != printed.pdf:
        raise TryLater("store_unavailable", "the store does not give back what was put")
    return stored


def _entry(request: DocumentRequested, printed: Printed, stored: Stored) -> ledger.Issue:
    return ledger.Issue(
        number=printed.number,
        issue_id=request.issue_id,
        application_id=request.application_id,
        kind=request.kind,
        language=request.language,
        template_version=printed.template.version,
        facts=request.facts,
        file_id=stored.file_id,
        sha256=stored.sha256,
        issued_at=printed.at,
        signature=printed.signature,
        by=request.by,
    )


def _issued(request: DocumentRequested, printed: Printed, stored: Stored) -> DocumentIssued:
    return DocumentIssued(
        issue_id=request.issue_id,
        application_id=request.application_id,
        number=printed.number,
        sha256=stored.sha256,
        template_version=printed.template.version,
        issued_at=printed.at,
    )


def _failed(request: DocumentRequested, problem: Permanent) -> DocumentFailed:
    return DocumentFailed(
        issue_id=request.issue_id,
        application_id=request.application_id,
        code=problem.code,
        detail=failure_detail(problem),
    )


def _announce(session: Session, received: Received, parts: Parts, message: Message) -> None:
    outbox.answer(session, message, received.envelope, clock=parts.clock)
