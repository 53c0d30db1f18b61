"""Who sits where in the approval line of an application, and how far it has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from services.forms.applications.roles import OFFICES
from services.forms.applications.values import CaseView, Offer, StepView
from services.forms.pages.line import Seat
from services.forms.pages.roles import SHORT, behalf, short_roles
from services.forms.people.values import Student
from shared import say

DECIDED = ("approved", "issue_failed", "issued")


@dataclass(frozen=True)
class Sitting:
    """What the line is drawn from: the applicant, the steps and the office."""

    student: Student
    steps: Sequence[StepView]
    state: str
    office: str | None
    submitted_at: datetime | None
    due_at: datetime | None = None
    decided_at: datetime | None = None


def of_case(case: CaseView) -> Sitting:
    """The line of a case."""
    return Sitting(
        case.student,
        case.steps,
        case.state,
        case.office or (case.kind.desk.office if case.kind.desk else None),
        case.submitted_at,
        case.due_at,
        case.decision.at if case.decision else None,
    )


def seats(sitting: Sitting) -> list[Seat]:
    """The applicant, everybody who signs, the office."""
    found = [_applicant(sitting), *(_approver(step) for step in sitting.steps)]
    return [*found, _office(sitting)] if sitting.office else found


def planned(offer: Offer, student: Student) -> list[Seat]:
    """The line before anything was sent."""
    found = [Seat(_("Applicant"), say.named(student), "to_come")]
    found += [
        Seat(str(SHORT[role]), say.named(who) if who else "", "to_come")
        for role, who in offer.approvers
    ]
    desk = offer.kind.desk
    return [*found, Seat(str(OFFICES[desk.office]), "", "to_come", office=True)] if desk else found


def turn(case: CaseView) -> tuple[int, int]:
    """Which place of how many it is at: the applicant is the first, the office the last."""
    of = 1 + len(case.steps) + (1 if case.kind.desk else 0)
    if case.state in ("draft", "returned"):
        return 1, of
    if case.state == "in_approval":
        return 1 + case.step, of
    return of, of


def _applicant(sitting: Sitting) -> Seat:
    name = say.named(sitting.student)
    if sitting.state in ("draft", "returned"):
        return Seat(_("Applicant"), name, "now")
    return Seat(_("Applicant"), name, "signed", at=sitting.submitted_at)


def _approver(step: StepView) -> Seat:
    role = short_roles(step.roles)
    name = say.named(step.who) if step.who else ""
    whole = behalf(name, step.on_behalf_of)
    if step.members and step.state == "approved":
        return Seat(role, "", "signed", at=step.decided_at, office=True)
    if step.state == "approved":
        return Seat(role, name, "signed", at=step.decided_at, behalf=whole)
    if step.state in ("asked", "unassigned") and step.asked_at:
        return Seat(role, name, "now", by_when=step.by_when)
    return Seat(role, name, "to_come", behalf=whole)


def _office(sitting: Sitting) -> Seat:
    role = str(OFFICES[sitting.office or ""])
    if sitting.state in DECIDED and sitting.decided_at:
        return Seat(role, "", "signed", at=sitting.decided_at, office=True)
    if sitting.state == "at_desk":
        return Seat(role, "", "now", by_when=sitting.due_at, office=True)
    return Seat(role, "", "to_come", office=True)
