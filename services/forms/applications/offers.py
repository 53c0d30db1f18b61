"""What a student can ask for today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.forms.applications import cases
from services.forms.applications.answers import blocks
from services.forms.applications.roles import HOLDERS
from services.forms.applications.states import OPEN
from services.forms.applications.tables import ApplicationRow
from services.forms.applications.values import Offer, Span
from services.forms.catalog import contradictions
from services.forms.catalog.kind import Asking, Kind, Vote
from services.forms.parts import Parts
from services.forms.people.values import Professor, Student
from services.forms.signin.person import Person


def offers(session: Session, parts: Parts, person: Person) -> list[Offer]:
    """Every kind as this student sees it now, closed ones with their reason."""
    asking = cases.asking(session, parts, cases.applicant(session, person))
    underway = _underway(session, asking.student.id)
    return [_offer(session, kind, asking, underway) for kind in parts.kinds.values()]


def _underway(session: Session, student_id: str) -> Sequence[ApplicationRow]:
    """What the student has on its way, of any kind."""
    rows = select(ApplicationRow).where(
        ApplicationRow.student_id == student_id, ApplicationRow.state.in_(OPEN)
    )
    return session.scalars(rows.order_by(ApplicationRow.number, ApplicationRow.id)).all()


def _offer(
    session: Session, kind: Kind, asking: Asking, underway: Sequence[ApplicationRow]
) -> Offer:
    prefill = kind.prefill(asking)
    findings = kind.may_ask(asking) + contradictions.offered(kind, asking, prefill)
    return Offer(
        kind=kind,
        open=not blocks(findings),
        findings=tuple(findings),
        prefill=prefill,
        approvers=tuple(_approvers(session, kind, asking.student)),
        span=Span.seen(kind, asking, prefill),
        open_application=_open_like(kind, prefill, underway),
    )


def _approvers(
    session: Session, kind: Kind, student: Student
) -> Iterator[tuple[str, Professor | None]]:
    """Who would be asked in which role; a committee is a role without a person."""
    for step in kind.route:
        for role in step.roles:
            found = list(HOLDERS[role](session, student))
            vote = isinstance(step.agree, Vote)
            yield role, found[0] if found and not vote else None


def _open_like(
    kind: Kind, prefill: Mapping[str, Any], underway: Sequence[ApplicationRow]
) -> tuple[str, str] | None:
    """One on its way for the semester that the form begins with, if the kind fills one in."""
    whole = prefill.get("year") and prefill.get("semester")
    semester = f"{prefill['year']}-{prefill['semester']}" if whole else None
    for row in underway:
        if row.kind == kind.name and semester in (None, row.semester):
            return row.id, row.number
    return None
