"""Sent again after a return, an application keeps the signatures that the correction leaves alone.

A signature is kept if the same person would be asked for the same roles, and all that they were
shown is still so, but for what the kind says is the office's alone (`Kind.for_office`). It stays
what it was: its time, its hash and the round that it was given in. A letter is always signed anew.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from services.forms.applications import cases
from services.forms.applications.roles import role_text
from services.forms.applications.shown import changed, untouched
from services.forms.applications.tables import ApplicationRow, StepRow, SubmissionRow
from services.forms.applications.telling import changed_texts, tell, to_professor
from services.forms.applications.trail import SYSTEM, note
from services.forms.catalog.kind import Kind
from services.forms.parts import Parts
from services.forms.people import register

KEPT = (
    "decision decided_at reason shown signer_ko signer_en typed drawn_file_id drawn_sha256 "
    "professor_id delegation_id behalf_ko behalf_en"
)


def keep_signatures(
    session: Session, parts: Parts, row: ApplicationRow, kind: Kind, laid: Sequence[StepRow]
) -> None:
    """Carry over what was signed in earlier rounds and is still true; its signers are told."""
    now = cases.submission(row)
    for step in laid:
        signed = None if _writes(kind, step) else _signed_before(row, step)
        before = _sent_in(row, signed.signed_round or signed.round) if signed else None
        if signed is None or before is None or not untouched(before, now, kind.for_office):
            continue
        for name in KEPT.split():
            setattr(step, name, getattr(signed, name))
        step.state, step.signed_round = "approved", before.round
        names = changed(before, now)
        note(session, parts.clock, row, SYSTEM, "signature_kept", shown=step.shown, n=step.n,
             roles=step.roles, round=before.round, changed=names)  # fmt: skip
        to = to_professor(register.find_professor(session, step.professor_id or ""))
        tell(
            session,
            parts,
            row,
            [to],
            "signature_kept",
            role=lambda step=step: role_text(step.roles),
            signed_at=step.decided_at,
            changed=lambda names=names: changed_texts(kind, names),
        )


def _writes(kind: Kind, step: StepRow) -> bool:
    return any(one.writes for one in kind.route if one.role in step.roles)


def _signed_before(row: ApplicationRow, step: StepRow) -> StepRow | None:
    """The same person's newest answer for the same roles, if it was a signature."""
    theirs = [
        one
        for one in row.steps
        if one.round < row.round
        and one.decided_at is not None
        and one.professor_id is not None
        and one.principal_id == step.principal_id
        and set(one.roles) == set(step.roles)
    ]
    newest = max(theirs, key=lambda one: one.round, default=None)
    return newest if newest is not None and newest.decision == "approve" else None


def _sent_in(row: ApplicationRow, number: int) -> SubmissionRow | None:
    return next((one for one in row.submissions if one.round == number), None)
