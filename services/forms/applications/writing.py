"""Writing a letter by link: kept as it is typed, taken from a file, put back (REC-01).

The link is the credential, as for a decision (`approvals`); looking changes
nothing, each of these is one POST.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from services.forms.applications import approvals, letters
from services.forms.applications.tables import ApplicationRow, StepRow
from services.forms.applications.values import ApprovalView
from services.forms.catalog.kind import Letter
from services.forms.letters.taking import Taken
from services.forms.parts import Parts
from shared.errors import NotFound, Refused


def keep(session: Session, parts: Parts, token: str, given: Mapping[str, Any]) -> ApprovalView:
    """Keep the letter as typed.

    Raises what `approvals.look` raises, NotFound("no_letter"), Refused("letter_bad").
    """
    row, step = _writer(session, parts, token)
    letters.keep(session, parts, row, step, letters.read(given), _replaced(session, row, step))
    return approvals.look(session, parts, token)


def take(
    session: Session, parts: Parts, token: str, given: Mapping[str, Any], taken: Taken
) -> ApprovalView:
    """Put a file's words in the place of those typed, which can be put back."""
    row, step = _writer(session, parts, token)
    typed = letters.read(given)
    letter = letters.read({**given, "body": taken.text})
    other = typed.body and typed.body != letter.body
    letters.keep(session, parts, row, step, letter, typed if other else None)
    return approvals.look(session, parts, token)


def put_back(session: Session, parts: Parts, token: str) -> ApprovalView:
    """What was there before a file replaced it; the file's words can be put back in turn."""
    row, step = _writer(session, parts, token)
    before = letters.before(session, row, step)
    if before is None:
        raise Refused("nothing_to_put_back", "no file replaced anything", field="letter")
    now = letters.draft(session, parts, row, step)
    letters.keep(session, parts, row, step, replace(now, body=before.body), now)
    return approvals.look(session, parts, token)


def writer(session: Session, parts: Parts, token: str) -> None:
    """Refuse whoever does not hold a link to write; a pure read, before a file is opened."""
    row, step = approvals.find(session, parts, token)
    if not letters.writes(parts.kind(row.kind), step):
        raise NotFound("no_letter", "nothing is written in this step")


def _writer(session: Session, parts: Parts, token: str) -> tuple[ApplicationRow, StepRow]:
    row, step = approvals.find(session, parts, token, lock=True)
    if not letters.writes(parts.kind(row.kind), step):
        raise NotFound("no_letter", "nothing is written in this step")
    return row, step


def _replaced(session: Session, row: ApplicationRow, step: StepRow) -> Letter | None:
    """Saving again does not forget what a file replaced."""
    return letters.before(session, row, step)
