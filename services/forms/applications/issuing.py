"""From an approved application to its document: what is asked of certs, what comes of it."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.forms.applications import cases, days, endings, letters, steps
from services.forms.applications.roles import OFFICES
from services.forms.applications.states import after
from services.forms.applications.tables import (
    ApplicationRow,
    DocumentRow,
    StepRow,
    TemplateRow,
    new_id,
)
from services.forms.applications.telling import tell, to_office, to_student, took_part
from services.forms.applications.trail import CERTS, last_doer, note
from services.forms.applications.troubles import trouble_text
from services.forms.catalog.kind import Case, Kind, Vote
from services.forms.parts import Parts
from services.forms.people import register
from shared import outbox
from shared.messages import (
    BULK,
    TRANSACTIONAL,
    DocumentFailed,
    DocumentIssued,
    DocumentRequested,
    DocumentRevoked,
    DocumentSuperseded,
)

log = logging.getLogger("dojang.forms.issuing")

REPAIR_BUSINESS_DAYS = 2  # then the office is told once more
FIRST_TEMPLATE_VERSION = "1"  # each kind comes with one (house.md, templates/documents/<kind>)


def request_document(
    session: Session, parts: Parts, row: ApplicationRow, *, corrected: bool = False
) -> None:
    """Ask certs for the document of an approved application, under a new issue id.

    `corrected`: a certificate, which nobody signed, is made from what the register says now and
    not from what it said when it was asked for.
    """
    kind = parts.kind(row.kind)
    case = letters.case_of(session, parts, row)
    if corrected and kind.certificate:
        case = replace(case, student=register.find_student(session, row.student_id))
    sent = cases.submission(row)
    row.issue_id, row.failure = new_id(), None
    request = DocumentRequested(
        issue_id=row.issue_id,
        application_id=row.id,
        kind=row.kind,
        language=sent.language,
        template_version=version_for(kind, row),
        facts=facts(parts, kind, case, row),
        by=last_doer(session, row),
    )
    lane = BULK if row.bulk_id else TRANSACTIONAL  # what one person waits for goes first
    outbox.add(session, request, clock=parts.clock, correlation_id=row.id, lane=lane)


def facts(parts: Parts, kind: Kind, case: Case, row: ApplicationRow) -> dict[str, Any]:
    """What the paper says, in its own language; pictures are named by file, never carried."""
    with parts.speaking(case.language):
        return {
            "values": kind.paper(case),
            "pictures": _pictures(kind, row),
            "shows": [{"field": name, "value": value} for name, value in kind.shows(case)],
            "proves": list(kind.proves(case)),
            "holder": row.student_id,
        }


def version_for(kind: Kind, row: ApplicationRow) -> str | None:
    """The version that the paper of a submission is made from: where people sign it, the one that
    they saw; of a paper that nobody signs, whichever certs has in use (none is said)."""
    return cases.submission(row).template_version if kind.route else None


def template_version(session: Session, template: str, language: str) -> str:
    """The newest version that certs told us of."""
    found = session.get(TemplateRow, (template, language))
    return found.version if found else FIRST_TEMPLATE_VERSION


def issued(session: Session, parts: Parts, message: DocumentIssued) -> None:
    """Record the document and tell everybody who took part."""
    row = _waiting(session, message.issue_id)
    if row is None:
        return
    sent = cases.submission(row)
    row.state = after(row.state, "issue", "certs")
    delivered = parts.kind(row.kind).delivery is not None
    steps.settle(row, parts.clock.now(), due=row.due_at if delivered else None)
    row.documents.append(
        DocumentRow(
            number=message.number,
            application_id=row.id,
            kind=row.kind,
            student_id=row.student_id,
            language=sent.language,
            sha256=message.sha256,
            template_version=message.template_version,
            issued_at=message.issued_at,
            state="issued",
        )
    )
    note(session, parts.clock, row, CERTS, "issued", sha256=message.sha256)
    # What an office delivers is told of when it has left the house (`delivering`).
    told = (
        []
        if row.quiet or delivered
        else [to_student(cases.student_of(sent)), *took_part(session, row)]
    )
    tell(
        session,
        parts,
        row,
        told,
        "issued",
        result=lambda: result_text(parts, row),
        rows=lambda: _rows(row),
        document_number=message.number,
    )


def failed(session: Session, parts: Parts, message: DocumentFailed) -> None:
    """Staff are told why no document could be made; they correct and retry."""
    row = _waiting(session, message.issue_id)
    if row is None:
        return
    row.state = after(row.state, "fail", "certs")
    row.failure = {"code": message.code, "detail": message.detail}
    row.updated_at = parts.clock.now()
    row.due_at = row.due_at or days.by_when(row.updated_at, REPAIR_BUSINESS_DAYS)
    row.desk_told_at = None
    note(session, parts.clock, row, CERTS, "issue_failed", code=message.code)
    tell(
        session,
        parts,
        row,
        # Of a bulk issue the office sees all failures on one page, and gets no thousand mails.
        [] if row.bulk_id else to_office(session, parts, row),
        "issue_failed",
        reason=lambda: trouble_text(message.code),
    )


def withdrawn_from_use(
    session: Session, parts: Parts, message: DocumentRevoked | DocumentSuperseded
) -> None:
    """A document is revoked or superseded in the ledger: now, not before, the student is told."""
    document = session.get(DocumentRow, message.number)
    if document is None:
        log.warning("certs ended a document that forms does not know")
        return
    row = session.get_one(ApplicationRow, document.application_id)
    document.state = "revoked" if isinstance(message, DocumentRevoked) else "superseded"
    document.code, document.changed_at = message.code, message.at
    if row.state == "issued" and document.state == "revoked":
        row.due_at = None  # there is nothing to deliver any more
    ending = endings.close(session, document.number)
    note(session, parts.clock, row, CERTS, document.state, code=message.code)
    params: dict[str, Any] = {"reason": lambda: trouble_text(f"revoked_{message.code}")}
    if document.state == "superseded":
        params["newer_number"] = ending.replaced_by if ending is not None else ""
    tell(
        session,
        parts,
        row,
        [to_student(cases.student_of(cases.submission(row))), *took_part(session, row)],
        document.state,
        document_number=document.number,
        **params,
    )


def result_text(parts: Parts, row: ApplicationRow) -> str:
    """What was granted, in a sentence of the reader's language."""
    kind = parts.kind(row.kind)
    answers = cases.load(kind, cases.submission(row).answers)
    return str(kind.result(answers, row.granted)) or _("Your application was granted.")


def _rows(row: ApplicationRow) -> list[list[str]]:
    """Of the decision; what was asked stands in the mail beside it, and in the receipt in full."""
    found = []
    if row.decided_office is not None:
        found.append([_("Decided by"), str(OFFICES[row.decided_office])])
    if row.reference:
        found.append([_("Reference of the decision"), row.reference])
    if row.reason:
        found.append([_("Reason"), row.reason])
    return found


def _votes(kind: Kind, step: StepRow) -> bool:
    """Of a committee the paper prints the votes, nobody's signature."""
    found = kind.step(step.roles[0])
    return found is not None and isinstance(found.agree, Vote)


def _pictures(kind: Kind, row: ApplicationRow) -> dict[str, Any]:
    return {
        f"signature_{role}": {"file_id": step.drawn_file_id, "sha256": step.drawn_sha256}
        for step in cases.steps_of(row)
        if step.state == "approved" and step.drawn_file_id is not None and not _votes(kind, step)
        for role in step.roles
    }


def _waiting(session: Session, issue_id: str) -> ApplicationRow | None:
    """The application that waits for this issue; an answer to an older one changes nothing."""
    found = session.scalar(
        select(ApplicationRow).where(ApplicationRow.issue_id == issue_id).with_for_update()
    )
    if found is None or found.state != "approved":
        log.warning("certs answered an issue that nobody waits for: %s", issue_id)
        return None
    return found
