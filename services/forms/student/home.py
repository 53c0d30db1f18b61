"""What the first page says to a student: what needs them, what is on its way, what is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext as _n

from services.forms.applications.values import Offer, Span, Summary
from services.forms.catalog import printed
from services.forms.pages import span
from services.forms.pages.badges import Badge, badge
from services.forms.pages.delivery import state_of
from services.forms.pages.roles import doer, signer_of
from services.forms.people.values import Student
from shared import say

REASON_LETTERS_MOST = 140


@dataclass(frozen=True)
class Task:
    """Something that waits for the student."""

    title: str
    about: str
    href: str
    action: str
    leaf: Any = None
    due: str = ""


@dataclass(frozen=True)
class Row:
    """One application in the list."""

    title: str
    href: str
    number: str
    badge: Badge
    about: str = ""
    when: str = ""
    n: int = 0
    of: int = 0


@dataclass(frozen=True)
class OfferLine:
    """Something that can be asked for, or why it cannot."""

    title: str
    summary: str
    href: str
    open: bool
    window: str = ""
    whys: Sequence[str] = field(default_factory=tuple)
    action: str = ""
    checked_first: bool = False  # an office looks at it before it is issued

    @property
    def why(self) -> str:
        """The first reason."""
        return self.whys[0] if self.whys else ""


def home(
    student: Student, mine: Sequence[Summary], offers: Sequence[Offer], now: datetime
) -> dict[str, Any]:
    """Everything that the template of the first page shows."""
    tasks = [_task(one, now) for one in mine if one.state == "returned"]
    lines = [(offer, _offer(offer, now)) for offer in offers]
    forms = [line for offer, line in lines if not offer.kind.certificate]
    return {
        "heading": _heading(say.named(student), len(tasks)),
        "about_me": about_me(student),
        "tasks": tasks,
        "mine": [_row(one) for one in mine],
        "open": [line for line in forms if line.open],
        "closed": [line for line in forms if not line.open],
        "certificates": [line for offer, line in lines if offer.kind.certificate],
    }


def about_me(student: Student) -> list[str]:
    """Program, major and campus."""
    program = str(printed.PROGRAMS[student.program])
    return [program, say.named(student.major), say.named(student.campus)]


def open_until(offered: Span) -> str:
    """Until when something can be asked for, with the days left."""
    if offered.closes is None or (offered.of and offered.state == "closed"):
        return str(_("Any time"))
    closes, now = offered.closes, offered.now
    when = _("Until %(when)s (%(left)s)", when=say.deadline(closes), left=say.left(closes, now))
    return span.of_choice(offered, str(when))


def whose_turn(one: Summary) -> str:
    """Who holds an application and by when, in one sentence."""
    if one.state == "draft":
        return str(_("Not sent yet. Nobody else sees it."))
    if one.state == "returned":
        if one.kind.for_office:
            return str(_("If you only add documents, the signatures given so far stay."))
        return str(_("When you send it again, the signatures are collected anew."))
    if one.state == "in_approval":
        return _approver_has_it(one)
    if state_of(one.kind, one.state, one.due_at) == "at_desk" and one.due_at and one.kind.desk:
        office = doer(one.kind.desk.office)
        if one.kind.delivery:
            when = say.deadline(one.due_at)
            return str(_("%(office)s delivers it by %(when)s.", office=office, when=when))
        return str(
            _("%(office)s decides by %(when)s.", office=office, when=say.deadline(one.due_at))
        )
    if one.state in ("approved", "issue_failed"):
        return str(_("Approved. The paper is being made."))
    return ""


def _approver_has_it(one: Summary) -> str:
    step = next((step for step in one.steps if step.n == one.step), None)
    if step is None or step.unassigned:
        return str(_("The office is finding the professor who signs."))
    who = signer_of(step)
    if step.by_when is None:
        return str(_("%(who)s is asked to sign.", who=who))
    return str(_("%(who)s has until %(when)s.", who=who, when=say.deadline(step.by_when)))


def _heading(name: str, tasks: int) -> str:
    if not tasks:
        return str(_("%(name)s, nothing needs you", name=name))
    return str(
        _n("%(name)s, one thing needs you", "%(name)s, %(num)s things need you", tasks, name=name)
    )


def _task(one: Summary, now: datetime) -> Task:
    reason = one.reason or ""
    if len(reason) > REASON_LETTERS_MOST:
        reason = reason[:REASON_LETTERS_MOST].rstrip() + "…"
    return Task(
        title=str(_("%(kind)s – returned", kind=one.kind.title)),
        about=str(_("“%(reason)s” (%(who)s)", reason=reason, who=doer(one.returned_by or ""))),
        href=f"/applications/{one.id}/edit",
        action=str(_("Edit and send again")),
        leaf=say.leaf(one.due_at, now) if one.due_at else None,
        due=say.left(one.due_at, now) if one.due_at else "",
    )


def _row(one: Summary) -> Row:
    step = next((step for step in one.steps if step.n == one.step), None)
    steps = 1 + len(one.steps) + (1 if one.kind.desk else 0)
    moving = one.state in ("in_approval", "at_desk")
    sent = _("sent %(day)s", day=say.day(one.submitted_at)) if one.submitted_at else ""
    kept = _("saved %(day)s", day=say.day(one.updated_at))
    return Row(
        title=f"{one.kind.title}",
        href=f"/applications/{one.id}/edit" if one.state == "draft" else f"/applications/{one.id}",
        number=one.number,
        badge=badge(
            state_of(one.kind, one.state, one.due_at),
            step.roles if step else (),
            unassigned=step is not None and step.unassigned,
        ),
        about=whose_turn(one),
        when=str(kept if one.state == "draft" else sent),
        n=(1 + one.step if one.state == "in_approval" else steps) if moving else 0,
        of=steps if moving else 0,
    )


def _offer(offer: Offer, now: datetime) -> OfferLine:
    whys = [
        " ".join(filter(None, (str(found.message), str(found.remedy))))
        for found in offer.findings
        if found.severity == "block"
    ]
    href, action = f"/apply/{offer.kind.name}", ""
    there = offer.open_application or _contradicts(offer)
    if there and not offer.open:
        href = f"/applications/{there[0]}"
        action = str(_("See %(number)s", number=there[1]))
    elif not offer.open:
        href = ""
        if offer.span.opens and offer.span.state == "not_yet":
            whys.insert(0, f"{span.told(offer.span)}.")
    return OfferLine(
        title=str(offer.kind.title),
        summary=str(offer.kind.summary),
        href=href,
        open=offer.open,
        window=open_until(offer.span),
        whys=whys,
        action=action,
        checked_first=offer.kind.desk is not None,
    )


def _contradicts(offer: Offer) -> tuple[str, str] | None:
    """(id, number) of another application that is in its way."""
    stands = (found for found in offer.findings if found.severity == "block")
    named = (found.figures.get("open_application") for found in stands)
    return next(((one["application_id"], one["number"]) for one in named if one), None)
