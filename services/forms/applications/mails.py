"""What became of mails: a bounced approver's address is a case for the office, not a log line."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.forms.applications import cases, sitting, steps
from services.forms.applications.roles import role_text
from services.forms.applications.tables import ApplicationRow, NotificationRow, StepRow
from services.forms.applications.telling import tell, to_office, to_student
from services.forms.applications.trail import NOTIFY, note
from services.forms.parts import Parts
from services.forms.people import register
from shared.messages import NotificationDelivered, NotificationFailed


def delivered(session: Session, parts: Parts, message: NotificationDelivered) -> None:
    """The mail server took it over."""
    found = session.get(NotificationRow, message.notification_id)
    if found is not None:
        found.delivered_at = parts.clock.now()


def failed(session: Session, parts: Parts, message: NotificationFailed) -> None:
    """It did not arrive. If somebody should have signed by it, office and student are told; a
    link to all that waits is that of each request."""
    found = session.get(NotificationRow, message.notification_id)
    if found is None:
        return
    found.failed_at, found.code = parts.clock.now(), message.code
    holds_link = found.step_id is not None and found.generation is not None
    if not message.permanent:
        return
    step = session.get(StepRow, found.step_id) if holds_link else None
    if step is not None:
        _mark_step(session, parts, step, found.generation, message.code)
    for one in sitting.came_back(session, found):
        _mark_step(session, parts, one, one.generation, message.code)


def _mark_step(
    session: Session, parts: Parts, step: StepRow, generation: int | None, code: str
) -> None:
    """Unless a newer link is on its way already, or somebody signed all the same."""
    row = cases.locked(session, step.application_id)
    if row is None or step.professor_id is None:
        return
    session.refresh(step)
    if step.state != "asked" or step.generation != generation or step.mail_failed_at:
        return
    step.mail_failed_at, step.mail_code = parts.clock.now(), code
    steps.look_again(row)
    note(session, parts.clock, row, NOTIFY, "mail_failed", n=step.n, code=code)
    _tell(session, parts, row, step)


def _tell(session: Session, parts: Parts, row: ApplicationRow, step: StepRow) -> None:
    professor = register.find_professor(session, step.professor_id or "")
    student = cases.student_of(cases.submission(row))
    for to in (*to_office(session, parts, row), to_student(student)):
        tell(
            session,
            parts,
            row,
            [to],
            "address_failed",
            step=step,
            role=lambda: role_text(step.roles),
            who=professor.name(to.language),
        )
