"""Approval by e-mailed link: looking changes nothing, a decision is one signed POST.

The link is the credential (contract, "Links and files"): forms makes it again
to check it and keeps generation, expiry and use. A decision is for exactly
what was shown; for anything else it is refused with what changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from services.forms.applications import (
    absences,
    attachments,
    cases,
    drawing,
    letters,
    panels,
    steps,
)
from services.forms.applications.answers import blocks, refused
from services.forms.applications.conclude import conclude, end
from services.forms.applications.delegation_tables import DelegationRow
from services.forms.applications.describing import (
    attachment_view,
    panel_view,
    step_view,
    step_views,
)
from services.forms.applications.roles import acting_text
from services.forms.applications.said_by import check_printable, check_reason, check_signature
from services.forms.applications.shown import changed
from services.forms.applications.states import after
from services.forms.applications.tables import ApplicationRow, StepRow, SubmissionRow
from services.forms.applications.telling import (
    Recipient,
    behalf_name,
    next_text,
    tell,
    tell_signer,
    to_professor,
    to_student,
)
from services.forms.applications.trail import Who, note
from services.forms.applications.values import ApprovalDone, ApprovalView, Served
from services.forms.catalog.kind import Kind, Letter
from services.forms.parts import Parts
from services.forms.people import register
from shared.errors import Conflict, Gone, NotFound, Permanent, Refused, TooMany
from shared.links import Link, read_link, read_pass

DECISIONS = ("approve", "return", "decline", "not_mine")
PURPOSE = "approval"
PROOF = "signing_proof"  # the use of the pass that a right code gives (`second_factor`)
AGAIN_AFTER = timedelta(minutes=10)


def look(session: Session, parts: Parts, token: str) -> ApprovalView:
    """The application as it will be signed. A pure read, whoever opens it.

    Raises NotFound("unknown_link"), Gone("link_used" | "link_expired" | "link_replaced" |
    "link_delegated" | "link_closed").
    """
    row, step = find(session, parts, token)
    kind = parts.kind(row.kind)
    sent = cases.submission(row)
    return ApprovalView(
        application_id=row.id,
        number=row.number,
        kind=kind,
        student=cases.student_of(sent),
        language=sent.language,
        answers=sent.answers,
        headline=str(kind.headline(cases.load(kind, sent.answers))),
        submitted_at=sent.at,
        typed=sent.typed,
        sentences=tuple(sent.sentences),
        kind_version=sent.kind_version,
        template_version=sent.template_version,
        shown=_shown_now(session, parts, row, step),
        step=replace(
            step_view(session, step), may_hand_over=absences.may_hand_over(kind, row, step)
        ),
        panel=panel_view(session, kind, panels.of_step(row, step.n)) if step.seat else None,
        steps=step_views(session, kind, row),
        people=cases.chosen(session, kind, sent.answers),
        letter=letters.view(session, parts, row, step) if letters.writes(kind, step) else None,
        office=kind.desk.office if kind.desk else None,
        by_when=step.by_when,
        attachments=tuple(attachment_view(one) for one in attachments.sent_with(row)),
        asks_code=asks_code(kind, step),
        form_subject=f"approval:{step.id}:{step.generation}",
    )


def decide(
    session: Session,
    parts: Parts,
    token: str,
    *,
    decision: str,
    shown: str,
    reason: str | None = None,
    typed: str | None = None,
    drawn: bytes | None = None,
    letter: Mapping[str, str] | None = None,
    proof: str = "",
) -> ApprovalDone:
    """Sign, return, decline, or say that the student is somebody else's.

    `letter`, where the step writes one: what is signed, in place of the draft. `proof`, where it
    asks a code: what the right one gave.
    Raises what `look` raises, Conflict("shown_changed", changed, shown), Refused("reason_needed"
    | "signature_needed" | "signature_bad" | "bad_decision" | "findings" | "no_letter" |
    "code_needed").
    """
    row, step = find(session, parts, token, lock=True)
    if asks_code(parts.kind(row.kind), step) and not proved(parts, step, proof):
        raise Refused("code_needed", "a code comes first", field="code")
    written = _letter(session, parts, row, step, letter)
    _check_shown(row, shown, written, signs=decision == "approve")
    if decision not in DECISIONS:
        raise Refused("bad_decision", "no such decision", field="decision")
    said = check_reason(reason, needed=decision in ("return", "decline"))
    if written is not None and decision == "approve":
        _keep_letter(session, parts, row, step, written)
    _mark(session, parts, step, decision, said, shown)
    acted = step.delegation is not None
    DEEDS[decision](session, parts, row, step, typed, drawn)
    row.updated_at = parts.clock.now()
    done = _done(session, parts, row, step, decision)
    return replace(done, given_back=acted and decision == "not_mine")


def asks_code(kind: Kind, step: StepRow) -> bool:
    """Whether whoever holds this step has to give a code first."""
    return any(one.second_factor for one in kind.route if set(one.roles) & set(step.roles))


def proved(parts: Parts, step: StepRow, proof: str) -> bool:
    """Whether the right code was given for this step, by whoever is asked now."""
    try:
        found = read_pass(PROOF, proof, parts.clock.now(), parts.keyring)
    except Permanent:
        return False
    return found == signer_claims(step)


def signer_claims(step: StepRow) -> dict[str, Any]:
    """What a pass is for: one step, one link, one person."""
    return {"step": step.id, "generation": step.generation, "person": step.professor_id}


def fetch_attachment(session: Session, parts: Parts, token: str, attachment_id: str) -> Served:
    """A supporting document for whoever holds the link now."""
    row, _step = find(session, parts, token)
    for one in attachments.sent_with(row):
        if one.id == attachment_id:
            return attachments.serve(parts, one)
    raise NotFound("no_attachment", "no such file of this application")


def language_of(session: Session, parts: Parts, token: str) -> str | None:
    """The language of whom a link was made for, None where the link is not known."""
    try:
        step = _step_of(session, _read(parts, token))
    except NotFound:
        return None
    if step.professor_id is None:
        return None
    return register.find_professor(session, step.professor_id).language


def signer_of(session: Session, parts: Parts, token: str) -> tuple[str, str]:
    """The professor whom a request's link was made for, whatever became of it, and its step.

    Raises NotFound("unknown_link").
    """
    step = _step_of(session, _read(parts, token))
    if step.professor_id is None:
        raise NotFound("unknown_link", "nobody's any more")
    return step.professor_id, step.id


def send_again(session: Session, parts: Parts, token: str) -> None:
    """Mail the present link once more, to the address on record and to no other.

    For whoever holds an expired or replaced link of a step that still waits.
    Raises NotFound("unknown_link"), Gone("link_closed"), TooMany("sent_recently", retry_after).
    """
    step = _step_of(session, _read(parts, token))
    row = cases.locked(session, step.application_id)
    current = _waits_for(row, step.professor_id)
    if row is None or current is None:
        raise Gone("link_closed", "this step waits for nobody")
    now = parts.clock.now()
    if current.sent_at is not None and now - current.sent_at < AGAIN_AFTER:
        left = AGAIN_AFTER - (now - current.sent_at)
        raise TooMany("sent_recently", "just sent", retry_after=int(left.total_seconds()) + 1)
    if _expired(current, now):
        steps.new_link(session, parts, row, current)
    else:
        note(session, parts.clock, row, Who("professor", step.professor_id or ""), "link_sent",
             n=current.n, generation=current.generation)  # fmt: skip
        tell_signer(session, parts, row, current, "approval_request")


def handed_on(session: Session, parts: Parts, token: str) -> DelegationRow:
    """By what the holder of a link gave its step to somebody else.

    Raises NotFound("unknown_link" | "no_delegation").
    """
    link = _read(parts, token)
    step = _step_of(session, link)
    if step.delegation is None or step.acted_from is None or link.generation >= step.acted_from:
        raise NotFound("no_delegation", "nobody signs for them")
    return step.delegation


def _waits_for(row: ApplicationRow | None, professor_id: str | None) -> StepRow | None:
    """What this person is asked now."""
    asked = [one for one in cases.steps_of(row) if one.state == "asked"] if row else []
    return next((one for one in asked if one.professor_id == professor_id), None)


def find(
    session: Session, parts: Parts, token: str, *, lock: bool = False
) -> tuple[ApplicationRow, StepRow]:
    """The application and step that a link opens now; raises as `look` does."""
    link = _read(parts, token)
    step = _step_of(session, link)
    row = cases.locked(session, step.application_id) if lock else None
    if row is None:
        row = session.get_one(ApplicationRow, step.application_id)
    if lock:
        session.refresh(step)  # somebody else may have decided while we waited for the lock
    _check_open(row, step, link, parts.clock.now())
    return row, step


def _read(parts: Parts, token: str) -> Link:
    try:
        link = read_link(token, parts.keyring)
    except Permanent as error:
        raise NotFound("unknown_link", "no such link") from error
    if link.purpose != PURPOSE:
        raise NotFound("unknown_link", "a link for something else")
    return link


def _step_of(session: Session, link: Link) -> StepRow:
    step = session.get(StepRow, link.subject_id)
    if step is None or not 1 <= link.generation <= step.generation:
        raise NotFound("unknown_link", "no such step")
    return step


def _check_open(row: ApplicationRow, step: StepRow, link: Link, now: datetime) -> None:
    if step.round < row.round:
        now_sent = cases.submission(row)
        raise Gone("link_replaced", "sent anew", changed=changed(_round(row, step.round), now_sent))
    if link.generation < step.generation:
        raise _not_the_newest(step, link)
    if row.lapses_at is not None and row.lapses_at <= now:
        raise Gone("link_closed", "it lapses, or has")
    if step.link_used_at is not None:
        raise Gone(
            "link_used",
            "already decided",
            decided_at=step.link_used_at.isoformat(),
            decision=step.decision,
        )
    if step.state != "asked" or row.state != "in_approval":
        raise Gone("link_closed", "nobody waits for this any more", state=row.state,
                   outcome=step.outcome)  # fmt: skip
    if _expired(step, now):
        raise Gone("link_expired", "the link has expired")


def _not_the_newest(step: StepRow, link: Link) -> Gone:
    """Whoever handed it on may take it back; whoever it was taken back from has nothing to do."""
    if step.acted_from is not None and link.generation < step.acted_from and step.delegation:
        return Gone("link_delegated", "somebody signs for them")
    if (
        step.acted_from is not None
        and link.generation <= (step.acted_until or 0)
        and (link.generation >= step.acted_from)
    ):
        return Gone("link_closed", "they sign themselves", taken_back=True)
    return Gone("link_replaced", "a newer link was sent", changed=[])


def _expired(step: StepRow, now: datetime) -> bool:
    return step.link_expires_at is not None and now > step.link_expires_at


def _shown_now(session: Session, parts: Parts, row: ApplicationRow, step: StepRow) -> str:
    """What would be signed now: of a letter, with its draft."""
    written = _letter(session, parts, row, step, None)
    sent = cases.submission(row)
    return sent.shown if written is None else letters.shown_with(sent, written)


def _letter(
    session: Session,
    parts: Parts,
    row: ApplicationRow,
    step: StepRow,
    given: Mapping[str, str] | None,
) -> Letter | None:
    """The letter that a decision is about, as given or as kept; None where none is written."""
    if letters.writes(parts.kind(row.kind), step):
        return letters.read(given) if given else letters.draft(session, parts, row, step)
    if given is not None:
        raise Refused("no_letter", "nothing is written in this step", field="letter")
    return None


def _keep_letter(
    session: Session, parts: Parts, row: ApplicationRow, step: StepRow, letter: Letter
) -> None:
    """Keep what is signed with the step, if it can be printed. Raises Refused("findings")."""
    case = letters.case_with(session, parts, row, letter)
    found = parts.kind(row.kind).judge_letter(case, parts.room)
    if blocks(found):
        raise refused(found, application_id=row.id, number=row.number)
    letters.sign(session, step, letter)


def _check_shown(row: ApplicationRow, shown: str, letter: Letter | None, *, signs: bool) -> None:
    """Exactly what is there now; what is not signed needs no letter to be returned or declined."""
    sent = cases.submission(row)
    now = sent.shown if letter is None else letters.shown_with(sent, letter)
    if shown == now or (not signs and shown == sent.shown):
        return
    before = next((one for one in row.submissions if one.shown == shown), None)
    names = changed(before, sent) if letter is None else ["letter"]
    raise Conflict("shown_changed", "not what is there now", changed=names, shown=now)


def _round(row: ApplicationRow, number: int) -> SubmissionRow | None:
    return next((one for one in row.submissions if one.round == number), None)


def _mark(
    session: Session, parts: Parts, step: StepRow, decision: str, reason: str | None, shown: str
) -> None:
    """The decision with the hash of exactly what was shown and the names as they are now."""
    professor = register.find_professor(session, step.professor_id or "")
    step.decision, step.reason, step.shown = decision, reason, shown
    step.decided_at = step.link_used_at = parts.clock.now()
    step.signer_ko, step.signer_en = professor.name_ko, professor.name_en
    if step.delegation is not None:
        principal = register.find_professor(session, step.delegation.professor_id)
        step.behalf_ko, step.behalf_en = principal.name_ko, principal.name_en


def _approve(
    session: Session,
    parts: Parts,
    row: ApplicationRow,
    step: StepRow,
    typed: str | None,
    drawn: bytes | None,
) -> None:
    """Signed: the signer gets a mail of what was signed, whoever is next is asked."""
    _sign(parts, row, step, typed, drawn)
    step.state = "approved"
    _note(session, parts, row, step, "signed")
    sent, signer = cases.submission(row), _signer(session, step)
    whom = behalf_name(session, step, signer.language)
    tell(
        session,
        parts,
        row,
        [signer],
        "approval_signed",
        step=step,
        role=lambda: acting_text(step.roles, whom),
        signed_at=step.decided_at,
        typed=step.typed or "",
        sentences=list(sent.sentences),
        shown=step.shown,
    )
    conclude(session, parts, row, step.n)
    if letters.writes(parts.kind(row.kind), step):
        _tell_written(session, parts, row, step)


def _tell_written(session: Session, parts: Parts, row: ApplicationRow, step: StepRow) -> None:
    """The student hears that the letter is there, and by when the office delivers it (REC-02)."""
    student = to_student(cases.student_of(cases.submission(row)))
    professor = register.find_professor(session, step.professor_id or "")
    tell(
        session,
        parts,
        row,
        [student],
        "letter_written",
        who=professor.name(student.language),
        next=lambda: next_text(parts, row, step.n),
        by_when=row.due_at,
    )


def _return(
    session: Session, parts: Parts, row: ApplicationRow, step: StepRow, *_signature: object
) -> None:
    """Back to the student, who edits it and sends it again; all signatures are void.

    One of several is enough: nothing is decided against the student by it. The others, who may
    be reading, are told.
    """
    row.state = after(row.state, "return", "approver")
    step.state = "returned"
    _note(session, parts, row, step, "returned")
    others = [
        to_professor(register.find_professor(session, one.professor_id))
        for one in panels.of_step(row, step.n)
        if one is not step and one.asked_at and one.professor_id
    ]
    end(session, parts, row, step, "returned", step.reason, others)


def _decline(
    session: Session, parts: Parts, row: ApplicationRow, step: StepRow, *_signature: object
) -> None:
    """Alone, it ends here, and everybody who took part and the office are told the reason; of
    several people it is one answer, of a committee a vote against."""
    step.state = "declined"
    _note(session, parts, row, step, "declined")
    conclude(session, parts, row, step.n)


def _not_mine(
    session: Session, parts: Parts, row: ApplicationRow, step: StepRow, *_signature: object
) -> None:
    """Somebody else's student: the office gives the step to the right person. A delegate gives it
    back to whom it was asked of."""
    _note(session, parts, row, step, "not_mine")
    if step.delegation is not None:
        steps.give_back(session, parts, row, step, Who("professor", step.professor_id or ""))
        return
    steps.unassign(session, parts, row, step, "not_mine")


Deed = Callable[[Session, Parts, ApplicationRow, StepRow, str | None, bytes | None], None]
DEEDS: Mapping[str, Deed] = {
    "approve": _approve,
    "return": _return,
    "decline": _decline,
    "not_mine": _not_mine,
}


def _sign(
    parts: Parts, row: ApplicationRow, step: StepRow, typed: str | None, drawn: bytes | None
) -> None:
    if typed is not None:
        step.typed = check_signature(typed)
        language = cases.submission(row).language
        for role in step.roles:
            check_printable(parts.room, row.kind, language, f"{role}.typed", typed)
    elif drawn is not None:
        stored = parts.files.put(drawing.clean(drawn))
        step.drawn_file_id, step.drawn_sha256 = stored.file_id, stored.sha256
    else:
        raise Refused("signature_needed", "this needs a signature", field="signature")


def _note(session: Session, parts: Parts, row: ApplicationRow, step: StepRow, what: str) -> None:
    note(
        session,
        parts.clock,
        row,
        Who("professor", step.professor_id or ""),
        what,
        shown=step.shown,
        n=step.n,
        roles=step.roles,
        reason=step.reason,
        typed=step.typed,
        drawn=step.drawn_sha256,
        seat=step.seat or None,
        behalf_of=step.delegation.professor_id if step.delegation else None,
    )


def _signer(session: Session, step: StepRow) -> Recipient:
    return to_professor(register.find_professor(session, step.professor_id or ""))


def _done(
    session: Session, parts: Parts, row: ApplicationRow, step: StepRow, decision: str
) -> ApprovalDone:
    sent = cases.submission(row)
    kind = parts.kind(row.kind)
    following = [one for one in step_views(session, kind, row) if one.state in steps.PENDING]
    return ApprovalDone(
        number=row.number,
        kind=kind,
        student=cases.student_of(sent),
        decision=decision,
        state=row.state,
        decided_at=step.decided_at or parts.clock.now(),
        shown=step.shown or sent.shown,
        step=step_view(session, step),
        following=following[0] if following else None,
        office=kind.desk.office if kind.desk else None,
    )
