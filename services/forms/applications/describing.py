"""Rows as values: what somebody who may see an application is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from sqlalchemy.orm import Session

from services.forms.applications import cases, delivering, endings, panels, replaying, trail
from services.forms.applications.answers import judge
from services.forms.applications.states import EDITABLE, Actor, Event, may
from services.forms.applications.tables import (
    ApplicationRow,
    AttachmentRow,
    DocumentRow,
    StepRow,
    SubmissionRow,
)
from services.forms.applications.values import (
    AttachmentView,
    CaseView,
    DecisionView,
    DocumentView,
    EndingView,
    Span,
    StepView,
    Summary,
)
from services.forms.catalog.kind import Finding, Kind
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.values import Semester, Student
from services.forms.signin.person import Person

# What a person may do next, by the transition that it would be.
DEEDS: tuple[tuple[str, Event, Actor], ...] = (
    ("withdraw", "withdraw", "student"),
    ("decide", "approve", "staff"),
    ("retry", "retry", "staff"),
)


def case_view(session: Session, parts: Parts, row: ApplicationRow, person: Person) -> CaseView:
    """Everything, for the student or for staff of the office."""
    kind = parts.kind(row.kind)
    sent = cases.submission(row) if row.round else None
    student = _student(session, row, sent)
    span, found = _judged(session, parts, row, sent, student)
    return CaseView(
        id=row.id,
        number=row.number,
        kind=kind,
        state=row.state,
        semester=semester_of(row.semester),
        answers=row.answers if row.state in EDITABLE or sent is None else sent.answers,
        sent=sent.answers if sent else None,
        student=student,
        language=sent.language if sent else student.language,
        created_at=row.created_at,
        updated_at=row.updated_at,
        submitted_at=row.submitted_at,
        shown=sent.shown if sent else None,
        sentences=tuple(sent.sentences) if sent else (),
        kind_version=sent.kind_version if sent else None,
        template_version=sent.template_version if sent else None,
        typed=sent.typed if sent else None,
        steps=step_views(session, kind, row),
        step=row.step,
        office=kind.desk.office if kind.desk else None,
        due_at=row.due_at,
        attachments=tuple(attachment_view(one) for one in cases.attached(row)),
        findings=tuple(found),
        span=span,
        documents=document_views(session, parts, row, person),
        history=tuple(trail.history(session, row.id)),
        decision=_decision(row),
        reason=_reason(kind, row),
        returned_by=row.acted_by,
        failure=row.failure if person.role == "staff" else None,
        trouble=row.trouble,
        may=_deeds(session, row, person),
        granted=_granted(parts, row, sent),
        people=cases.chosen(session, kind, sent.answers if sent else row.answers),
        delivery=delivering.find(session, row.id) if kind.delivery else None,
        on_paper=row.on_paper,
    )


def summary(session: Session, parts: Parts, row: ApplicationRow, person: Person) -> Summary:
    """One line of a list."""
    kind = parts.kind(row.kind)
    headline = ""
    if row.round:
        headline = str(kind.headline(cases.load(kind, cases.submission(row).answers)))
    return Summary(
        id=row.id,
        number=row.number,
        kind=kind,
        state=row.state,
        semester=semester_of(row.semester),
        headline=headline,
        updated_at=row.updated_at,
        submitted_at=row.submitted_at,
        due_at=row.due_at,
        step=row.step,
        steps=step_views(session, kind, row),
        documents=document_views(session, parts, row, person),
        reason=_reason(kind, row),
        returned_by=row.acted_by,
    )


def _reason(kind: Kind, row: ApplicationRow) -> str | None:
    """What somebody wrote; of what lapsed, the rule."""
    if row.state == "lapsed" and row.lapses_at is not None:
        return str(kind.lapsed(row.lapses_at))
    return row.reason


def step_views(session: Session, kind: Kind, row: ApplicationRow) -> tuple[StepView, ...]:
    """The steps of the present round; several people who are asked at once are one of them."""
    found = [list(seats) for _n, seats in groupby(cases.steps_of(row), key=lambda one: one.n)]
    return tuple(
        panel_view(session, kind, seats) if seats[0].seat else step_view(session, seats[0])
        for seats in found
    )


def panel_view(session: Session, kind: Kind, seats: Sequence[StepRow]) -> StepView:
    """Several people as the one step that they are."""
    members = tuple(step_view(session, seat) for seat in seats)
    first = members[0]
    dates = [one.decided_at for one in members if one.decided_at]
    returned = next((one for one in members if one.state == "returned"), None)
    return replace(
        first,
        who=None,
        seat=0,
        state=_panel_state(members),
        roles=tuple(dict.fromkeys(role for one in members for role in one.roles)),
        by_when=min((one.by_when for one in members if one.by_when), default=None),
        decision=returned.decision if returned else first.outcome and OUTCOMES[first.outcome],
        decided_at=max(dates) if dates and (returned or first.outcome) else None,
        reason=returned.reason if returned else None,
        agree=panels.how(kind, seats),
        members=members,
        mail_failed_at=None,
        mail_code=None,
        typed=None,
        drawn=False,
    )


OUTCOMES = {"approved": "approve", "declined": "decline"}


def _panel_state(members: Sequence[StepView]) -> str:
    """The outcome, else how far whoever is furthest from it has come."""
    states = {one.state for one in members}
    if members[0].outcome:
        return members[0].outcome
    order = ("returned", "asked", "unassigned", "waiting", "void")
    return next((state for state in order if state in states), "void")


def step_view(session: Session, step: StepRow) -> StepView:
    """One step, with its person as the register has them."""
    who = register.find_professor(session, step.professor_id) if step.professor_id else None
    made = step.delegation
    behalf = register.find_professor(session, made.professor_id) if made else None
    same = (
        "id n state by_when asked_at sent_at remind_at reminded_at decision decided_at reason "
        "typed shown link_expires_at mail_failed_at mail_code"
    )
    return StepView(
        **{name: getattr(step, name) for name in same.split()},
        roles=tuple(step.roles),
        who=who,
        drawn=step.drawn_file_id is not None,
        seat=step.seat,
        outcome=step.outcome,
        kept=step.signed_round is not None,
        on_behalf_of=behalf,
        days=(made.first_day, made.last_day) if made and made.first_day and made.last_day else None,
    )


def attachment_view(row: AttachmentRow) -> AttachmentView:
    """A supporting document."""
    return AttachmentView(row.id, row.name, row.media_type, row.size, row.sha256, row.added_at)


def document_view(
    parts: Parts,
    row: DocumentRow,
    number: str,
    person: Person,
    ending: EndingView | None = None,
) -> DocumentView:
    """An issued document; the office's own words on a revocation are for staff."""
    return DocumentView(
        number=row.number,
        application_id=row.application_id,
        application_number=number,
        kind=row.kind,
        title=parts.kind(row.kind).title,
        language=row.language,
        state=row.state,
        issued_at=row.issued_at,
        sha256=row.sha256,
        template_version=row.template_version,
        code=row.code,
        reason=row.reason if person.role == "staff" else None,
        changed_at=row.changed_at,
        ending=ending if person.role == "staff" else None,
    )


def document_views(
    session: Session, parts: Parts, row: ApplicationRow, person: Person
) -> tuple[DocumentView, ...]:
    """What was issued upon an application; to its student, once they may have it (REC-02)."""
    kind = parts.kind(row.kind)
    if person.role == "student" and not delivering.may_have(session, kind, row.id):
        return ()
    last = endings.last_of(session, row.id) if person.role == "staff" else {}
    return tuple(
        document_view(parts, one, row.number, person, endings.view(session, last.get(one.number)))
        for one in row.documents
    )


def semester_of(text: str | None) -> Semester | None:
    """`2026-fall` as a semester."""
    if text is None:
        return None
    year, term = text.split("-")
    return Semester(int(year), "spring" if term == "spring" else "fall")


def _student(session: Session, row: ApplicationRow, sent: SubmissionRow | None) -> Student:
    """As at submission; before it and while edited, as the register has them now."""
    if sent is None or row.state in EDITABLE:
        return register.find_student(session, row.student_id)
    return cases.student_of(sent)


def _judged(
    session: Session,
    parts: Parts,
    row: ApplicationRow,
    sent: SubmissionRow | None,
    student: Student,
) -> tuple[Span | None, list[Finding]]:
    """Of a draft, by when it can be sent and what would be said now; of what was sent, what was
    said then."""
    kind = parts.kind(row.kind)
    if row.state in EDITABLE or sent is None:
        asking = cases.asking(session, parts, student, of=row)
        return Span.seen(kind, asking, row.answers), judge(kind, asking, row.answers)
    asking = replaying.asking_then(session, parts, sent)
    return None, kind.judge(asking, cases.load(kind, sent.answers))


def _deeds(session: Session, row: ApplicationRow, person: Person) -> frozenset[str]:
    actor: Actor = "staff" if person.role == "staff" else "student"
    found = {name for name, event, who in DEEDS if who == actor and may(row.state, event, who)}
    if actor == "student" and row.state in EDITABLE:
        found |= {"edit", "submit"} | ({"discard"} if row.state == "draft" else set())
    if actor == "staff" and row.state == "in_approval":
        found.add("assign")
    if actor == "staff" and delivering.is_due(row):
        found.add("deliver")
    if actor == "staff" and any(one.state == "issued" for one in row.documents):
        found.add("revoke")
    if actor == "staff" and any(
        one.state == endings.AWAITING for one in endings.last_of(session, row.id).values()
    ):
        found.add("second")
    return frozenset(found)


def _granted(parts: Parts, row: ApplicationRow, sent: SubmissionRow | None) -> tuple[str, ...]:
    kind = parts.kind(row.kind)
    if sent is None or kind.desk is None or kind.desk.granted is None:
        return ()
    return tuple(kind.desk.granted(cases.load(kind, sent.answers)))


def _decision(row: ApplicationRow) -> DecisionView | None:
    if row.decided_at is None or row.decided_office is None:
        return None
    return DecisionView(
        row.granted, row.decided_office, row.decided_at, row.reference or "", row.reason
    )
