"""Take an authenticator app off the account of a student who lost it.

It takes one of two steps off an account, so it has a reason, is written down where the student
reads it, and the student is told by mail at once: whoever talked an office into it is found out.
Their password is still asked, and a code goes to the address or number on record.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from services.forms.access.watching import noted
from services.forms.applications.said_by import check_reason
from services.forms.applications.tables import new_id
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.signin import authenticator, removals
from services.forms.signin.person import Person
from services.forms.signin.tables import RemovedAppRow
from services.forms.signin.warning import REMOVED_BY_OFFICE
from shared.errors import Forbidden, NotFound, Refused

OFFICE = "student_affairs"  # whom the page of signing in names for addresses, too
REASON_CHARACTERS_MOST = 200
REMOVED = "app_removed"  # what the list of accesses says was done


def removes(person: Person) -> bool:
    """Whether it is the person's office."""
    return person.role == "staff" and person.office == OFFICE


def listed(session: Session, person: Person) -> Sequence[RemovedAppRow]:
    """The latest ones. Raises Forbidden("staff_only" | "not_your_office")."""
    _check(person)
    return removals.latest(session)


def remove(
    session: Session, parts: Parts, person: Person, number: str, reason: str, address: str
) -> None:
    """Take it off; `address` is the network's, for the log.

    Raises Refused("reason_needed" | "reason_bad" | "resident_number" | "unknown_student" |
    "no_app"), Forbidden.
    """
    _check(person)
    said = check_reason(reason, needed=True, most=REASON_CHARACTERS_MOST) or ""
    try:
        student = register.find_student_by_number(session, number.strip())
        account = register.find_account_of(session, student.id)
    except NotFound as error:
        raise Refused("unknown_student", "nobody of this number", field="student_number") from error
    if not authenticator.remove(session, parts, account, REMOVED_BY_OFFICE):
        raise Refused("no_app", "there is no app", field="student_number")
    session.add(
        RemovedAppRow(
            id=new_id(), login_id=account.login_id, student_id=student.id, at=parts.clock.now(),
            who=person.id, reason=said,
        )
    )  # fmt: skip
    session.add(noted(parts, person, address, student.id, REMOVED))


def _check(person: Person) -> None:
    if person.role != "staff":
        raise Forbidden("staff_only", "the desk is for staff")
    if not removes(person):
        raise Forbidden("not_your_office", "another office does this")
