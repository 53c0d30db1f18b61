"""Who may sign for somebody, and the links that go to them while that somebody is away.

A delegate signs on behalf of whoever was asked: the step stays that professor's, the link and the
signature are the delegate's. What a professor was chosen for in person is never handed on: a
letter (REC-01), a vote (TRM-04), becoming somebody's advisor (ADV-01, ADV-02, MAJ-01).
"""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.forms.applications import cases
from services.forms.applications.delegation_tables import DelegationRow
from services.forms.applications.said_by import check_printable
from services.forms.applications.tables import ApplicationRow, StepRow
from services.forms.applications.trail import SYSTEM, Who, note
from services.forms.catalog.kind import Kind, Signed, Vote
from services.forms.catalog.printed import signer_name
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.values import Professor
from shared.clock import SEOUL
from shared.errors import Refused

COUNTS = ("waiting", "asked", "unassigned", "approved")  # a step that is, or may come, somebody's


def may_hand_over(kind: Kind, row: ApplicationRow, step: StepRow) -> bool:
    """Whether somebody else can sign in this step at all; a delegate cannot hand on."""
    if step.delegation is not None:
        return False
    found = [one for one in kind.route if set(step.roles) & set(one.roles)]
    if any(one.writes or isinstance(one.agree, Vote) for one in found):
        return False
    named = kind.named(cases.load(kind, cases.submission(row).answers))
    return not set(step.roles) & set(named)


def check(
    session: Session, parts: Parts, row: ApplicationRow, step: StepRow, delegate: Professor
) -> None:
    """Whether this professor can sign this step for whoever is asked.

    Raises Refused("not_delegable" | "own_delegate" | "delegate_applies" | "delegate_signs" |
    "unprintable" | "too_long_for_paper").
    """
    if not may_hand_over(parts.kind(row.kind), row, step):
        raise Refused("not_delegable", "only they themselves can answer this", field="delegate")
    principal = register.find_professor(session, step.professor_id or "")
    if delegate.id == principal.id:
        raise Refused("own_delegate", "nobody is their own delegate", field="delegate")
    student = register.find_student(session, row.student_id)
    if delegate.id == student.id or delegate.email.lower() == student.email.lower():
        raise Refused("delegate_applies", "the applicant", field="delegate")
    others = [one for one in cases.steps_of(row) if one is not step and one.state in COUNTS]
    if any(delegate.id in (one.professor_id, one.principal_id) for one in others):
        raise Refused("delegate_signs", "they sign this application already", field="delegate")
    _check_room(parts, row, step, delegate, principal)


def _check_room(
    parts: Parts, row: ApplicationRow, step: StepRow, delegate: Professor, principal: Professor
) -> None:
    """Both names have to stand where one stands else."""
    sent = cases.submission(row)
    signed = Signed("", delegate.name_ko, delegate.name_en, "", sent.at, False,
                    principal.name_ko, principal.name_en)  # fmt: skip
    with parts.speaking(sent.language):
        name = signer_name(signed)
    for role in step.roles:
        check_printable(parts.room, row.kind, sent.language, f"{role}.name", name)


def hand_over(
    session: Session,
    parts: Parts,
    row: ApplicationRow,
    step: StepRow,
    by: DelegationRow,
    who: Who = SYSTEM,
) -> None:
    """From the next link on the step is the delegate's."""
    step.delegation, step.professor_id = by, by.delegate_id
    step.acted_from, step.acted_until = step.generation + 1, None
    note(session, parts.clock, row, who, "delegated", n=step.n, roles=step.roles,
         to=by.delegate_id, behalf_of=by.professor_id)  # fmt: skip


def stand_in(session: Session, parts: Parts, row: ApplicationRow, step: StepRow) -> None:
    """Before a link goes out: on days of absence it goes to the delegate, if they can sign this.

    What was given back once stays with whoever was asked.
    """
    if step.delegation is not None or step.acted_until is not None:
        return
    absence = away(session, parts, step.professor_id)
    if absence is None:
        return
    delegate = register.find_professor(session, absence.delegate_id)
    try:
        check(session, parts, row, step, delegate)
    except Refused:
        return
    hand_over(session, parts, row, step, absence)


def away(session: Session, parts: Parts, professor_id: str | None) -> DelegationRow | None:
    """The absence that a professor has today."""
    today = parts.clock.now().astimezone(SEOUL).date()
    return session.scalar(
        select(DelegationRow).where(
            DelegationRow.professor_id == professor_id,
            DelegationRow.ended_at.is_(None),
            DelegationRow.first_day <= today,
            DelegationRow.last_day >= today,
        )
    )


def standing(session: Session, parts: Parts, professor_id: str) -> list[DelegationRow]:
    """What a professor has given to others and can take back: absences that are not over, and
    single requests that still wait."""
    today = parts.clock.now().astimezone(SEOUL).date()
    waiting = select(StepRow.delegation_id).where(
        StepRow.state == "asked", StepRow.delegation_id.is_not(None)
    )
    return list(
        session.scalars(
            select(DelegationRow)
            .where(
                DelegationRow.professor_id == professor_id,
                DelegationRow.ended_at.is_(None),
                or_(DelegationRow.last_day >= today, DelegationRow.id.in_(waiting)),
            )
            .order_by(DelegationRow.made_at)
        )
    )
