"""Sending an application: judged, frozen as everybody will sign it, handed to whoever is next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.forms.applications import cases, issuing, steps
from services.forms.applications.answers import blocks, judge, read, refused, said, written
from services.forms.applications.replaying import kept
from services.forms.applications.said_by import check_printable, check_signature
from services.forms.applications.shown import shown
from services.forms.applications.snapshot import freeze
from services.forms.applications.states import EDITABLE, OPEN, after
from services.forms.applications.tables import ApplicationRow, SubmissionRow
from services.forms.applications.telling import next_text, tell, to_student
from services.forms.applications.trail import Who, by, note
from services.forms.applications.values import Receipt
from services.forms.catalog.kind import Answers, Asking, Finding, Kind
from services.forms.parts import Parts
from services.forms.people.values import Student
from services.forms.signin.person import Person
from shared.errors import Conflict

SIGNED_ON_PAPER = _l("signed on paper")  # in the place of a typed name


def submit(
    session: Session,
    parts: Parts,
    person: Person,
    application_id: str,
    typed: str | None = None,
) -> Receipt:
    """Send it: from now on others act. Sent already and open (or issued at once): the same
    receipt again.

    `typed` is the applicant's signature, the name of the register unless given.
    Raises Refused("findings", application_id, findings; "signature_bad"),
    Conflict("open_application", application_id, number; "wrong_state").
    """
    row = cases.own(session, person, application_id)
    kind = parts.kind(row.kind)
    if (row.state in OPEN and row.state not in EDITABLE) or (kind.at_once and row.round):
        return _receipt(session, parts, row)
    cases.require_editable(row)
    student = cases.applicant(session, person)
    asking = cases.asking(session, parts, student, of=row)
    answers, findings = _accepted(session, kind, asking, row)
    _check_open(session, row, kind, answers)
    _freeze(session, parts, row, kind, asking, answers, findings, typed)
    row.lapses_at = kind.lapses_at(asking, answers)
    row.on_paper = False  # returned and sent again, it goes its ordinary way
    note(session, parts.clock, row, by(person), "sent", shown=cases.submission(row).shown)
    _hand_over(session, parts, row, kind, student)
    if not kind.at_once:  # else the mail that it is issued follows at once
        _tell_receipt(session, parts, row, kind, student)
    return _receipt(session, parts, row)


def send_for(
    session: Session, parts: Parts, row: ApplicationRow, asking: Asking, who: Who, **details: Any
) -> None:
    """Send what an office asks for on a student's behalf: judged and frozen as the student's own.

    For kinds that are issued at once. Raises Refused("findings").
    """
    kind, student = parts.kind(row.kind), asking.student
    answers, findings = _accepted(session, kind, asking, row)
    _check_open(session, row, kind, answers)
    _freeze(session, parts, row, kind, asking, answers, findings, None)
    shown_hash = cases.submission(row).shown
    note(session, parts.clock, row, who, "sent_in_bulk", shown=shown_hash, **details)
    _hand_over(session, parts, row, kind, student)


def send_on_paper(
    session: Session, parts: Parts, row: ApplicationRow, asking: Asking, who: Who
) -> None:
    """Send a signed paper form (EXT-04) straight to the desk: everybody has signed on it.

    Judged and frozen as the student's own, at the instant at which it arrived.
    Raises Refused("findings"), Conflict("open_application" | "nobody_on_record").
    """
    kind, student = parts.kind(row.kind), asking.student
    answers, findings = _accepted(session, kind, asking, row)
    _check_open(session, row, kind, answers)
    with parts.speaking(kind.paper_language(answers, student.language)):
        words = str(SIGNED_ON_PAPER)
    _freeze(session, parts, row, kind, asking, answers, findings, words)
    note(session, parts.clock, row, who, "sent_on_paper", shown=cases.submission(row).shown)
    steps.lay(session, parts, row, kind, student)
    steps.sign_all(session, row, asking.now, words)
    steps.to_desk(session, parts, row, kind)
    _claim(session, row)
    _tell_receipt(session, parts, row, kind, student)


def _accepted(
    session: Session, kind: Kind, asking: Asking, row: ApplicationRow
) -> tuple[Answers, Sequence[Finding]]:
    """The answers and what the rules say of them, if nothing refuses them."""
    cases.hold_student(session, row.student_id)  # until the end: no other is sent meanwhile
    findings: list[Finding] = judge(kind, asking, row.answers)
    answers, _wrong = read(kind, row.answers)
    if blocks(findings):
        raise refused(findings, application_id=row.id, number=row.number)
    return answers, findings


def _check_open(session: Session, row: ApplicationRow, kind: Kind, answers: Answers) -> None:
    """No other of this student, kind and semester may be on its way."""
    semester = kind.semester(answers)
    row.semester = None if semester is None else str(semester)
    if row.semester is not None:
        other = session.scalar(_open_like(row.id, row.student_id, row.kind, row.semester))
    else:
        other = _same_at_desk(session, row, kind, answers)
    if other is not None:
        raise _already_open(other)


def _same_at_desk(
    session: Session, row: ApplicationRow, kind: Kind, answers: Answers
) -> ApplicationRow | None:
    """Without a semester, only the very same request that an office still holds stands in the way,
    or any other of a kind that is `single`.

    What is issued at once may be asked for as often as somebody likes.
    """
    if kind.at_once:
        return None
    open_ones = select(ApplicationRow).where(
        ApplicationRow.student_id == row.student_id,
        ApplicationRow.kind == row.kind,
        ApplicationRow.state.in_(OPEN),
        ApplicationRow.id != row.id,
    )
    same = written(kind, answers)
    return next(
        (one for one in session.scalars(open_ones) if kind.single or one.answers == same), None
    )


def _open_like(but: str, student_id: str, kind: str, semester: str) -> Select[ApplicationRow]:
    return select(ApplicationRow).where(
        ApplicationRow.student_id == student_id,
        ApplicationRow.kind == kind,
        ApplicationRow.semester == semester,
        ApplicationRow.state.in_(OPEN),
        ApplicationRow.id != but,
    )


def _already_open(other: ApplicationRow) -> Conflict:
    return Conflict(
        "open_application",
        "one of this kind and semester is on its way",
        application_id=other.id,
        number=other.number,
    )


def _freeze(
    session: Session,
    parts: Parts,
    row: ApplicationRow,
    kind: Kind,
    asking: Asking,
    answers: Answers,
    findings: Sequence[Finding],
    typed: str | None,
) -> None:
    """Write down what is sent, in the paper's language: it is what everybody signs.

    Kept with it is what the rules said and by which data, to be replayed (`replaying.py`).
    """
    now, student = asking.now, asking.student  # the instant that the rules were asked at
    language = kind.paper_language(answers, student.language)
    with parts.speaking(language):
        sentences = [str(sentence) for sentence in kind.sentences(answers)]
    attachments = cases.attached(row)
    signed: dict[str, Any] = {
        "answers": written(kind, answers),
        "kind_version": kind.version,
        "template_version": issuing.template_version(session, kind.name, language),
        "sentences": sentences,
    }
    row.round += 1
    row.submitted_at = row.updated_at = now
    row.answers = signed["answers"]
    row.reason = row.acted_by = None
    row.submissions.append(
        SubmissionRow(
            round=row.round,
            at=now,
            language=language,
            attachments=[{"id": a.id, "name": a.name, "sha256": a.sha256} for a in attachments],
            shown=shown(attachments=[one.sha256 for one in attachments], **signed),
            typed=_signature(parts, kind, student, language, typed),
            student=freeze(student),
            semesters=freeze(asking.semesters),
            findings=kept(findings),
            **signed,
        )
    )


def _signature(parts: Parts, kind: Kind, student: Student, language: str, typed: str | None) -> str:
    """What the applicant typed, else the name of the register; the paper can show it."""
    found = check_signature(typed) if typed is not None else student.name(student.language)
    check_printable(parts.room, kind.name, language, "applicant.typed", found)
    return found


def _hand_over(
    session: Session, parts: Parts, row: ApplicationRow, kind: Kind, student: Student
) -> None:
    """To the approvers, else to the desk, else straight to the document."""
    if kind.route:
        row.state = after(row.state, "ask_approvers", "student")
        _claim(session, row)
        steps.lay(session, parts, row, kind, student)
        steps.begin(session, parts, row, kind)
    elif kind.desk is not None:
        steps.to_desk(session, parts, row, kind)
        _claim(session, row)
    else:
        row.state = after(row.state, "ask_nobody", "student")
        _claim(session, row)
        issuing.request_document(session, parts, row)


def _claim(session: Session, row: ApplicationRow) -> None:
    """The unique index is the net below `cases.hold_student`."""
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("open_application", "another of this kind was quicker") from error


def _tell_receipt(
    session: Session, parts: Parts, row: ApplicationRow, kind: Kind, student: Student
) -> None:
    sent = cases.submission(row)
    people = cases.chosen(session, kind, sent.answers)
    tell(
        session,
        parts,
        row,
        [to_student(student)],
        "receipt",
        submitted_at=sent.at,
        sent=lambda: [[label, text] for label, text in said(kind, sent.answers, people)],
        attachments=[one["name"] for one in sent.attachments],
        next=lambda: next_text(parts, row, 0),
        by_when=row.due_at,
    )


def _receipt(session: Session, parts: Parts, row: ApplicationRow) -> Receipt:
    sent, kind = cases.submission(row), parts.kind(row.kind)
    return Receipt(
        id=row.id,
        number=row.number,
        state=row.state,
        submitted_at=sent.at,
        shown=sent.shown,
        sent=tuple(said(kind, sent.answers, cases.chosen(session, kind, sent.answers))),
        attachments=tuple(one["name"] for one in sent.attachments),
    )
