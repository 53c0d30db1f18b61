"""The letter of a step that writes one: its draft, what is signed, who may see which (REC-01).

A draft is its writer's alone; what was signed is for the office too. The hash
that is signed is made over the letter with the application (`shown`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from flask_babel import pgettext
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.forms.applications import cases
from services.forms.applications.answers import has_control
from services.forms.applications.letter_tables import LetterDraftRow, SignedLetterRow
from services.forms.applications.shown import shown
from services.forms.applications.states import ENDS
from services.forms.applications.tables import ApplicationRow, StepRow, SubmissionRow
from services.forms.applications.values import LetterView
from services.forms.catalog.kind import Case, Kind, Letter
from services.forms.catalog.letter_pages import pages
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.signin.person import Person
from shared.errors import NotFound, Refused
from shared.fit.setting import plain

CHARACTERS_MOST: Mapping[str, int] = {
    "body": 30_000,
    "position": 100,
    "department": 100,
    "contact": 100,
}


def writes(kind: Kind, step: StepRow) -> bool:
    """Whether whoever holds this step writes a letter before signing."""
    return any(one.writes for one in kind.route if one.role in step.roles)


def read(given: Mapping[str, Any]) -> Letter:
    """A letter as somebody sent it: composed, with one kind of line end, nothing unprintable.

    Raises Refused("letter_bad", field).
    """
    found = {}
    for name, most in CHARACTERS_MOST.items():
        text = plain(str(given.get(name) or "")).replace("\t", " ")
        text = "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")
        if len(text) > most or has_control(text, lines=name == "body"):
            raise Refused("letter_bad", "too long or unprintable", field=name, most=most)
        found[name] = text.strip() if name != "body" else text
    return Letter(**found)


def draft(session: Session, parts: Parts, row: ApplicationRow, step: StepRow) -> Letter:
    """What the step's writer has so far; an empty page has their own address on it."""
    kept = _kept(session, row, step)
    if kept is not None:
        return Letter(**kept.letter)
    professor = register.find_professor(session, step.professor_id or "")
    with parts.speaking(cases.submission(row).language):
        return Letter(position=pgettext("printed", "Professor"), contact=professor.email)


def keep(
    session: Session,
    parts: Parts,
    row: ApplicationRow,
    step: StepRow,
    letter: Letter,
    before: Letter | None = None,
) -> None:
    """Keep the draft; `before` is what it replaces, to be put back if that was a mistake."""
    kept = _kept(session, row, step)
    if kept is None:
        kept = LetterDraftRow(application_id=row.id, professor_id=step.professor_id or "")
        session.add(kept)
    kept.letter, kept.saved_at = asdict(letter), parts.clock.now()
    kept.before = asdict(before) if before else None


def before(session: Session, row: ApplicationRow, step: StepRow) -> Letter | None:
    """What the last uploaded file replaced."""
    kept = _kept(session, row, step)
    return Letter(**kept.before) if kept is not None and kept.before else None


def view(session: Session, parts: Parts, row: ApplicationRow, step: StepRow) -> LetterView:
    """The draft with what stands against signing it."""
    kept = _kept(session, row, step)
    letter = draft(session, parts, row, step)
    case = case_with(session, parts, row, letter)
    kind = parts.kind(row.kind)
    return LetterView(
        letter=letter,
        saved_at=kept.saved_at if kept else None,
        findings=tuple(kind.judge_letter(case, parts.room)),
        pages=pages(kind.paper(case)["body"].count("\n") + 1),
        may_put_back=kept is not None and kept.before is not None,
    )


def shown_with(sent: SubmissionRow, letter: Letter) -> str:
    """The hash of the application together with the letter."""
    return shown(
        answers=sent.answers,
        attachments=[one["sha256"] for one in sent.attachments],
        kind_version=sent.kind_version,
        template_version=sent.template_version,
        sentences=sent.sentences,
        letter=asdict(letter),
    )


def sign(session: Session, step: StepRow, letter: Letter) -> None:
    """Write down what was signed in this step."""
    session.add(SignedLetterRow(step_id=step.id, letter=asdict(letter)))


def signed(session: Session, row: ApplicationRow) -> Letter | None:
    """The letter whose signature counts now, if there is one."""
    steps = [one.id for one in cases.steps_of(row) if one.state == "approved"]
    found = session.scalar(select(SignedLetterRow).where(SignedLetterRow.step_id.in_(steps)))
    return Letter(**found.letter) if found else None


def case_of(session: Session, parts: Parts, row: ApplicationRow) -> Case:
    """The whole case as it stands now, with the signed letter where its kind has one."""
    kind = parts.kind(row.kind)
    if not kind.writes:
        return cases.case_of(session, kind, row)
    return case_with(session, parts, row, signed(session, row) or Letter())


def case_with(session: Session, parts: Parts, row: ApplicationRow, letter: Letter) -> Case:
    """The case as its paper would be with this letter."""
    holders = {
        role: register.find_professor(session, step.professor_id)
        for step in cases.steps_of(row)
        if step.professor_id
        for role in step.roles
    }
    case = cases.case_of(session, parts.kind(row.kind), row)
    return replace(case, letter=letter, holders=holders, room=parts.room)


def visible_case(session: Session, parts: Parts, person: Person, row: ApplicationRow) -> Case:
    """The paper with its signed letter, for the office alone. Raises NotFound("no_preview")."""
    letter = signed(session, row) if person.role == "staff" and row.round else None
    if letter is None:
        raise NotFound("no_preview", "the letter is with its writer")
    return case_with(session, parts, row, letter)


def forget_drafts(session: Session) -> None:
    """Drafts of applications that have ended are nobody's any more."""
    ended = select(ApplicationRow.id).where(ApplicationRow.state.in_(ENDS))
    session.execute(delete(LetterDraftRow).where(LetterDraftRow.application_id.in_(ended)))


def _kept(session: Session, row: ApplicationRow, step: StepRow) -> LetterDraftRow | None:
    return session.get(LetterDraftRow, (row.id, step.professor_id or ""))
