"""A professor lets another one sign for them: one request, or all that come on days of absence.

By the link of a request they say who; the delegate gets a link of their own and a mail that says
for whom they act. It can be taken back by the same link, by the link of the whole queue, which the
professor gets by mail to the address on record, and by the office at the case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.forms.applications import absences, approvals, cases, sitting, steps
from services.forms.applications.delegation_tables import DelegationRow
from services.forms.applications.describing import case_view
from services.forms.applications.tables import ApplicationRow, StepRow, new_id
from services.forms.applications.trail import Who, by, note
from services.forms.applications.values import CaseView
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.values import Professor
from services.forms.signin.person import Person
from shared import say
from shared.clock import SEOUL
from shared.errors import Forbidden, Gone, NotFound, Refused

ABSENCE_DAYS_MOST = 366


@dataclass(frozen=True)
class DelegationView:
    """Who signs for whom; `waiting` requests are with the delegate now. Days are days in Seoul."""

    id: str
    principal: Professor
    delegate: Professor
    first_day: date | None
    last_day: date | None
    waiting: tuple[str, ...]  # numbers of applications
    over: bool  # taken back, or its days are past and nothing waits

    @property
    def once(self) -> bool:
        """Whether it is for one request alone."""
        return self.first_day is None


def find_delegates(session: Session, parts: Parts, token: str, text: str) -> list[Professor]:
    """Professors by name, for whoever holds a link that can be handed on; nothing for no text.

    Raises what `approvals.look` raises, Refused("not_delegable").
    """
    row, step = approvals.find(session, parts, token)
    if not absences.may_hand_over(parts.kind(row.kind), row, step):
        raise Refused("not_delegable", "only they themselves can answer this", field="delegate")
    found = register.search_professors(session, text) if text.strip() else []
    return [one for one in found if one.id != step.professor_id]


def delegate(
    session: Session,
    parts: Parts,
    token: str,
    delegate_id: str,
    first_day: date | None = None,
    last_day: date | None = None,
) -> DelegationView:
    """Let somebody sign this request, or with days every one whose link is sent on them.

    The request of the link goes along if today is one of the days and it can be handed on.
    Raises what `approvals.look` raises, Refused("unknown_professor" | "bad_absence" |
    "absence_there") and those of `absences.check`.
    """
    row, step = approvals.find(session, parts, token, lock=True)
    chosen = _professor(session, delegate_id)
    days = _days(session, parts, step, first_day, last_day)
    if days is None:
        absences.check(session, parts, row, step, chosen)
    else:
        _check_absent(parts, row, step, chosen)
    made = DelegationRow(
        id=new_id(),
        professor_id=step.professor_id or "",
        delegate_id=chosen.id,
        first_day=days[0] if days else None,
        last_day=days[1] if days else None,
        made_at=parts.clock.now(),
    )
    session.add(made)
    session.flush()
    _hand_over(session, parts, row, step, made)
    row.updated_at = parts.clock.now()
    found = view(session, parts, made)
    _tell(session, parts, found)
    return found


def given(session: Session, parts: Parts, token: str) -> DelegationView:
    """What the holder of a link has given away. Raises NotFound("no_delegation")."""
    return view(session, parts, approvals.handed_on(session, parts, token))


def take_back(session: Session, parts: Parts, token: str) -> DelegationView:
    """Sign oneself again, by the link that was handed on: a new one is mailed for each request
    that still waits. Raises NotFound("no_delegation"), Gone("link_closed")."""
    made = approvals.handed_on(session, parts, token)
    return _end(session, parts, made, _principal(made))


def take_back_one(session: Session, parts: Parts, token: str, delegation_id: str) -> DelegationView:
    """The same by the link of the queue; raises what `sitting.look` raises, too."""
    mine = sitting.professor_of(session, parts, token)
    row = session.get(DelegationRow, delegation_id)
    if row is None or row.professor_id != mine:
        raise NotFound("no_delegation", "nobody signs for them")
    return _end(session, parts, row, _principal(row))


def end_for_office(
    session: Session,
    parts: Parts,
    person: Person,
    application_id: str,
    step_n: int,
    seat: int = 0,
) -> CaseView:
    """The office gives a step back to whom it was asked of; an absence ends as a whole.

    Raises NotFound("no_application" | "no_delegation"), Forbidden.
    """
    if person.role != "staff":
        raise Forbidden("staff_only", "the desk is for staff")
    # Not locked here: `_end` locks what it gives back, in one order for all.
    row = cases.visible(session, parts, person, application_id)
    step = next((one for one in cases.steps_of(row) if (one.n, one.seat) == (step_n, seat)), None)
    if step is None or step.delegation is None or step.state != "asked":
        raise NotFound("no_delegation", "nobody signs for them")
    _end(session, parts, step.delegation, by(person))
    return case_view(session, parts, row, person)


def of_professor(session: Session, parts: Parts, professor_id: str) -> list[DelegationView]:
    """What a professor can take back now."""
    return [view(session, parts, one) for one in absences.standing(session, parts, professor_id)]


def view(session: Session, parts: Parts, row: DelegationRow) -> DelegationView:
    """A delegation with the people as the register has them."""
    numbers = (
        select(ApplicationRow.number)
        .join(StepRow, StepRow.application_id == ApplicationRow.id)
        .where(StepRow.delegation_id == row.id, StepRow.state == "asked")
        .order_by(ApplicationRow.number)
    )
    waiting = tuple(session.scalars(numbers))
    today = parts.clock.now().astimezone(SEOUL).date()
    to_come = row.last_day is not None and row.last_day >= today
    return DelegationView(
        id=row.id,
        principal=register.find_professor(session, row.professor_id),
        delegate=register.find_professor(session, row.delegate_id),
        first_day=row.first_day,
        last_day=row.last_day,
        waiting=waiting,
        over=row.ended_at is not None or not (waiting or to_come),
    )


def _professor(session: Session, professor_id: str) -> Professor:
    try:
        return register.find_professor(session, professor_id)
    except NotFound as error:
        raise Refused("unknown_professor", "no such professor", field="delegate") from error


def _days(
    session: Session, parts: Parts, step: StepRow, first: date | None, last: date | None
) -> tuple[date, date] | None:
    """The days of an absence: from today on, a year at most, beside no other absence."""
    if first is None and last is None:
        return None
    today = parts.clock.now().astimezone(SEOUL).date()
    if first is None or last is None or not today <= first <= last:
        raise Refused("bad_absence", "not days to come", field="first_day")
    if last - first > timedelta(days=ABSENCE_DAYS_MOST):
        raise Refused("bad_absence", "too long", field="last_day")
    others = absences.standing(session, parts, step.professor_id or "")
    if any(one.first_day and one.last_day and one.first_day <= last and first <= one.last_day
           for one in others):  # fmt: skip
        raise Refused("absence_there", "another absence has these days", field="first_day")
    return first, last


def _check_absent(parts: Parts, row: ApplicationRow, step: StepRow, chosen: Professor) -> None:
    """Who can have a delegate for requests to come; this one may be handed on or not."""
    if step.delegation is not None:
        raise Refused("not_delegable", "a delegate cannot hand on", field="delegate")
    if chosen.id == step.professor_id:
        raise Refused("own_delegate", "nobody is their own delegate", field="delegate")


def _hand_over(
    session: Session, parts: Parts, row: ApplicationRow, step: StepRow, made: DelegationRow
) -> None:
    """The request of the link goes to the delegate with a new link, if it is meant."""
    who = _principal(made)
    if made.first_day is None:
        absences.hand_over(session, parts, row, step, made, who)
    else:
        note(session, parts.clock, row, who, "absence_begun", n=step.n, roles=step.roles,
             to=made.delegate_id, first_day=str(made.first_day),
             last_day=str(made.last_day))  # fmt: skip
        step.acted_until = None  # what was given back once may be handed on anew
        absences.stand_in(session, parts, row, step)
    if step.delegation is not None:
        steps.new_link(session, parts, row, step)


def _end(session: Session, parts: Parts, made: DelegationRow, who: Who) -> DelegationView:
    """All that waits with the delegate goes back, each with a new link; the delegate is told.

    Raises Gone("link_closed") when it is over, or nothing waits any more.
    """
    session.refresh(made, with_for_update=True)
    before = view(session, parts, made)
    if before.over:
        raise Gone("link_closed", "it is over")
    made.ended_at = parts.clock.now()
    held = select(StepRow).where(StepRow.delegation_id == made.id, StepRow.state == "asked")
    for step in session.scalars(held.order_by(StepRow.application_id)):
        row = cases.locked(session, step.application_id)
        session.refresh(step)
        if row is not None and step.state == "asked" and step.delegation is made:
            steps.give_back(session, parts, row, step, who)
            row.updated_at = parts.clock.now()
    _tell(session, parts, before, ended=True)
    return before


def _principal(made: DelegationRow) -> Who:
    return Who("professor", made.professor_id)


def _tell(session: Session, parts: Parts, one: DelegationView, *, ended: bool = False) -> None:
    """The professor gets a link to take it back by; the delegate of an absence hears of it (of a
    single request their link says it), and when it is over."""
    if not ended:
        params = _params(parts, one, one.principal)
        sitting.mail_delegation(session, parts, one.principal, one.last_day, **params)
    if ended or not one.once:
        params = {**_params(parts, one, one.delegate), "ended": ended}
        sitting.tell_professor(session, parts, one.delegate, "delegation_told", params)


def _params(parts: Parts, one: DelegationView, reader: Professor) -> dict[str, Any]:
    other = one.delegate if reader is one.principal else one.principal
    with parts.speaking(reader.language):
        period = [say.full_day(day) for day in (one.first_day, one.last_day) if day]
    return {
        "whom": other.name(reader.language),
        "requests": list(one.waiting),
        "period": " – ".join(period),
    }
