"""All requests that wait for one professor, behind one link, signed in one sitting.

The link (purpose `queue`, subject the professor) is mailed to the address on record alone and
shows every request whole; each that is ticked is signed on its own hash, in a transaction of its
own, by the very decision that its own link makes, so that one that changed keeps no other back.
Each mail is the next generation: an older link, or one sent to a former address, opens nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.forms.applications import approvals, drawing
from services.forms.applications.said_by import check_signature
from services.forms.applications.tables import (
    ApplicationRow,
    NotificationRow,
    ProfessorQueueRow,
    StepRow,
    new_id,
)
from services.forms.applications.values import ApprovalView
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.values import Professor
from shared import outbox
from shared.clock import SEOUL
from shared.errors import DojangError, Gone, NotFound, Permanent, Refused, TooMany
from shared.links import Link, make_link, read_link
from shared.messages import TRANSACTIONAL, NotificationRequested

PURPOSE, MESSAGE = "queue", "queue_link"
VALID = timedelta(days=14)
AGAIN_AFTER = timedelta(minutes=10)
SHOWN_MOST = 20  # requests of a page; the most urgent first


@dataclass(frozen=True)
class Request:
    """One request of the queue; `token` is what its own link would hold."""

    token: str
    view: ApprovalView

    @property
    def by_itself(self) -> bool:
        """Whether it needs its own page, for a letter, a vote or a code."""
        view = self.view
        return view.letter is not None or view.panel is not None or view.asks_code


@dataclass(frozen=True)
class Queue:
    """What waits for a professor; `more` did not find room."""

    professor: Professor
    requests: tuple[Request, ...]
    more: int
    expires_at: datetime


@dataclass(frozen=True)
class Signed:
    """What came of one: signed, or why not (an error's code)."""

    number: str
    title: str
    student: str
    result: str


def look(session: Session, parts: Parts, token: str) -> Queue:
    """Everything that can be signed now. A pure read, whoever opens it.

    Raises NotFound("unknown_link"), Gone("link_expired" | "link_replaced").
    """
    row = _find(session, parts, token)
    found = _requests(session, parts, row.professor_id)
    professor = register.find_professor(session, row.professor_id)
    more = max(0, len(found) - SHOWN_MOST)
    return Queue(professor, tuple(found[:SHOWN_MOST]), more, row.expires_at)


def sign(
    parts: Parts,
    token: str,
    ticked: Sequence[tuple[str, str]],
    typed: str | None,
    drawn: bytes | None = None,
) -> list[Signed]:
    """Sign each (token of a request, hash of what was shown) with one name, typed or drawn.

    Raises what `look` raises, Refused("nothing_ticked" | "signature_needed" | "signature_bad");
    what stands against one alone is in its result, and the others are signed.
    """
    with parts.database.read() as session:
        queue = look(session, parts, token)
    known = {one.token: one for one in queue.requests}
    if not ticked:
        raise Refused("nothing_ticked", "no request is ticked", field="requests")
    if drawn is not None:
        drawn = drawing.clean(drawn)
    else:
        check_signature(typed or "")
    done = []
    for request_token, shown in ticked:
        request = known.get(request_token)
        result = _sign_one(parts, request, shown, typed, drawn) if request else "link_closed"
        done.append(_told(queue, request, result))
    return done


def professor_of(session: Session, parts: Parts, token: str) -> str:
    """Whose queue a link opens now; raises what `look` raises."""
    return _find(session, parts, token).professor_id


def language_of(session: Session, parts: Parts, token: str) -> str | None:
    """The language of whom a link was made for, None where the link is not known."""
    try:
        return register.find_professor(session, _read(parts, token).subject_id).language
    except NotFound:
        return None


def others(session: Session, parts: Parts, token: str) -> int:
    """How many requests beside the one of this link wait for the same professor."""
    try:
        professor_id, mine = approvals.signer_of(session, parts, token)
    except NotFound:
        return 0
    return sum(step.id != mine for step in session.scalars(_asked(professor_id)))


def mail_from(session: Session, parts: Parts, token: str) -> None:
    """Mail the professor of a request's link (used up or not) one link for all that waits.

    Raises NotFound("unknown_link"), Gone("link_closed"), TooMany("sent_recently", retry_after).
    """
    professor_id, _step_id = approvals.signer_of(session, parts, token)
    mail(session, parts, professor_id)


def mail_again(session: Session, parts: Parts, token: str) -> None:
    """The same for whoever holds an old link of the queue."""
    link = _read(parts, token)
    if session.get(ProfessorQueueRow, link.subject_id) is None:
        raise NotFound("unknown_link", "no such link")
    mail(session, parts, link.subject_id)


def mail(session: Session, parts: Parts, professor_id: str) -> None:
    """Mail the next link for everything that waits, to the address on record.

    Raises Gone("link_closed") where nothing waits, TooMany("sent_recently", retry_after).
    """
    professor, now = register.find_professor(session, professor_id), parts.clock.now()
    requests = _requests(session, parts, professor_id)
    if not requests:
        raise Gone("link_closed", "nothing waits")
    row = session.get(ProfessorQueueRow, professor_id, with_for_update=True)
    if row is None:
        row = ProfessorQueueRow(professor_id=professor_id, generation=0, sent_at=now - VALID)
        session.add(row)
    if now - row.sent_at < AGAIN_AFTER:
        left = AGAIN_AFTER - (now - row.sent_at)
        raise TooMany("sent_recently", "just sent", retry_after=int(left.total_seconds()) + 1)
    _renew(row, now, now + VALID)
    _ask(session, parts, professor, row, requests)


def mail_delegation(
    session: Session, parts: Parts, professor: Professor, until: date | None, **params: Any
) -> None:
    """Tell a professor that somebody signs for them, with a link to take it back by until the day
    after it ends."""
    now = parts.clock.now()
    row = session.get(ProfessorQueueRow, professor.id, with_for_update=True)
    if row is None:
        row = ProfessorQueueRow(professor_id=professor.id, generation=0)
        session.add(row)
    _renew(row, now, max(now + VALID, _end_of(until) if until else now))
    params["valid_until"] = row.expires_at.isoformat()
    made = tell_professor(session, parts, professor, "delegation_made", params, [_link(row)])
    row.mail_id = made


def tell_professor(
    session: Session,
    parts: Parts,
    to: Professor,
    message: str,
    params: Mapping[str, Any],
    links: Sequence[Mapping[str, Any]] = (),
) -> str:
    """Mail a professor something that is of no single application; gives the mail's id."""
    asked_id, now = new_id(), parts.clock.now()
    request = NotificationRequested(
        notification_id=asked_id,
        message=message,
        language=to.language,
        lane=TRANSACTIONAL,
        address={"email": to.email},
        thread=asked_id,
        params={"name": to.name(to.language), "reader": "professor", **params},
        links=[dict(one) for one in links],
    )
    session.add(NotificationRow(id=asked_id, recipient="professor", message=message, asked_at=now))
    outbox.add(session, request, clock=parts.clock, correlation_id=asked_id)
    return asked_id


def came_back(session: Session, mail: NotificationRow) -> list[StepRow]:
    """The steps that a mail should have led to and no newer one does; none for any other mail."""
    row = session.scalar(select(ProfessorQueueRow).where(ProfessorQueueRow.mail_id == mail.id))
    if row is None:
        return []
    steps = session.scalars(_asked(row.professor_id).order_by(StepRow.application_id, StepRow.id))
    return [one for one in steps if one.sent_at is None or one.sent_at <= mail.asked_at]


def unreached(session: Session, professor_id: str) -> list[StepRow]:
    """The steps whose mail to a professor came back."""
    wanted = _asked(professor_id).where(StepRow.mail_failed_at.is_not(None))
    return list(session.scalars(wanted.order_by(StepRow.application_id, StepRow.id)))


def _renew(row: ProfessorQueueRow, now: datetime, expires_at: datetime) -> None:
    row.generation += 1
    row.sent_at, row.expires_at = now, expires_at


def _end_of(day: date) -> datetime:
    """The end of the day after."""
    return datetime.combine(day + timedelta(days=2), time(), SEOUL)


def _link(row: ProfessorQueueRow) -> dict[str, Any]:
    return {"purpose": PURPOSE, "subject_id": row.professor_id, "generation": row.generation}


def _ask(
    session: Session,
    parts: Parts,
    professor: Professor,
    row: ProfessorQueueRow,
    requests: Sequence[Request],
) -> None:
    language = professor.language
    with parts.speaking(language):
        lines = [
            [one.view.student.name(language), f"{one.view.kind.title} {one.view.number}"]
            for one in requests[:SHOWN_MOST]
        ]
    dates = [one.view.by_when.isoformat() for one in requests if one.view.by_when]
    params = {
        "count": len(requests),
        "requests": lines,
        "by_when": min(dates, default=None),
        "valid_until": row.expires_at.isoformat(),
    }
    row.mail_id = tell_professor(session, parts, professor, MESSAGE, params, [_link(row)])


def _requests(session: Session, parts: Parts, professor_id: str) -> list[Request]:
    """What waits, the most urgent first; a step whose own link opens nothing now is left out."""
    found = []
    for step in session.scalars(_asked(professor_id)):
        link = Link(approvals.PURPOSE, step.id, step.generation)
        token = make_link(link, parts.keyring)
        try:
            found.append(Request(token, approvals.look(session, parts, token)))
        except Gone:
            continue
    return sorted(found, key=lambda one: one.view.by_when or one.view.submitted_at)


def _asked(professor_id: str) -> Select[StepRow]:
    return (
        select(StepRow)
        .join(ApplicationRow, ApplicationRow.id == StepRow.application_id)
        .where(
            StepRow.professor_id == professor_id,
            StepRow.state == "asked",
            ApplicationRow.state == "in_approval",
        )
    )


def _sign_one(
    parts: Parts, request: Request, shown: str, typed: str | None, drawn: bytes | None
) -> str:
    if request.by_itself:
        return "by_itself"
    try:
        with parts.database.write() as session:
            approvals.decide(
                session,
                parts,
                request.token,
                decision="approve",
                shown=shown,
                typed=typed if drawn is None else None,
                drawn=drawn,
            )
    except DojangError as error:
        return error.code
    return "signed"


def _told(queue: Queue, request: Request | None, result: str) -> Signed:
    if request is None:
        return Signed("", "", "", result)
    view, language = request.view, queue.professor.language
    return Signed(view.number, str(view.kind.title), view.student.name(language), result)


def _find(session: Session, parts: Parts, token: str) -> ProfessorQueueRow:
    link = _read(parts, token)
    row = session.get(ProfessorQueueRow, link.subject_id)
    if row is None or not 1 <= link.generation <= row.generation:
        raise NotFound("unknown_link", "no such link")
    if link.generation < row.generation:
        raise Gone("link_replaced", "a newer link was sent", changed=[])
    if parts.clock.now() > row.expires_at:
        raise Gone("link_expired", "the link has expired")
    return row


def _read(parts: Parts, token: str) -> Link:
    try:
        link = read_link(token, parts.keyring)
    except Permanent as error:
        raise NotFound("unknown_link", "no such link") from error
    if link.purpose != PURPOSE:
        raise NotFound("unknown_link", "a link for something else")
    return link
