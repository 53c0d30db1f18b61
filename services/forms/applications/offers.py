"""What a student can ask for today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    return [_offer(session, kind, asking) for kind in parts.kinds.values()]


def _offer(session: Session, kind: Kind, asking: Asking) -> Offer:
    prefill = kind.prefill(asking)
    findings = kind.may_ask(asking) + contradictions.offered(kind, asking, prefill)
    return Offer(
        kind=kind,
        open=not blocks(findings),
        findings=tuple(findings),
        prefill=prefill,
        approvers=tuple(_approvers(session, kind, asking.student)),
        span=Span.seen(kind, asking, prefill),
        open_application=_open_like(session, kind, asking.student.id, prefill),
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
    session: Session, kind: Kind, student_id: str, prefill: Mapping[str, Any]
) -> tuple[str, str] | None:
    """One on its way for the semester that the form begins with, if the kind fills one in."""
    rows = select(ApplicationRow).where(
        ApplicationRow.student_id == student_id,
        ApplicationRow.kind == kind.name,
        ApplicationRow.state.in_(OPEN),
    )
    if prefill.get("year") and prefill.get("semester"):
        semester = f"{prefill['year']}-{prefill['semester']}"
        rows = rows.where(ApplicationRow.semester == semester)
    found = session.scalar(rows.limit(1))
    return (found.id, found.number) if found else None
