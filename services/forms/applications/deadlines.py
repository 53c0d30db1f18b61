"""Reminders, telling the office what is overdue, and the end of what was not confirmed in time.

`tick` is safe to run twice or by two processes: each case is its own
transaction, which locks the application and looks again.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from services.forms.applications import cases, days, letters, panels, sitting, steps
from services.forms.applications.conclude import conclude
from services.forms.applications.roles import OFFICES, role_text
from services.forms.applications.states import after
from services.forms.applications.tables import ApplicationRow, IdempotencyRow, StepRow
from services.forms.applications.telling import (
    tell,
    tell_signer,
    to_office,
    to_student,
    took_part,
)
from services.forms.applications.trail import SYSTEM, note
from services.forms.applications.wishes import come_together
from services.forms.parts import Parts
from services.forms.people import changes, register
from services.forms.people.values import Named, Wishes
from services.forms.signin import sessions
from shared.clock import SEOUL
from shared.errors import DojangError, Gone, TooMany

log = logging.getLogger("dojang.forms.deadlines")

LONGEST_REST_S = 60.0
ANSWERS_KEPT = timedelta(days=7)
BATCH = 200
HELD = ("asked", "unassigned")
LAPSING = ("in_approval", "returned")  # with its approvers, or with the student
# Whose date is the application's own; issued with a date is to be delivered (REC-02).
DATED = ("at_desk", "issued", "issue_failed", "returned")


def tick(parts: Parts, now: datetime) -> datetime | None:
    """Do what is due at `now`; answers when something will be due next."""
    for application_id in _ids(parts, _to_lapse(now)):
        with parts.database.write() as session:
            _lapse(session, parts, application_id, now)
    for step_ids in _by_professor(parts, _ids(parts, _to_remind(now))):
        with parts.database.write() as session:
            _remind(session, parts, step_ids, now)
    for step_id in _ids(parts, _overdue_steps(now)):
        with parts.database.write() as session:
            _tell_overdue_step(session, parts, step_id, now)
    for application_id in _ids(parts, _overdue_desks(now)):
        with parts.database.write() as session:
            _tell_overdue_desk(session, parts, application_id, now)
    return _next_due(parts, now)


def tidy(parts: Parts, now: datetime) -> None:
    """Forget sessions that are over and answers that Idempotency-Keys had a week ago; let leaves
    and returns begin whose semester has begun."""
    with parts.database.write() as session:
        changes.begin_semester(session, now.astimezone(SEOUL).date())
        sessions.tidy(session, now)
        letters.forget_drafts(session)
        session.execute(delete(IdempotencyRow).where(IdempotencyRow.at < now - ANSWERS_KEPT))


class Timers:
    """The thread that keeps deadlines."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def run(self, stop: threading.Event) -> None:
        """Sleep until something is due, a minute at most, until `stop`."""
        while not stop.is_set():
            stop.wait(self._rest())

    def _rest(self) -> float:
        now = self._parts.clock.now()
        try:
            due = tick(self._parts, now)
            tidy(self._parts, now)
        except DojangError as error:
            log.warning("deadlines wait: %s", error.code)
            return LONGEST_REST_S
        except Exception:  # a fault in one case must not end the keeping of all others
            log.exception("a deadline could not be kept")
            return LONGEST_REST_S
        left = (due - now).total_seconds() if due else LONGEST_REST_S
        return min(max(left, 1.0), LONGEST_REST_S)


def _asked() -> Select[str]:
    return (
        select(StepRow.id)
        .join(ApplicationRow, ApplicationRow.id == StepRow.application_id)
        .where(StepRow.state == "asked", ApplicationRow.state == "in_approval")
    )


def _to_lapse(now: datetime) -> Select[str]:
    return select(ApplicationRow.id).where(
        ApplicationRow.state.in_(LAPSING), ApplicationRow.lapses_at <= now
    )


def _to_remind(now: datetime) -> Select[str]:
    return _asked().where(
        StepRow.remind_at <= now, StepRow.by_when > now, StepRow.reminded_at.is_(None)
    )


def _late() -> Select[str]:
    """Steps with somebody, and those for which the office has yet to find somebody."""
    return (
        select(StepRow.id)
        .join(ApplicationRow, ApplicationRow.id == StepRow.application_id)
        .where(
            StepRow.state.in_(HELD),
            StepRow.round == ApplicationRow.round,
            ApplicationRow.state == "in_approval",
        )
    )


def _overdue_steps(now: datetime) -> Select[str]:
    return _late().where(StepRow.by_when <= now, StepRow.overdue_told_at.is_(None))


def _overdue_desks(now: datetime) -> Select[str]:
    return select(ApplicationRow.id).where(
        ApplicationRow.state.in_(DATED),
        ApplicationRow.due_at <= now,
        ApplicationRow.desk_told_at.is_(None),
    )


def _ids(parts: Parts, wanted: Select[str]) -> list[str]:
    with parts.database.read() as session:
        return list(session.scalars(wanted.limit(BATCH)))


def _held(session: Session, step_id: str) -> tuple[ApplicationRow, StepRow]:
    step = session.get_one(StepRow, step_id)
    row = cases.locked(session, step.application_id)
    session.refresh(step)
    return row or session.get_one(ApplicationRow, step.application_id), step


def _lapse(session: Session, parts: Parts, application_id: str, now: datetime) -> None:
    """EXT-03: not confirmed by everybody in time, it ends, and everybody is told.

    The desk may decide after that instant, the approvers may not: what lies there stays.
    """
    row = cases.locked(session, application_id)
    if row is None or row.state not in LAPSING or row.lapses_at is None or row.lapses_at > now:
        return
    row.state = after(row.state, "lapse", "system")
    steps.void(row, signatures=False)
    steps.settle(row, now)
    note(session, parts.clock, row, SYSTEM, "lapsed", lapses_at=row.lapses_at.isoformat())
    student = cases.student_of(cases.submission(row))
    told = [to_student(student), *took_part(session, row), *to_office(session, parts, row)]
    at, kind = row.lapses_at, parts.kind(row.kind)
    tell(session, parts, row, told, "lapsed", reason=lambda: str(kind.lapsed(at)))


def _by_professor(parts: Parts, step_ids: list[str]) -> list[list[str]]:
    """The same steps, those of one professor together."""
    found: dict[str, list[str]] = {}
    with parts.database.read() as session:
        for step_id in sorted(step_ids):  # one order for all, in which they are locked
            found.setdefault(session.get_one(StepRow, step_id).professor_id or "", []).append(
                step_id
            )
    return list(found.values())


def _remind(session: Session, parts: Parts, step_ids: list[str], now: datetime) -> None:
    """One reminder for each, or as their professor wishes one mail for all.

    It was planned outside of the quiet hours; one that comes late all the same waits for the end of
    hours that the professor chose, if that is soon enough.
    """
    late, wishes = [], Wishes()
    for step_id in step_ids:
        row, step = _held(session, step_id)
        if step.state != "asked" or step.reminded_at is not None:
            continue
        wishes = register.wishes_of(session, step.professor_id or "")
        loud = now if wishes.quiet == days.USUAL else days.loud_from(now, wishes.quiet)
        if step.by_when and now < loud < step.by_when:
            step.remind_at = loud
            continue
        step.reminded_at = now
        note(session, parts.clock, row, SYSTEM, "reminded", n=step.n)
        late.append((row, step))
    together = bool(late) and come_together(wishes, len(late))
    if together and _told_at_once(session, parts, late[0][1].professor_id or ""):
        return
    for row, step in late:
        tell_signer(session, parts, row, step, "approval_reminder")


def _told_at_once(session: Session, parts: Parts, professor_id: str) -> bool:
    """Mail one link for everything that waits; not where that was done a moment ago."""
    try:
        sitting.mail(session, parts, professor_id)
    except (TooMany, Gone):
        return False
    return True


def _tell_overdue_step(session: Session, parts: Parts, step_id: str, now: datetime) -> None:
    """The office is told, once of all who are late with one step; a vote ends with its time."""
    row, step = _held(session, step_id)
    if step.state not in HELD or step.overdue_told_at is not None:
        return
    late = [
        one
        for one in panels.of_step(row, step.n)
        if one.state in HELD and one.overdue_told_at is None and one.by_when
        and one.by_when <= now
    ]  # fmt: skip
    for one in late:
        one.overdue_told_at = now
    if step.seat:
        conclude(session, parts, row, step.n)
    if step.state not in HELD:
        return  # the votes were enough
    note(session, parts.clock, row, SYSTEM, "overdue_told", n=step.n)
    people = [register.find_professor(session, one.professor_id) for one in late
              if one.professor_id]  # fmt: skip
    for to in to_office(session, parts, row):
        tell(
            session,
            parts,
            row,
            [to],
            "overdue",
            step=step,
            role=lambda: role_text(step.roles),
            who=", ".join(one.name(to.language) for one in people),
            by_when=step.by_when,
        )


def _tell_overdue_desk(session: Session, parts: Parts, application_id: str, now: datetime) -> None:
    """The office is told that something is late with itself, or with the student."""
    row = cases.locked(session, application_id)
    if row is None or row.state not in DATED or row.desk_told_at is not None:
        return
    if row.due_at is None:
        return
    row.desk_told_at = now
    office = parts.kind(row.kind).in_charge
    returned = row.state == "returned"
    note(session, parts.clock, row, SYSTEM, "overdue_told",
         office=office, roles=["applicant"] if returned else None)  # fmt: skip
    for to in to_office(session, parts, row):
        tell(
            session,
            parts,
            row,
            [to],
            "overdue",
            role=lambda: role_text(["applicant"]) if returned else str(OFFICES[office]),
            who=Named.name(row, to.language) if returned else "",  # type: ignore[arg-type]  # has both names
            by_when=row.due_at,
        )
    if returned:
        _remind_student(session, parts, row)


def _remind_student(session: Session, parts: Parts, row: ApplicationRow) -> None:
    """What was asked to be changed, once more."""
    student = to_student(cases.student_of(cases.submission(row)))
    asked_by = row.acted_by or ""
    tell(
        session,
        parts,
        row,
        [student],
        "returned",
        by=lambda: str(OFFICES.get(asked_by) or role_text([asked_by])),
        reason=row.reason,
        by_when=None,
        keeps=bool(parts.kind(row.kind).for_office),
    )


def _next_due(parts: Parts, now: datetime) -> datetime | None:
    """The earliest date after `now`; what was due before has just been done."""
    reminders = _asked().with_only_columns(func.min(StepRow.remind_at))
    late = _late().with_only_columns(func.min(StepRow.by_when))
    desks = select(func.min(ApplicationRow.due_at)).where(ApplicationRow.state.in_(DATED))
    lapses = select(func.min(ApplicationRow.lapses_at)).where(ApplicationRow.state.in_(LAPSING))
    with parts.database.read() as session:
        found = [
            session.scalar(reminders.where(StepRow.remind_at > now)),
            session.scalar(late.where(StepRow.by_when > now)),
            session.scalar(desks.where(ApplicationRow.due_at > now)),
            session.scalar(lapses.where(ApplicationRow.lapses_at > now)),
        ]
    return min((one for one in found if one is not None), default=None)
