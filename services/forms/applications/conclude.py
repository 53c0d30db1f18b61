"""What follows from an answer: nothing yet, the next step, or the end of the application."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from services.forms.applications import cases, panels, steps
from services.forms.applications.roles import role_text
from services.forms.applications.states import after
from services.forms.applications.tables import ApplicationRow, StepRow
from services.forms.applications.telling import (
    Recipient,
    tell,
    to_office,
    to_professor,
    to_student,
    took_part,
)
from services.forms.applications.trail import SYSTEM, note
from services.forms.parts import Parts
from services.forms.people import register


def conclude(session: Session, parts: Parts, row: ApplicationRow, n: int) -> None:
    """If the people of step `n` have come to a result, do what follows from it."""
    kind, seats = parts.kind(row.kind), panels.of_step(row, n)
    found = panels.came_to(kind, seats, parts.clock.now())
    if found is None:
        steps.look_again(row)
        return
    _write_down(session, parts, row, seats, found)
    if found == "approved":
        row.state = after(row.state, "sign", "approver")
        steps.advance(session, parts, row, kind)
        return
    row.state = after(row.state, "decline", "approver")
    told = [*took_part(session, row), *to_office(session, parts, row)]
    against = [seat for seat in seats if seat.state == "declined"]
    reasons = dict.fromkeys(seat.reason or "" for seat in against)
    end(session, parts, row, seats[0], "declined", "\n".join(reasons), told)


def end(
    session: Session,
    parts: Parts,
    row: ApplicationRow,
    step: StepRow,
    what: str,
    reason: str | None,
    told: list[Recipient],
) -> None:
    """Nobody is asked any more: returned to the student, or declined. Who has to know is told."""
    row.reason, row.acted_by = reason, step.roles[0]
    steps.void(row, signatures=what == "returned")
    if what == "returned":
        steps.to_student_again(row, parts.clock.now())
    else:
        steps.settle(row, parts.clock.now())
    student = to_student(cases.student_of(cases.submission(row)))
    keeps = bool(parts.kind(row.kind).for_office)
    more: dict[str, Any] = {}
    if what == "returned":
        more = {"by_when": row.due_at, "keeps": keeps}
    tell(
        session,
        parts,
        row,
        [student, *told],
        what,
        by=lambda: role_text(step.roles),
        reason=reason,
        **more,
    )


def _write_down(
    session: Session,
    parts: Parts,
    row: ApplicationRow,
    seats: list[StepRow],
    found: panels.Outcome,
) -> None:
    """The result of a step; of several people, those who have not answered are told."""
    for seat in seats:
        seat.outcome = found
    if not seats[0].seat:
        return
    count = panels.tally(seats)
    note(session, parts.clock, row, SYSTEM, "panel_" + found, n=seats[0].n, roles=seats[0].roles,
         members=count.members, ayes=count.ayes, noes=count.noes)  # fmt: skip
    for seat in (one for one in seats if one.state in steps.PENDING):
        asked = seat.state == "asked"
        seat.state = "void"
        if asked:
            _tell_not_needed(session, parts, row, seat)


def _tell_not_needed(session: Session, parts: Parts, row: ApplicationRow, seat: StepRow) -> None:
    to = to_professor(register.find_professor(session, seat.professor_id or ""))
    tell(session, parts, row, [to], "not_needed", role=lambda: role_text(seat.roles))
