"""A corrected paper: issued again with the register's present facts, in the old one's place.

The old one counts until the newer is there; then certs is asked to supersede
it. What cannot be printed leaves the old one as it is, and the desk says why.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.forms.applications import cases, endings, issuing, letters
from services.forms.applications.endings import EndingRow
from services.forms.applications.tables import ApplicationRow, DocumentRow, new_id
from services.forms.applications.trail import CERTS, note
from services.forms.catalog.kind import Case
from services.forms.parts import Parts
from services.forms.people import register
from shared import outbox
from shared.errors import Refused
from shared.messages import DocumentFailed, DocumentIssued, DocumentRequested


def must_be_true_now(session: Session, parts: Parts, row: ApplicationRow) -> None:
    """A certificate says what is so today, so its rules are asked again.

    Of an application somebody decided: that stands, whatever became of the facts that it was
    decided upon. Raises Refused("findings").
    """
    kind = parts.kind(row.kind)
    if not kind.certificate:
        return
    student = register.find_student(session, row.student_id)
    asking = cases.asking(session, parts, student)
    answers = cases.load(kind, cases.submission(row).answers)
    found = [*kind.may_ask(asking), *kind.judge(asking, answers)]
    blocking = list({one.rule: one for one in found if one.severity == "block"}.values())
    if blocking:
        raise Refused("findings", "it would not be true today", findings=blocking)


def print_newer(session: Session, parts: Parts, row: ApplicationRow, ending: EndingRow) -> None:
    """Ask certs for the newer paper.

    A certificate comes from the template in use now; what was signed keeps the version that its
    signers saw.
    """
    kind, sent = parts.kind(row.kind), cases.submission(row)
    ending.issue_id, ending.state, ending.failure = new_id(), endings.PRINTING, None
    request = DocumentRequested(
        issue_id=ending.issue_id,
        application_id=row.id,
        kind=row.kind,
        language=sent.language,
        template_version=None if kind.certificate else sent.template_version,
        facts=issuing.facts(parts, kind, _case_now(session, parts, row), row),
        by=endings.people(ending),
    )
    outbox.add(session, request, clock=parts.clock, correlation_id=row.id)


def issued(session: Session, parts: Parts, message: DocumentIssued) -> bool:
    """The newer paper is there, so certs is asked to end the older. False if it is no newer one."""
    ending = endings.of_issue(session, message.issue_id)
    if ending is None:
        return False
    if ending.state != endings.PRINTING:
        return True
    row = _held(session, ending)
    older = session.get_one(DocumentRow, ending.number)
    row.documents.append(
        DocumentRow(
            number=message.number,
            application_id=row.id,
            kind=row.kind,
            student_id=row.student_id,
            language=older.language,
            sha256=message.sha256,
            template_version=message.template_version,
            issued_at=message.issued_at,
            state="issued",
        )
    )
    row.updated_at = parts.clock.now()
    note(session, parts.clock, row, CERTS, "issued_again", sha256=message.sha256)
    ending.replaced_by = message.number
    endings.ask_certs(session, parts, older, ending)
    return True


def failed(session: Session, parts: Parts, message: DocumentFailed) -> bool:
    """The newer paper cannot be made; the older one stays. False if it is no newer one."""
    ending = endings.of_issue(session, message.issue_id)
    if ending is None:
        return False
    if ending.state == endings.PRINTING:
        row = _held(session, ending)
        ending.state = endings.FAILED
        ending.failure = {"code": message.code, "detail": message.detail}
        note(session, parts.clock, row, CERTS, "replace_failed", code=message.code)
    return True


def _case_now(session: Session, parts: Parts, row: ApplicationRow) -> Case:
    """The case with its signatures and decision, about the student as the register is now."""
    student = register.find_student(session, row.student_id)
    return replace(letters.case_of(session, parts, row), student=student)


def _held(session: Session, ending: EndingRow) -> ApplicationRow:
    return session.scalars(
        select(ApplicationRow).where(ApplicationRow.id == ending.application_id).with_for_update()
    ).one()
