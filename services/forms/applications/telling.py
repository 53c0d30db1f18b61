"""Ask notify to tell somebody something, in the transaction that sets what the mail tells of.

Only forms asks for mail. Params are those of notify's list, their texts in the
recipient's language; a link is named by purpose, subject and generation, its
token is made by notify.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.forms.applications import cases
from services.forms.applications.roles import OFFICES, role_text
from services.forms.applications.tables import ApplicationRow, NotificationRow, StepRow, new_id
from services.forms.applications.texting import text_student
from services.forms.catalog.kind import Kind
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.values import Named, Professor, Student
from shared import outbox
from shared.messages import BULK, TRANSACTIONAL, NotificationRequested

LANES: Mapping[str, str] = {"approval_reminder": BULK}
Reader = Literal["student", "professor", "staff"]


@dataclass(frozen=True)
class Recipient:
    """Whom a mail goes to: the name it greets, the language it is written in."""

    reader: Reader
    name: str
    email: str
    language: str
    student_id: str = ""


def to_student(student: Student) -> Recipient:
    """The applicant."""
    name = student.name(student.language)
    return Recipient("student", name, student.email, student.language, student.id)


def to_professor(professor: Professor) -> Recipient:
    """An approver."""
    language = professor.language
    return Recipient("professor", professor.name(language), professor.email, language)


def to_office(session: Session, parts: Parts, row: ApplicationRow) -> list[Recipient]:
    """Everybody of the office in charge of this kind, each in their language."""
    office = parts.kind(row.kind).in_charge
    found = []
    for staff in register.staff_of(session, office) if office else ():
        with parts.speaking(staff.language):
            found.append(
                Recipient("staff", str(OFFICES[staff.office]), staff.email, staff.language)
            )
    return found


def took_part(session: Session, row: ApplicationRow) -> list[Recipient]:
    """The professors who were asked in this round, and for whom somebody signs: every end is told
    to them too."""
    asked = {
        one
        for step in cases.steps_of(row)
        if step.asked_at is not None
        for one in (step.professor_id, step.principal_id)
    }
    return [
        to_professor(register.find_professor(session, one)) for one in sorted(filter(None, asked))
    ]


def tell(
    session: Session,
    parts: Parts,
    row: ApplicationRow,
    recipients: Sequence[Recipient],
    message: str,
    *,
    step: StepRow | None = None,
    **params: Any,
) -> None:
    """Ask for one mail to each, and a text message where a student wants one beside it; a param
    that is callable is called in the recipient's language."""
    for to in recipients:
        if not to.email:
            continue
        with parts.speaking(to.language):
            _ask(session, parts, row, to, message, step, _written(params))


def tell_signer(
    session: Session, parts: Parts, row: ApplicationRow, step: StepRow, message: str
) -> None:
    """Mail the step's professor the link to sign, of the step's present generation."""
    professor = register.find_professor(session, step.professor_id or "")
    step.sent_at = parts.clock.now()
    tell(
        session,
        parts,
        row,
        [to_professor(professor)],
        message,
        step=step,
        role=lambda: role_text(step.roles),
        on_behalf_of=lambda: behalf_name(session, step, professor.language),
        by_when=step.by_when,
        next=lambda: next_text(parts, row, step.n),
    )


def behalf_name(session: Session, step: StepRow, language: str) -> str:
    """For whom the step's signer acts; "" for themselves."""
    if step.delegation is None:
        return ""
    return register.find_professor(session, step.delegation.professor_id).name(language)


def changed_texts(kind: Kind, names: Sequence[str]) -> list[str]:
    """What was changed, by the names that people know it by, in the language in force."""
    labels = {name: str(f.metadata["label"]) for name, f in kind.schema().fields.items()}
    labels["attachments"] = _("Attachments")
    labels["letter"] = _("The letter")
    labels["sentences"] = _("The sentence that is signed")
    found = [labels.get(name, _("The form itself")) for name in names]
    return list(dict.fromkeys(found))


def next_text(parts: Parts, row: ApplicationRow, n: int) -> str:
    """Who acts after step `n`: the next role or the office, in the reader's language."""
    following = [step for step in cases.steps_of(row) if step.n > n]
    if following:
        asked = [step.roles for step in following if step.n == following[0].n]
        return role_text(list(dict.fromkeys(role for roles in asked for role in roles)))
    desk = parts.kind(row.kind).desk
    return str(OFFICES[desk.office]) if desk else ""


def _ask(
    session: Session,
    parts: Parts,
    row: ApplicationRow,
    to: Recipient,
    message: str,
    step: StepRow | None,
    params: dict[str, Any],
) -> None:
    links = message in ("approval_request", "approval_reminder")
    named = parts.kind(row.kind).mails.get(message, message)
    noted = NotificationRow(
        id=new_id(),
        application_id=row.id,
        step_id=step.id if step else None,
        generation=step.generation if step and links else None,
        recipient=to.reader,
        message=named,
        asked_at=parts.clock.now(),
    )
    session.add(noted)
    request = NotificationRequested(
        notification_id=noted.id,
        message=named,
        language=to.language,
        lane=_lane(row, message),
        address={"email": to.email},
        thread=row.id,
        params={"name": to.name, "reader": to.reader, **_case(parts, row, to.language), **params},
        links=[_link(step)] if step and links else [],
    )
    outbox.add(session, request, clock=parts.clock, correlation_id=row.id)
    if to.student_id:
        text_student(session, parts, to.student_id, named, to.language, request.params, row.id)


def _lane(row: ApplicationRow, message: str) -> str:
    """What somebody waits for goes before reminders and the many mails of a bulk issue."""
    many = row.bulk_id is not None and message == "issued"
    return BULK if many else LANES.get(message, TRANSACTIONAL)


def _link(step: StepRow) -> dict[str, Any]:
    return {"purpose": "approval", "subject_id": step.id, "generation": step.generation}


def _case(parts: Parts, row: ApplicationRow, language: str) -> dict[str, Any]:
    kind = parts.kind(row.kind)
    sent = cases.submission(row)
    title = str(kind.title)
    return {
        "application_id": row.id,
        "application_number": row.number,
        "kind": row.kind,
        "kind_title": title,
        "student_name": Named.name(row, language),  # type: ignore[arg-type]  # has both names
        "asks": str(kind.headline(cases.load(kind, sent.answers))) or title,
    }


def _written(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value() if callable(value) else value) for name, value in params.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value
