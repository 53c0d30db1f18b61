"""What a granted request changes in the register: plain values, written down in one place.

A kind says what (`Kind.changes`); the workflow applies it in the transaction
of the decision. Each change is safe to repeat.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from functools import singledispatch

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from services.forms.database import Base
from services.forms.people.tables import (
    ArrangementRow,
    LeaveRow,
    MilestoneRow,
    ReadmissionRow,
    RegistrationRow,
    SemesterRow,
    StudentRow,
)
from services.forms.people.values import (
    Arrangement,
    Change,
    Leave,
    Leaving,
    Milestone,
    Placement,
    Readmission,
    Registration,
    Return,
    Semester,
)


@singledispatch
def apply(change: Change, session: Session, student_id: str) -> None:
    """Write a change down for a student."""
    raise TypeError(f"no way to write down {type(change).__name__}")


@apply.register
def _arrange(change: Arrangement, session: Session, student_id: str) -> None:
    """In place of what was arranged before about the same."""
    _keep(session, ArrangementRow, student_id, change)


@apply.register
def _leave(change: Leave, session: Session, student_id: str) -> None:
    """A leave of whole semesters (LEA-01 to LEA-07): none of them is a semester of study."""
    session.merge(
        LeaveRow(
            student_id=student_id,
            first_semester=change.first,
            last_semester=change.last,
            kind=change.kind,
            applied_on=change.applied_on,
        )
    )
    for number in range(change.first.until(change.last) + 1):
        away = Registration(change.first.plus(number), "on_leave")
        _keep(session, RegistrationRow, student_id, away)
    session.flush()
    begin_leaves(session, change.applied_on)


@apply.register
def _return(change: Return, session: Session, student_id: str) -> None:
    """Leaves end with the semester before: what was left of them can be taken another time."""
    later = (LeaveRow.student_id == student_id, LeaveRow.last_semester >= change.semester)
    session.execute(delete(LeaveRow).where(*later, LeaveRow.first_semester >= change.semester))
    session.execute(update(LeaveRow).where(*later).values(last_semester=change.semester.plus(-1)))
    session.execute(
        delete(RegistrationRow).where(
            RegistrationRow.student_id == student_id,
            RegistrationRow.semester >= change.semester,
            RegistrationRow.attendance == "on_leave",
        )
    )
    _begins_again(session, student_id, change.semester)


@apply.register
def _leave_for_good(change: Leaving, session: Session, student_id: str) -> None:
    """WDR-01, REF-04: no student any more from that day on."""
    row = session.get_one(StudentRow, student_id)
    row.standing = "withdrawn"
    row.ended_on, row.ending_asked_on = change.on, change.asked_on


@apply.register
def _readmit(change: Readmission, session: Session, student_id: str) -> None:
    """RDM-01, RDM-02: admitted until the semester begins; attendance goes on from the first day
    of the course, so that day and what was attended stay as they are."""
    row = session.get_one(StudentRow, student_id)
    row.standing = "admitted"
    row.ended_on = row.ending_asked_on = None
    row.advisor_id = change.advisor
    _keep(session, ReadmissionRow, student_id, change)
    _begins_again(session, student_id, change.semester)


def _begins_again(session: Session, student_id: str, semester: Semester) -> None:
    _keep(session, RegistrationRow, student_id, Registration(semester, "returning"))
    session.flush()
    session.expire(session.get_one(StudentRow, student_id))


@apply.register
def _reach(change: Milestone, session: Session, student_id: str) -> None:
    """An early degree (TRM-02), a longer term (TRM-04), an examination (IQE-01)."""
    _keep(session, MilestoneRow, student_id, change)


@apply.register
def _place(change: Placement, session: Session, student_id: str) -> None:
    """Another advisor (ADV-01), a joint one (ADV-02), another major or campus (MAJ-01)."""
    given = {
        "campus_code": change.campus,
        "major_code": change.major,
        "advisor_id": change.advisor,
        "joint_advisor_id": change.joint_advisor,
    }
    row = session.get_one(StudentRow, student_id)
    for name, value in given.items():
        if value is not None:
            setattr(row, name, value)


@apply.register
def _register(change: Registration, session: Session, student_id: str) -> None:
    """How somebody stands in a semester, such as after the coursework (TRM-07)."""
    _keep(session, RegistrationRow, student_id, change)


def _keep(
    session: Session, row: type[Base], student_id: str, change: Change | Registration
) -> None:
    """The value as its row, in place of the one that has its key; both have the same names."""
    named = {one.name: getattr(change, one.name) for one in fields(change)}
    session.merge(row(student_id=student_id, **named))


def begin_semester(session: Session, today: date) -> None:
    """Leaves and returns begin by themselves with their semester; run on every day."""
    begin_leaves(session, today)
    back_in = _standing_in(today, "returning")
    session.execute(
        update(StudentRow)
        .where(StudentRow.standing.in_(("on_leave", "admitted")), StudentRow.id.in_(back_in))
        .values(standing="enrolled")
        .execution_options(synchronize_session=False)
    )


def begin_leaves(session: Session, today: date) -> None:
    """Whoever's leave has begun is on leave."""
    now_on = _standing_in(today, "on_leave")
    session.execute(
        update(StudentRow)
        .where(StudentRow.standing == "enrolled", StudentRow.id.in_(now_on))
        .values(standing="on_leave")
        .execution_options(synchronize_session=False)
    )


def _standing_in(today: date, attendance: str) -> Select[str]:
    """Who stands so in the semester of that day, by the register."""
    return (
        select(RegistrationRow.student_id)
        .join(SemesterRow, SemesterRow.semester == RegistrationRow.semester)
        .where(
            RegistrationRow.attendance == attendance,
            SemesterRow.first_day <= today,
            SemesterRow.last_day >= today,
        )
    )
