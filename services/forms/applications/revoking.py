"""Ending a document before its time: one person asks; of a sensitive kind another one confirms.

certs is asked when nobody is missing any more, and the student hears of it
when it has taken effect, never of what was only asked for or was refused.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.forms.applications import cases, endings, replacing
from services.forms.applications.describing import document_view
from services.forms.applications.documents import CODES, visible
from services.forms.applications.endings import EndingRow
from services.forms.applications.said_by import check_reason
from services.forms.applications.tables import ApplicationRow, DocumentRow
from services.forms.applications.trail import by, note
from services.forms.applications.values import DocumentView
from services.forms.parts import Parts
from services.forms.signin.person import Person
from shared import outbox
from shared.errors import Conflict, Forbidden, Refused
from shared.messages import DocumentRevocationRequested

CONFIRM, REFUSE = "confirm", "refuse"


def revoke(
    session: Session, parts: Parts, person: Person, number: str, code: str, reason: str | None
) -> DocumentView:
    """Ask certs to revoke it, or a second person to confirm that (the view's `ending` says which).

    The code is public, the reason stays in the office. Raises Forbidden, NotFound,
    Refused("bad_code" | "reason_needed"), Conflict("not_valid" | "being_replaced").
    """
    row, found, said = _begin(session, parts, person, number, code, reason)
    under_way = endings.under_way(session, found.number)
    if under_way is not None and under_way.way == endings.REPLACE:
        raise Conflict("being_replaced", "a corrected one is on its way", state=found.state)
    if under_way is None and found.reason is None:  # asked once; again changes nothing
        if parts.kind(found.kind).sensitive:
            _ask(session, parts, person, row, found, endings.REVOKE, code, said)
        else:
            found.code, found.reason = code, said
            note(
                session, parts.clock, row, by(person), "revocation_requested",
                code=code, reason=said,
            )  # fmt: skip
            request = DocumentRevocationRequested(number=found.number, code=code, by=person.id)
            outbox.add(session, request, clock=parts.clock, correlation_id=row.id)
    return _view(session, parts, row, found, person)


def replace(
    session: Session, parts: Parts, person: Person, number: str, code: str, reason: str | None
) -> DocumentView:
    """Issue it again with the register's present facts; the old one is superseded by the new.

    Of a sensitive kind a second person confirms first. Raises Forbidden, NotFound,
    Refused("bad_code" | "reason_needed" | "findings"), Conflict("not_valid" | "being_revoked").
    """
    row, found, said = _begin(session, parts, person, number, code, reason)
    under_way = endings.under_way(session, found.number)
    if found.reason is not None or (under_way and under_way.way == endings.REVOKE):
        raise Conflict("being_revoked", "its revocation is on its way", state=found.state)
    if under_way is None:
        replacing.must_be_true_now(session, parts, row)
        ending = _ask(session, parts, person, row, found, endings.REPLACE, code, said)
        if not parts.kind(found.kind).sensitive:
            replacing.print_newer(session, parts, row, ending)
    return _view(session, parts, row, found, person)


def decide(
    session: Session,
    parts: Parts,
    person: Person,
    number: str,
    decision: str,
    reason: str | None = None,
) -> DocumentView:
    """A second person of the office confirms or refuses; whoever asked may only take it back.

    Raises Forbidden("staff_only" | "second_person"), NotFound, Refused("bad_decision" |
    "reason_needed" | "findings"), Conflict("not_awaiting").
    """
    row, found = visible(session, parts, person, number)
    _must_be_staff(person)
    if decision not in (CONFIRM, REFUSE):
        raise Refused("bad_decision", "confirm or refuse", field="decision")
    said = check_reason(reason, needed=decision == REFUSE)
    _hold(session, row, found)
    ending = endings.under_way(session, found.number)
    if ending is None or ending.state != endings.AWAITING:
        raise Conflict("not_awaiting", "nothing waits for a second person", state=found.state)
    if decision == CONFIRM and ending.asked_by == person.id:
        raise Forbidden("second_person", "whoever asked for it cannot confirm it")
    ending.decided_by, ending.decided_at = person.id, parts.clock.now()
    if decision == REFUSE:
        ending.state, ending.refusal = endings.REFUSED, said
        note(session, parts.clock, row, by(person), f"{ending.way}_refused", reason=said)
    else:
        note(session, parts.clock, row, by(person), f"{ending.way}_confirmed", reason=said)
        _go_on(session, parts, row, found, ending)
    return _view(session, parts, row, found, person)


def _begin(
    session: Session, parts: Parts, person: Person, number: str, code: str, reason: str | None
) -> tuple[ApplicationRow, DocumentRow, str]:
    """The document, held until the transaction ends, if it can end; and the reason to keep."""
    row, found = visible(session, parts, person, number)
    _must_be_staff(person)
    if code not in CODES:
        raise Refused("bad_code", "error, withdrawn or other", field="code")
    said = check_reason(reason, needed=True) or ""
    _hold(session, row, found)
    if found.state != "issued":
        raise Conflict("not_valid", "already revoked or superseded", state=found.state)
    return row, found, said


def _must_be_staff(person: Person) -> None:
    if person.role != "staff":
        raise Forbidden("staff_only", "only the office ends documents")


def _hold(session: Session, row: ApplicationRow, found: DocumentRow) -> None:
    """One after the other: it is asked, confirmed, and told, once."""
    cases.locked(session, row.id)
    session.refresh(row)
    session.refresh(found)


def _ask(
    session: Session,
    parts: Parts,
    person: Person,
    row: ApplicationRow,
    found: DocumentRow,
    way: str,
    code: str,
    said: str,
) -> EndingRow:
    ending = EndingRow(
        number=found.number,
        application_id=row.id,
        way=way,
        code=code,
        reason=said,
        state=endings.AWAITING,
        asked_by=person.id,
        asked_at=parts.clock.now(),
    )
    session.add(ending)
    note(session, parts.clock, row, by(person), f"{way}_asked", code=code, reason=said)
    session.flush()
    return ending


def _go_on(
    session: Session, parts: Parts, row: ApplicationRow, found: DocumentRow, ending: EndingRow
) -> None:
    if ending.way == endings.REPLACE:
        replacing.must_be_true_now(session, parts, row)
        replacing.print_newer(session, parts, row, ending)
        return
    endings.ask_certs(session, parts, found, ending)


def _view(
    session: Session, parts: Parts, row: ApplicationRow, found: DocumentRow, person: Person
) -> DocumentView:
    last = endings.last_of(session, row.id).get(found.number)
    return document_view(parts, found, row.number, person, endings.view(session, last))
