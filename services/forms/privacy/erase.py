"""Forgetting a student who asks for it: numbers, states, days and chains stay, the person goes.

Everything here is one transaction; certs and notify forget by the messages that
it sends. Files are removed after it, by whoever called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.forms.applications import trail
from services.forms.applications.endings import EndingRow
from services.forms.applications.letter_tables import DeliveryRow, LetterDraftRow, SignedLetterRow
from services.forms.applications.states import ENDS
from services.forms.applications.tables import (
    ApplicationRow,
    DocumentRow,
    IdempotencyRow,
    RenderRow,
    StepRow,
    new_id,
)
from services.forms.bulk.tables import EntryRow
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.tables import AccountRow, StudentRow
from services.forms.signin.tables import (
    AuthenticatorRow,
    ChallengeRow,
    CredentialRow,
    RecoveryRow,
    RemovedAppRow,
    SessionRow,
)
from shared import outbox, unanswered
from shared.errors import Conflict
from shared.messages import DocumentErased, DocumentErasureRequested, RecipientForgotten

SIGNING_IN = (
    SessionRow, ChallengeRow, CredentialRow, AuthenticatorRow, RecoveryRow, RemovedAppRow,
)  # fmt: skip


@dataclass(frozen=True)
class Erased:
    """What was forgotten, and the files that are now to be removed."""

    applications: int
    documents: int
    files: Sequence[str]


def erase(session: Session, parts: Parts, student_id: str) -> Erased:
    """Forget a student. Raises NotFound("no_such_person"), Conflict("still_open")."""
    student = register.find_student(session, student_id)
    rows = _applications(session, student_id)
    left = [row.number for row in rows if row.state not in (*ENDS, "draft")]
    if left:
        raise Conflict(
            "still_open",
            f"These applications are still open: {', '.join(left)}. Have them withdrawn, decided "
            "or issued first; then erase.",
        )
    files = [file for row in rows for file in files_of(session, row)]
    documents = [one.number for row in rows for one in row.documents]
    for number in documents:
        request = DocumentErasureRequested(number=number)
        outbox.add(session, request, clock=parts.clock, correlation_id=number)
    unanswered.forget(session, [row.id for row in rows])
    _tell_notify(session, parts, student_id, rows)
    for row in rows:
        forget_application(session, parts, row)
    _forget_lists(session, student.student_number)
    _forget_person(session, student_id)
    return Erased(len(rows), len(documents), files)


def erased(session: Session, _parts: Parts, message: DocumentErased) -> None:
    """certs has forgotten a document: here it counts as withdrawn."""
    found = session.get(DocumentRow, message.number)
    if found is not None and found.state == "issued":
        found.state, found.code, found.changed_at = "revoked", "withdrawn", message.at


def _applications(session: Session, student_id: str) -> list[ApplicationRow]:
    wanted = select(ApplicationRow).where(ApplicationRow.student_id == student_id)
    return list(session.scalars(wanted.order_by(ApplicationRow.number).with_for_update()))


def files_of(session: Session, row: ApplicationRow) -> list[str]:
    """The files that go with an application."""
    renders = session.scalars(select(RenderRow).where(RenderRow.application_id == row.id))
    found = [one.file_id for one in row.attachments]
    found += [one.file_id for one in renders if one.file_id]
    return found + [one.drawn_file_id for one in row.steps if one.drawn_file_id]


def _tell_notify(
    session: Session, parts: Parts, student_id: str, rows: Sequence[ApplicationRow]
) -> None:
    message = RecipientForgotten(
        erasure_id=new_id(), person_id=student_id, cases=[{"id": row.id} for row in rows]
    )
    outbox.add(session, message, clock=parts.clock, correlation_id=message.erasure_id)


def forget_application(session: Session, parts: Parts, row: ApplicationRow) -> None:
    """Forget what one application says of people; its number, state and days stay."""
    session.execute(delete(RenderRow).where(RenderRow.application_id == row.id))
    if row.state == "draft":  # it was never sent: nothing of it has to be proved
        session.delete(row)
        return
    for one in (LetterDraftRow, EndingRow):
        session.execute(delete(one).where(one.application_id == row.id))
    letters = select(StepRow.id).where(StepRow.application_id == row.id)
    session.execute(delete(SignedLetterRow).where(SignedLetterRow.step_id.in_(letters)))
    session.execute(
        update(DeliveryRow).where(DeliveryRow.application_id == row.id).values(reference=None)
    )
    row.attachments.clear()
    for sent in row.submissions:
        sent.answers, sent.student, sent.attachments, sent.sentences = {}, {}, [], []
        sent.shown = sent.typed = ""
    for step in row.steps:
        step.reason = step.shown = step.typed = step.drawn_file_id = step.drawn_sha256 = None
    for document in row.documents:  # an id of its own: what was theirs is no longer one person's
        document.student_id, document.reason = row.id, None
    row.student_id, row.student_number, row.name_ko, row.name_en = row.id, "", "", ""
    row.answers, row.reason, row.reference, row.failure = {}, None, None, None
    row.due_at = row.lapses_at = None
    row.erased_at = parts.clock.now()
    trail.forget(session, parts.clock, row)


def _forget_lists(session: Session, student_number: str) -> None:
    session.execute(
        update(EntryRow)
        .where(EntryRow.student_number == student_number)
        .values(student_number="", given={}, findings=None)
    )


def _forget_person(session: Session, student_id: str) -> None:
    account = session.scalar(select(AccountRow).where(AccountRow.person_id == student_id))
    if account is not None:
        for one in SIGNING_IN:
            session.execute(delete(one).where(one.login_id == account.login_id))
        session.delete(account)
    session.execute(delete(IdempotencyRow).where(IdempotencyRow.person_id == student_id))
    session.delete(session.get_one(StudentRow, student_id))
    session.flush()
