"""Values as JSON: names in the reader's language, instants in ISO 8601 of Seoul."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.forms.applications import endings
from services.forms.applications.answers import as_json
from services.forms.applications.delegations import DelegationView
from services.forms.applications.trail import HistoryEntry
from services.forms.applications.values import (
    ApprovalDone,
    ApprovalView,
    AttachmentView,
    CaseView,
    DocumentView,
    EndingView,
    LetterView,
    Offer,
    QueueRow,
    Receipt,
    Span,
    StepView,
    Summary,
)
from services.forms.catalog.fields import json_schema
from services.forms.people.values import Professor
from services.forms.signin.person import Person
from shared.clock import SEOUL
from shared.say import named

# What of an entry's details the student may read; the rest is for staff.
DETAILS_FOR_STUDENTS = (
    "n", "roles", "reason", "granted", "reference", "code", "generation", "how", "day"
)  # fmt: skip
# What was asked for and has no effect yet, or never had one, is nobody's affair but the office's.
FOR_THE_OFFICE = tuple(
    f"{way}_{what}"
    for way in (endings.REVOKE, endings.REPLACE)
    for what in ("asked", "confirmed", "refused", "failed")
)
REASONS_FOR_STUDENTS = ("returned", "declined", "withdrawn", "approved")


def instant(at: datetime | None) -> str | None:
    """2026-08-28T18:00:00+09:00."""
    return at.astimezone(SEOUL).isoformat() if at else None


def person_json(person: Person) -> dict[str, Any]:
    """Who is signed in."""
    return {
        "role": person.role,
        "office": person.office,
        "name": named(person),
        "language": person.language,
        "notice_accepted": person.notice_accepted,
    }


def offer_json(offer: Offer) -> dict[str, Any]:
    """A kind as this student sees it today."""
    kind = offer.kind
    return {
        "name": kind.name,
        "title": str(kind.title),
        "summary": str(kind.summary),
        "version": kind.version,
        "open": offer.open,
        "findings": as_json(list(offer.findings)),
        "schema": json_schema(kind.schema),
        "prefill": dict(offer.prefill),
        "approvers": [
            {"role": role, "who": named(who) if who else None} for role, who in offer.approvers
        ],
        "office": kind.desk.office if kind.desk else None,
        "window": _span_json(offer.span),
        "uploads": {"count": kind.uploads.count, "bytes_each": kind.uploads.bytes_each},
        "application_id": offer.open_application[0] if offer.open_application else None,
    }


def _span_json(span: Span) -> dict[str, Any]:
    return {
        "opens": instant(span.opens),
        "closes": instant(span.closes),
        "state": span.state,
        "seconds_left": span.seconds_left,
    }


def receipt_json(receipt: Receipt) -> dict[str, Any]:
    """What was sent, and when."""
    return {
        "id": receipt.id,
        "number": receipt.number,
        "state": receipt.state,
        "submitted_at": instant(receipt.submitted_at),
        "shown": receipt.shown,
        "sent": [{"label": label, "text": text} for label, text in receipt.sent],
        "attachments": list(receipt.attachments),
    }


def step_json(step: StepView, *, staff: bool = False) -> dict[str, Any]:
    """One approval; ids and addresses are for staff."""
    found = {
        "n": step.n,
        "role": step.role,
        "roles": list(step.roles),
        "who": named(step.who) if step.who else None,
        "state": step.state,
        "by_when": instant(step.by_when),
        "decision": step.decision,
        "decided_at": instant(step.decided_at),
        "reason": step.reason,
    }
    if step.on_behalf_of:
        found["on_behalf_of"] = named(step.on_behalf_of)
    if step.kept:
        found["kept"] = True
    if step.members:
        found["agree"] = "vote" if step.secret else step.agree
        found["count"] = {"members": len(step.members), "for": step.ayes, "against": step.noes}
        told = step.members if staff or not step.secret else ()
        found["members"] = [{"seat": one.seat, **step_json(one, staff=staff)} for one in told]
    if staff and not step.members:
        found["professor_id"] = step.who.id if step.who else None
        found["email"] = step.who.email if step.who else None
        found["mail_code"] = step.mail_code
    return found


def case_json(case: CaseView, person: Person) -> dict[str, Any]:
    """Everything about one application."""
    staff = person.role == "staff"
    return {
        "id": case.id,
        "number": case.number,
        "state": case.state,
        "kind": case.kind.name,
        "title": str(case.kind.title),
        "semester": case.semester.as_json() if case.semester else None,
        "language": case.language,
        "answers": dict(case.answers),
        "on_paper": case.on_paper,
        "step": case.step,
        "steps": [step_json(step, staff=staff) for step in case.steps],
        "office": case.office,
        "by_when": instant(case.due_at),
        "findings": as_json(list(case.findings)),
        "window": _span_json(case.span) if case.span else None,
        "history": [
            _entry_json(entry, staff=staff)
            for entry in case.history
            if staff or entry.what not in FOR_THE_OFFICE
        ],
        "documents": [document_json(one, staff=staff) for one in case.documents],
        "attachments": [
            file_json(one, f"/api/v1/applications/{case.id}") for one in case.attachments
        ],
        "sentences": list(case.sentences),
        "kind_version": case.kind_version,
        "template_version": case.template_version,
        "shown": case.shown,
        "decision": _decision_json(case),
        "delivery": _delivery_json(case),
        "reason": case.reason,
        "returned_by": case.returned_by,
        "created_at": instant(case.created_at),
        "updated_at": instant(case.updated_at),
        "submitted_at": instant(case.submitted_at),
        "may": sorted(case.may),
        **(_for_staff(case) if staff else {}),
    }


def summary_json(one: Summary) -> dict[str, Any]:
    """One line of a student's list."""
    return {
        "id": one.id,
        "number": one.number,
        "state": one.state,
        "kind": one.kind.name,
        "title": str(one.kind.title),
        "semester": one.semester.as_json() if one.semester else None,
        "headline": one.headline,
        "by_when": instant(one.due_at),
        "submitted_at": instant(one.submitted_at),
        "updated_at": instant(one.updated_at),
        "documents": [document_json(document) for document in one.documents],
    }


def document_json(one: DocumentView, *, staff: bool = False) -> dict[str, Any]:
    """An issued document."""
    return {
        "number": one.number,
        "kind": one.kind,
        "language": one.language,
        "title": str(one.title),
        "state": _state_of(one),
        "issued_at": instant(one.issued_at),
        "sha256": one.sha256,
        "template_version": one.template_version,
        "application_id": one.application_id,
        "code": one.code,
        "changed_at": instant(one.changed_at),
        **({"reason": one.reason, "ending": _ending_json(one.ending)} if staff else {}),
    }


def _state_of(one: DocumentView) -> str:
    """For staff (others see no ending) it says, too, that a second person is waited for."""
    if one.ending is not None and one.ending.state == endings.AWAITING:
        return one.ending.state
    return one.state


def _ending_json(ending: EndingView | None) -> dict[str, Any] | None:
    if ending is None:
        return None
    return {
        "way": ending.way,
        "state": ending.state,
        "code": ending.code,
        "reason": ending.reason,
        "asked_by": named(ending.asked_by),
        "asked_at": instant(ending.asked_at),
        "decided_by": named(ending.decided_by) if ending.decided_by else None,
        "decided_at": instant(ending.decided_at),
        "refusal": ending.refusal,
        "replaced_by": ending.replaced_by,
        "failure": dict(ending.failure) if ending.failure else None,
    }


def file_json(one: AttachmentView, base: str) -> dict[str, Any]:
    """A supporting document and where it is."""
    return {
        "id": one.id,
        "name": one.name,
        "media_type": one.media_type,
        "size": one.size,
        "sha256": one.sha256,
        "address": f"{base}/attachments/{one.id}",
    }


def approval_json(view: ApprovalView, token: str) -> dict[str, Any]:
    """What a link shows; every address lies under the token."""
    base = f"/api/v1/approvals/{token}"
    return {
        "application": {
            "number": view.number,
            "kind": view.kind.name,
            "title": str(view.kind.title),
            "headline": view.headline,
            "student": _student_json(view),
            "language": view.language,
            "answers": dict(view.answers),
            "sentences": list(view.sentences),
            "kind_version": view.kind_version,
            "template_version": view.template_version,
            "submitted_at": instant(view.submitted_at),
            "signed": view.typed,
        },
        "shown": view.shown,
        "step": step_json(view.step),
        "steps": [step_json(step) for step in view.steps],
        "by_when": instant(view.by_when),
        "asks_code": view.asks_code,
        "documents": [
            {"name": str(view.kind.title), "media_type": "application/pdf",
             "address": f"{base}/paper"},
            *(file_json(one, base) for one in view.attachments),
        ],
        **({"letter": _letter_json(view.letter)} if view.letter else {}),
    }  # fmt: skip


def approval_done_json(done: ApprovalDone) -> dict[str, Any]:
    """What came of a decision."""
    return {
        "number": done.number,
        "state": done.state,
        "decision": done.decision,
        "decided_at": instant(done.decided_at),
        "shown": done.shown,
        "step": step_json(done.step),
        "next": step_json(done.following) if done.following else None,
    }


def queue_row_json(row: QueueRow) -> dict[str, Any]:
    """One line of the queue."""
    return {
        "id": row.id,
        "number": row.number,
        "state": row.state,
        "kind": row.kind.name,
        "title": str(row.kind.title),
        "name": named(row),
        "student_number": row.student_number,
        "by_when": instant(row.due_at),
        "submitted_at": instant(row.submitted_at),
        "updated_at": instant(row.updated_at),
        "flags": list(row.flags),
    }


def professor_json(one: Professor) -> dict[str, Any]:
    """Somebody who can be given a step."""
    return {
        "id": one.id,
        "name": named(one),
        "name_ko": one.name_ko,
        "name_en": one.name_en,
        "email": one.email,
    }


def named_json(one: Professor) -> dict[str, Any]:
    """A professor as students may know them: no address."""
    return {"id": one.id, "name": named(one), "name_ko": one.name_ko, "name_en": one.name_en}


def delegate_json(one: Professor) -> dict[str, Any]:
    """A professor who may sign for another."""
    return {**named_json(one), "major": named(one.major) if one.major else None}


def delegation_json(one: DelegationView) -> dict[str, Any]:
    """Who signs for whom; without days it is one request alone."""
    return {
        "id": one.id,
        "for": named_json(one.principal),
        "delegate": named_json(one.delegate),
        "first_day": one.first_day.isoformat() if one.first_day else None,
        "last_day": one.last_day.isoformat() if one.last_day else None,
        "waiting": list(one.waiting),
    }


def _entry_json(entry: HistoryEntry, *, staff: bool) -> dict[str, Any]:
    """An entry; opaque ids and what the office notes for itself stay in the office."""
    details: Mapping[str, Any] = entry.details
    if not staff:
        details = {
            name: value
            for name, value in entry.details.items()
            if name in DETAILS_FOR_STUDENTS
            and (name != "reason" or entry.what in REASONS_FOR_STUDENTS)
        }
    found = {
        "seq": entry.seq,
        "at": instant(entry.at),
        "role": entry.role,
        "what": entry.what,
        "details": dict(details),
        "shown": entry.shown,
        "hash": entry.hash,
    }
    return {**found, "who": entry.who} if staff else found


def _decision_json(case: CaseView) -> dict[str, Any] | None:
    made = case.decision
    if made is None:
        return None
    return {
        "granted": made.granted,
        "office": made.office,
        "decided_at": instant(made.at),
        "reference": made.reference,
        "reason": made.reason,
    }


def _delivery_json(case: CaseView) -> dict[str, Any] | None:
    """How the paper left the house; None where it has not, or where no office delivers."""
    made = case.delivery
    if made is None:
        return None
    return {"how": made.how, "day": made.day.isoformat(), "reference": made.reference}


def _letter_json(view: LetterView) -> dict[str, Any]:
    return {
        **asdict(view.letter),
        "saved_at": instant(view.saved_at),
        "pages": view.pages,
        "findings": as_json(list(view.findings)),
        "may_put_back": view.may_put_back,
    }


def _for_staff(case: CaseView) -> dict[str, Any]:
    student = case.student
    return {
        "student": {
            "name": named(student),
            "student_number": student.student_number,
            "program": student.program,
            "standing": student.standing,
        },
        "failure": case.failure,
        "trouble": case.trouble,
        "granted": list(case.granted),
    }


def _student_json(view: ApprovalView) -> dict[str, Any]:
    student = view.student
    return {
        "name": named(student),
        "student_number": student.student_number,
        "program": student.program,
        "major": named(student.major),
        "campus": named(student.campus),
    }
