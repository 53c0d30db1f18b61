"""The very paper, before it is signed: asked of certs, waited for, handed on.

The same facts are rendered once. Whoever waits is woken by the bell when the
answer is committed; where another process consumes it, a look every half
second finds it.
"""

from __future__ import annotations

import time
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.forms.applications import approvals, cases, issuing, letters
from services.forms.applications.answers import blocks, read, refused
from services.forms.applications.states import EDITABLE
from services.forms.applications.tables import ApplicationRow, RenderRow, TemplateRow, new_id
from services.forms.applications.values import Preview
from services.forms.catalog.kind import Case, Kind
from services.forms.parts import Parts
from services.forms.signin.person import Person
from shared import outbox
from shared.audit import digest
from shared.clock import SEOUL
from shared.errors import NotFound
from shared.links import file_capability
from shared.messages import RenderFailed, RenderFinished, RenderRequested

WAIT_S = 5.0
LOOK_S = 0.5
ASK_AGAIN_AFTER = timedelta(seconds=60)


def ask_preview(session: Session, parts: Parts, person: Person, application_id: str) -> Preview:
    """The paper of an application as it is now. Raises NotFound, Refused("findings")."""
    row = cases.visible(session, parts, person, application_id)
    kind = parts.kind(row.kind)
    if kind.writes:
        return _ask(session, parts, row, kind, letters.visible_case(session, parts, person, row))
    if row.state in EDITABLE:
        return _ask(session, parts, row, kind, _draft_case(session, parts, row, kind, person))
    return _ask(session, parts, row, kind, letters.case_of(session, parts, row))


def ask_approver_preview(session: Session, parts: Parts, token: str) -> Preview:
    """The paper as the holder of a link would sign it; raises as `approvals.look`.

    A letter that cannot be printed is refused: Refused("findings").
    """
    row, step = approvals.find(session, parts, token)
    kind = parts.kind(row.kind)
    if not letters.writes(kind, step):
        return _ask(session, parts, row, kind, letters.case_of(session, parts, row))
    case = letters.case_with(session, parts, row, letters.draft(session, parts, row, step))
    found = kind.judge_letter(case, parts.room)
    if blocks(found):
        raise refused(found)
    return _ask(session, parts, row, kind, case)


def look_preview(session: Session, render_id: str) -> Preview:
    """How far a preview is. Raises NotFound("no_preview")."""
    found = session.get(RenderRow, render_id)
    if found is None:
        raise NotFound("no_preview", "no such preview")
    return _view(found)


def wait(parts: Parts, render_id: str, seconds: float = WAIT_S) -> Preview:
    """Wait until certs has answered, at most `seconds`; to be called outside transactions."""
    end = time.monotonic() + seconds
    while True:
        rung = parts.bell.rung
        with parts.database.read() as session:
            found = look_preview(session, render_id)
        left = end - time.monotonic()
        if found.state != "asked" or left <= 0:
            return found
        parts.bell.wait(rung, min(left, LOOK_S))


def address(parts: Parts, preview: Preview) -> str:
    """Where certs hands out the preview for the next two minutes."""
    capability = file_capability(
        preview.file_id or "", "stored", parts.clock.now(), parts.keyring, name="preview.pdf"
    )
    return f"/files/{capability}"


def finished(session: Session, _parts: Parts, message: RenderFinished) -> None:
    """certs has made it; its template's version is remembered for what is signed next.

    What was submitted before keeps its version, which says nothing of the one in use.
    """
    row = session.get(RenderRow, message.render_id)
    if row is None:
        return
    row.state, row.file_id, row.sha256 = "finished", message.file_id, message.sha256
    application = session.get(ApplicationRow, row.application_id)
    if application is None or application.state not in EDITABLE:
        return
    known = session.get(TemplateRow, (row.template, row.language))
    if known is None:
        known = TemplateRow(template=row.template, language=row.language, version="")
        session.add(known)
    known.version = message.template_version


def failed(session: Session, _parts: Parts, message: RenderFailed) -> None:
    """certs cannot make it; the code says why."""
    row = session.get(RenderRow, message.render_id)
    if row is not None:
        row.state, row.code, row.detail = "failed", message.code, message.detail


def _ask(session: Session, parts: Parts, row: ApplicationRow, kind: Kind, case: Case) -> Preview:
    facts = issuing.facts(parts, kind, case, row)
    version = None if row.state in EDITABLE else issuing.version_for(kind, row)
    wanted = digest([kind.name, case.language, version, facts])
    now = parts.clock.now()
    known = session.scalar(
        select(RenderRow)
        .where(RenderRow.application_id == row.id, RenderRow.facts_sha256 == wanted)
        .order_by(RenderRow.asked_at.desc())
        .limit(1)
    )
    if known is not None and _usable(parts, known):
        return _view(known)
    made = RenderRow(
        id=new_id(),
        application_id=row.id,
        facts_sha256=wanted,
        template=kind.name,
        language=case.language,
        state="asked",
        asked_at=now,
    )
    session.add(made)
    request = RenderRequested(
        render_id=made.id,
        template=kind.name,
        language=case.language,
        template_version=version,
        facts=facts,
    )
    outbox.add(session, request, clock=parts.clock, correlation_id=row.id)
    return _view(made)


def _usable(parts: Parts, known: RenderRow) -> bool:
    """Made and still there, or asked just now; a failed one is asked again."""
    if known.state == "finished":
        return parts.files.exists(known.file_id or "")
    return known.state == "asked" and parts.clock.now() - known.asked_at < ASK_AGAIN_AFTER


def _draft_case(
    session: Session, parts: Parts, row: ApplicationRow, kind: Kind, person: Person
) -> Case:
    """The paper as it would be if it were sent now: unsigned, undecided, dated today."""
    answers, findings = read(kind, row.answers)
    if blocks(findings):
        raise refused(findings, application_id=row.id, number=row.number)
    student = cases.applicant(session, person)
    found = cases.chosen(session, kind, answers)
    today = parts.clock.now().astimezone(SEOUL)
    return Case(
        number=row.number,
        student=student,
        answers=answers,
        submitted_at=today.replace(hour=0, minute=0, second=0, microsecond=0),
        attachments=[one.name for one in cases.attached(row)],
        signatures=[],
        decision=None,
        language=kind.paper_language(answers, student.language),
        holders=cases.named(kind, answers, found),
        chosen=found,
    )


def _view(row: RenderRow) -> Preview:
    return Preview(row.id, row.state, row.file_id, row.code, row.detail)
