"""Approval steps: who is asked, in which order, by when.

Somebody who holds two roles of the route is asked once, for both. A step that
has nobody on record, or whose professor answered not_mine, is unassigned until
staff give it to somebody; the others may be assigned ahead of their turn. The
people of one step (`panels`) are asked at the same time, each in a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from services.forms.applications import absences, cases, days, panels
from services.forms.applications.keeping import keep_signatures
from services.forms.applications.roles import HOLDERS, role_text
from services.forms.applications.states import after
from services.forms.applications.tables import ApplicationRow, StepRow
from services.forms.applications.telling import tell, tell_signer, to_office
from services.forms.applications.trail import SYSTEM, Who, note
from services.forms.catalog.kind import Kind
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.values import Professor, Student
from shared.errors import Conflict, Refused

RETURNED_BUSINESS_DAYS = 5
LINK_DAYS = 60  # nothing lapses at "by when", so the link outlives it; a new one is a click
# States of a step: waiting (for its turn), asked, unassigned, approved, returned, declined, void.
PENDING = ("waiting", "asked", "unassigned")


def lay(session: Session, parts: Parts, row: ApplicationRow, kind: Kind, student: Student) -> None:
    """Write down the steps of this round; who signs is as the register says now, or as named."""
    found: list[StepRow] = []
    answers = cases.load(kind, cases.submission(row).answers)
    named, now = kind.named(answers), parts.clock.now()
    for step in kind.route:
        asked = [(role, one) for role in step.roles
                 for one in _holders(session, named, role, student)]  # fmt: skip
        business_days = kind.days(answers, step, now)
        n = max((one.n for one in found), default=0) + 1
        if step.agree == "one":
            _lay_one(row, found, n, asked[0], business_days)
        else:
            _lay_several(row, found, n, asked, business_days)
    row.steps.extend(found)
    keep_signatures(session, parts, row, kind, found)


Held = tuple[str, Professor | None]  # a role and who holds it


def _lay_one(
    row: ApplicationRow, found: list[StepRow], n: int, held: Held, business_days: int
) -> None:
    role, professor = held
    same = next((one for one in found if not one.seat and _is(one, professor)), None)
    if same is None:
        found.append(_step(row, n, role, business_days, professor))
        return
    same.roles = [*same.roles, role]
    same.business_days = max(same.business_days, business_days)


def _lay_several(
    row: ApplicationRow, found: list[StepRow], n: int, asked: Sequence[Held], business_days: int
) -> None:
    """A seat each; who holds two of its roles has one seat for both."""
    for role, professor in asked:
        seats = [one for one in found if one.n == n]
        same = next((one for one in seats if _is(one, professor)), None)
        if same is None:
            found.append(_step(row, n, role, business_days, professor, seat=len(seats) + 1))
        elif role not in same.roles:
            same.roles = [*same.roles, role]


def _is(step: StepRow, professor: Professor | None) -> bool:
    return professor is not None and step.professor_id == professor.id


def _holders(
    session: Session, named: Mapping[str, str], role: str, student: Student
) -> Sequence[Professor | None]:
    """Who holds a role, as named or on record; nobody is one seat to be given to somebody."""
    if role in named:
        return [register.find_professor(session, named[role])]
    return HOLDERS[role](session, student) or [None]


def begin(session: Session, parts: Parts, row: ApplicationRow, kind: Kind) -> None:
    """Ask the first step, and tell the office at once of every step without a person."""
    session.flush()
    for step in cases.steps_of(row):
        if step.state == "unassigned":
            tell_unassigned(session, parts, row, step, "nobody")
    advance(session, parts, row, kind)


def advance(session: Session, parts: Parts, row: ApplicationRow, kind: Kind) -> None:
    """Whoever is next is asked; after the last one the desk is."""
    _pass_over(row, kind, parts.clock.now())
    following = [step for step in cases.steps_of(row) if step.state in PENDING]
    if not following:
        to_desk(session, parts, row, kind)
        return
    row.step = following[0].n
    for step in panels.of_step(row, row.step):
        if step.state == "waiting":
            ask(session, parts, row, step)
        elif step.state == "unassigned":
            _office_has_it(parts, step)
    look_again(row)


def _pass_over(row: ApplicationRow, kind: Kind, now: datetime) -> None:
    """Several people whose kept signatures are enough are not asked anew."""
    for step in cases.steps_of(row):
        seats = panels.of_step(row, step.n)
        if step.state == "waiting" and panels.came_to(kind, seats, now) == "approved":
            for seat in seats:
                seat.outcome = "approved"
                seat.state = "void" if seat.state in PENDING else seat.state


def _office_has_it(parts: Parts, step: StepRow) -> None:
    """By when the office should have found somebody; it is told once more after that."""
    step.by_when = days.by_when(parts.clock.now(), step.business_days)
    step.remind_at = step.overdue_told_at = None


def look_again(row: ApplicationRow) -> None:
    """By when the present step is due and what holds it up, from the rows of its people."""
    seats = panels.of_step(row, row.step)
    dates = [one.by_when for one in seats if one.state in PENDING and one.by_when]
    row.due_at = min(dates, default=None)
    if any(one.state == "unassigned" for one in seats):
        row.trouble = "unassigned"
    else:
        failed = any(one.state == "asked" and one.mail_failed_at for one in seats)
        row.trouble = "mail_failed" if failed else None


def ask(session: Session, parts: Parts, row: ApplicationRow, step: StepRow) -> None:
    """It is this step's turn: a link of the next generation goes out, the days begin."""
    now = parts.clock.now()
    step.state, step.asked_at = "asked", now
    step.by_when = days.by_when(now, step.business_days, register.closed_days(session))
    if row.lapses_at is not None:  # reminders count back from it
        step.by_when = min(step.by_when, row.lapses_at)
    wishes = register.wishes_of(session, step.professor_id or "")
    step.remind_at = days.remind_at(now, step.by_when, wishes.quiet)
    step.reminded_at = step.overdue_told_at = None
    note(session, parts.clock, row, SYSTEM, "step_asked", n=step.n, roles=step.roles,
         seat=step.seat or None)  # fmt: skip
    new_link(session, parts, row, step)


def new_link(session: Session, parts: Parts, row: ApplicationRow, step: StepRow) -> None:
    """Mail a link of the next generation; the ones before it are replaced. On days of absence it
    goes to who signs instead."""
    now = parts.clock.now()
    absences.stand_in(session, parts, row, step)
    step.generation += 1
    step.link_expires_at = now + timedelta(days=LINK_DAYS)
    step.link_used_at = step.mail_failed_at = step.mail_code = None
    look_again(row)
    note(session, parts.clock, row, SYSTEM, "link_sent", n=step.n, generation=step.generation)
    tell_signer(session, parts, row, step, "approval_request")


def give_back(session: Session, parts: Parts, row: ApplicationRow, step: StepRow, who: Who) -> None:
    """Nobody signs for whoever was asked any more: they get a link again, and keep the step."""
    made = step.delegation
    if made is None:
        return
    note(session, parts.clock, row, who, "delegation_ended", n=step.n, roles=step.roles,
         to=made.delegate_id, behalf_of=made.professor_id)  # fmt: skip
    if made.first_day is None:
        made.ended_at = made.ended_at or parts.clock.now()
    step.professor_id, step.delegation, step.acted_until = made.professor_id, None, step.generation
    step.decision = step.decided_at = step.reason = step.shown = None
    step.signer_ko = step.signer_en = step.behalf_ko = step.behalf_en = None
    new_link(session, parts, row, step)


def unassign(session: Session, parts: Parts, row: ApplicationRow, step: StepRow, why: str) -> None:
    """Nobody holds this step any more: the office is told, the state stays."""
    step.state, step.professor_id = "unassigned", None
    _office_has_it(parts, step)
    look_again(row)
    tell_unassigned(session, parts, row, step, why)


def tell_unassigned(
    session: Session, parts: Parts, row: ApplicationRow, step: StepRow, why: str
) -> None:
    """The office is told that a step needs a person."""
    note(session, parts.clock, row, SYSTEM, "step_unassigned", n=step.n, roles=step.roles, why=why)
    tell(
        session,
        parts,
        row,
        to_office(session, parts, row),
        "unassigned",
        step=step,
        role=lambda: role_text(step.roles),
        why=why,
    )


def sign_all(session: Session, row: ApplicationRow, at: datetime, words: str) -> None:
    """Everybody has signed on paper (EXT-04). Raises Conflict("nobody_on_record")."""
    shown = cases.submission(row).shown
    for step in cases.steps_of(row):
        if step.professor_id is None:
            raise Conflict("nobody_on_record", "a step has nobody on record", roles=step.roles)
        professor = register.find_professor(session, step.professor_id)
        step.state, step.decision = "approved", "approve"
        step.decided_at, step.shown, step.typed = at, shown, words
        step.signer_ko, step.signer_en = professor.name_ko, professor.name_en


def give(
    session: Session, parts: Parts, row: ApplicationRow, step: StepRow, professor: Professor
) -> None:
    """Staff gave the step to somebody: asked at once if it is its turn.

    Raises Refused("has_a_seat") for somebody who answers in the same step already.
    """
    others = [one for one in panels.of_step(row, step.n) if one is not step]
    if any(_is(one, professor) for one in others):
        raise Refused("has_a_seat", "asked in this step already", field="professor_id")
    if not step.seat:
        _merge(session, row, step, professor)
    current = step.state == "asked" or row.step == step.n
    step.professor_id, step.delegation = professor.id, None
    step.acted_from = step.acted_until = None
    step.state = "waiting"
    step.decision = step.decided_at = step.reason = step.shown = None
    if current:
        ask(session, parts, row, step)


def to_desk(session: Session, parts: Parts, row: ApplicationRow, kind: Kind) -> None:
    """All have signed: the office decides from here on."""
    row.state = after(
        row.state, "ask_desk", "student" if row.state != "in_approval" else "approver"
    )
    row.step, row.trouble, row.desk_told_at = 0, None, None
    business_days = kind.desk.business_days if kind.desk else 0
    row.due_at = days.by_when(parts.clock.now(), business_days, register.closed_days(session))
    note(session, parts.clock, row, SYSTEM, "at_desk", by_when=row.due_at.isoformat())
    tell(session, parts, row, to_office(session, parts, row), "at_desk", by_when=row.due_at)


def void(row: ApplicationRow, *, signatures: bool) -> None:
    """Nobody is asked any more; a return voids the signatures given so far as well."""
    for step in cases.steps_of(row):
        if step.state in PENDING or (signatures and step.state == "approved"):
            step.state = "void"


def to_student_again(row: ApplicationRow, now: datetime) -> None:
    """Returned: it is the student's turn for five business days; then both sides are told. It
    does not end by that, unless a rule says so."""
    due = days.by_when(now, RETURNED_BUSINESS_DAYS)
    settle(row, now, due=min(due, row.lapses_at) if row.lapses_at else due)
    row.desk_told_at = None


def settle(row: ApplicationRow, now: datetime, *, due: datetime | None = None) -> None:
    """Nobody's turn any more: no date is due, but that of a delivery still to come (REC-02)."""
    row.due_at, row.trouble = due, None
    row.step = 0
    row.updated_at = now


def _step(
    row: ApplicationRow,
    n: int,
    role: str,
    business_days: int,
    professor: Professor | None,
    seat: int = 0,
) -> StepRow:
    return StepRow(
        round=row.round,
        n=n,
        seat=seat,
        roles=[role],
        business_days=business_days,
        professor_id=professor.id if professor else None,
        state="waiting" if professor else "unassigned",
        generation=0,
    )


def _merge(session: Session, row: ApplicationRow, step: StepRow, professor: Professor) -> None:
    """If the same person also holds a later step, they are asked once, for both roles."""
    later = [one for one in cases.steps_of(row) if one.n > step.n]
    for other in later:
        if not other.seat and _is(other, professor) and other.state == "waiting":
            step.roles = [*step.roles, *other.roles]
            row.steps.remove(other)
            session.flush()
            for follower in later:
                if follower.n > other.n:
                    follower.n -= 1
                    session.flush()  # one after the other: two may not stand in one place
            return
