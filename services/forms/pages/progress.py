"""The course of an application as a timeline: done, now, still to come, how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext as _n

from services.forms.applications.values import CaseView, StepView
from services.forms.pages.roles import doer, short_roles, signer_of
from shared import say


@dataclass(frozen=True)
class Event:
    """One line of the timeline. `state`: done | now | todo | ended."""

    state: str
    title: str
    n: int = 0
    when: str = ""
    said: str = ""
    card: str = ""
    about: str = ""
    icon: str = "check"
    hash: str = ""
    number: str = ""


def timeline(case: CaseView, now: datetime, more: Sequence[Event] = ()) -> list[Event]:
    """From the submission to the end, in order, and what comes after it."""
    events = [_sent(case), *_steps(case, now), *_desk(case, now), *_end(case), *more]
    return [_numbered(event, n) for n, event in enumerate(events, start=1)]


def _numbered(event: Event, n: int) -> Event:
    return Event(**{**event.__dict__, "n": n})


def _sent(case: CaseView) -> Event:
    if case.submitted_at is None:
        return Event("now", _("You send the application"), card=_("Not sent yet."))
    files = len(case.attachments)
    about = _n("%(num)s attachment", "%(num)s attachments", files) if files else _("No attachments")
    when = f"{say.moment(case.submitted_at)} · {about}"
    return Event("done", _("You sent the application"), when=when)


def _steps(case: CaseView, now: datetime) -> list[Event]:
    shown = [step for step in case.steps if not (step.state == "void" and not step.decided_at)]
    return [(_panel if step.members else STEPS[step.state])(case, step, now) for step in shown]


def _panel(case: CaseView, step: StepView, now: datetime) -> Event:
    """Several people at once. How each of a committee voted is not told."""
    who = short_roles(step.roles)
    when = say.moment(step.decided_at) if step.decided_at else ""
    if step.state == "approved":
        return Event("done", _("%(who)s agreed", who=who), when=_counted(when, step))
    if step.state == "declined":
        title = _("%(who)s did not agree", who=who)
        said = _quoted(case.reason) if case.state == "declined" else ""
        return Event("done", title, when=_counted(when, step), said=said, icon="cross")
    if step.state == "returned":
        title = _("%(who)s returned it", who=who)
        return Event("done", title, when=when, said=_quoted(step.reason), icon="back")
    title = _("%(who)s decides", who=who)
    if step.n != case.step:
        return Event("todo", title)
    answered = step.ayes + step.noes
    about = _("%(done)s of %(of)s have answered.", done=answered, of=len(step.members))
    if any(one.state == "unassigned" for one in step.members):
        found = _("The office is finding the professor who signs.")
        about = f"{about} {found}"
    return Event("now", title, card=_until(step.by_when, now), about=about)


def _counted(when: str, step: StepView) -> str:
    count = _("%(ayes)s for, %(noes)s against", ayes=step.ayes, noes=step.noes)
    return f"{when} · {count}" if step.secret else when


def _signed(_case: CaseView, step: StepView, _now: datetime) -> Event:
    when = say.moment(step.decided_at) if step.decided_at else ""
    if step.kept:
        kept = _("kept: the correction leaves it alone")
        when = f"{when} · {kept}"
    return Event("done", _("%(who)s signed", who=signer_of(step)), when=when)


def _voided(case: CaseView, step: StepView, now: datetime) -> Event:
    signed = _signed(case, step, now)
    voided = _("no longer counts")
    when = f"{signed.when} · {voided}"
    return Event("done", signed.title, when=when)


def _returned(_case: CaseView, step: StepView, _now: datetime) -> Event:
    who, when = signer_of(step), say.moment(step.decided_at) if step.decided_at else ""
    title = _("%(who)s returned it", who=who)
    return Event("done", title, when=when, said=_quoted(step.reason), icon="back")


def _declined(_case: CaseView, step: StepView, _now: datetime) -> Event:
    who, when = signer_of(step), say.moment(step.decided_at) if step.decided_at else ""
    title = _("%(who)s declined", who=who)
    return Event("done", title, when=when, said=_quoted(step.reason), icon="cross")


def _asked(_case: CaseView, step: StepView, now: datetime) -> Event:
    title = _("%(who)s signs", who=signer_of(step))
    return Event("now", title, card=_until(step.by_when, now), about=_mails(step))


def _unassigned(case: CaseView, step: StepView, _now: datetime) -> Event:
    title = _("%(who)s signs", who=short_roles(step.roles))
    if step.n != case.step:
        return Event("todo", title, when=_("The office is finding the professor who signs."))
    return Event("now", title, card=_("The office is finding the professor who signs."))


def _waiting(_case: CaseView, step: StepView, _now: datetime) -> Event:
    return Event("todo", _("%(who)s signs", who=signer_of(step)))


STEPS: Mapping[str, Callable[[CaseView, StepView, datetime], Event]] = {
    "approved": _signed,
    "void": _voided,
    "returned": _returned,
    "declined": _declined,
    "asked": _asked,
    "unassigned": _unassigned,
    "waiting": _waiting,
}


def _desk(case: CaseView, now: datetime) -> list[Event]:
    desk = case.kind.desk
    if desk is None:
        return []
    office = doer(desk.office)
    if case.decision and case.state in ("approved", "issue_failed", "issued"):
        return [_granted(case, office)]
    if case.returned_by == desk.office and case.state in ("returned", "declined"):
        words = {"returned": _("%(who)s returned it", who=office)}
        title = words.get(case.state) or _("%(who)s declined", who=office)
        icon = "back" if case.state == "returned" else "cross"
        return [Event("done", title, said=_quoted(case.reason), icon=icon)]
    title = _("%(who)s decides", who=office)
    if case.state == "at_desk":
        return [Event("now", title, card=_until(case.due_at, now))]
    if case.state == "in_approval":
        days = desk.business_days
        usual = _n(
            "Usually within %(num)s working day", "Usually within %(num)s working days", days
        )
        return [Event("todo", title, when=usual)]
    return []


def _granted(case: CaseView, office: str) -> Event:
    decision = case.decision
    if decision is None:
        return Event("done", office)
    when = say.moment(decision.at)
    if decision.reference:
        reference = _("reference %(reference)s", reference=decision.reference)
        when = f"{when} · {reference}"
    return Event(
        "done", _("%(who)s approved", who=office), when=when, said=_quoted(decision.reason)
    )


def _end(case: CaseView) -> list[Event]:
    if case.state == "issued" and case.documents:
        first = case.documents[0]
        title, when = _("The paper was issued"), say.moment(first.issued_at)
        return [Event("ended", title, when=when, number=first.number)]
    if case.state in ("approved", "issue_failed"):
        waits = _("We are making the paper. You get an e-mail when it is ready.")
        return [Event("now", _("The paper is issued"), card=waits)]
    if case.state == "returned":
        return [Event("now", _("You change it and send it again"), card=_("It is your turn."))]
    if case.state == "withdrawn":
        when = say.moment(case.updated_at)
        return [Event("done", _("You withdrew it"), when=when, icon="stop")]
    if case.state == "lapsed":
        return [
            Event("done", _("The time ran out"), when=say.moment(case.updated_at), icon="clock")
        ]
    if case.state in ("in_approval", "at_desk"):
        return [Event("todo", _("The paper is issued"))]
    return []


def _until(by_when: datetime | None, now: datetime) -> str:
    if by_when is None:
        return str(_("This is where it is now."))
    if by_when < now:
        return str(
            _("It was due on %(when)s. The office has been told.", when=say.deadline(by_when))
        )
    when, left = say.deadline(by_when), say.left(by_when, now)
    return str(_("This is where it is now, until %(when)s: %(left)s.", when=when, left=left))


def _mails(step: StepView) -> str:
    told: list[Any] = []
    if step.sent_at or step.asked_at:
        told.append(_("We wrote on %(day)s.", day=say.day(step.sent_at or step.asked_at)))  # type: ignore[arg-type]
    if step.reminded_at:
        told.append(_("We reminded on %(day)s.", day=say.day(step.reminded_at)))
    elif step.remind_at:
        told.append(_("We will remind on %(day)s.", day=say.day(step.remind_at)))
    return " ".join(map(str, told))


def _quoted(reason: str | None) -> str:
    return f"“{reason}”" if reason else ""
