"""What the page of one application says: the heading is the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.forms.applications import answers as answered
from services.forms.applications.states import OPEN
from services.forms.applications.values import CaseView, StepView
from services.forms.catalog.kind import Text
from services.forms.pages import delivery, files, seats
from services.forms.pages.badges import badge
from services.forms.pages.line import Cell, line
from services.forms.pages.progress import timeline
from services.forms.pages.roles import doer, short_roles, signer_of
from shared import say

DELIVERING = ("at_desk", "approved", "issue_failed", "issued")
CERTIFICATE: Mapping[str, tuple[Text, Text]] = {
    "approved": (
        _l("Your certificate is being made"),
        _l("It takes a moment. This page shows it as soon as it is there."),
    ),
    "issue_failed": (
        _l("Your certificate could not be made"),
        _l("The office knows and takes care of it. You get an e-mail when it is ready."),
    ),
    "declined": (_l("It was not approved"), _l("The reason stands below.")),
}


@dataclass(frozen=True)
class Action:
    """The one primary action of a page."""

    words: str
    href: str
    icon: str = ""


@dataclass(frozen=True)
class Said:
    """A reason that somebody gave."""

    tone: str
    icon: str
    heading: str
    reason: str
    who: str


def status(case: CaseView, now: datetime, fresh: bool) -> dict[str, Any]:
    """Everything that the template shows; `fresh` right after sending."""
    step = current(case)
    base = f"/applications/{case.id}"
    heading, lead = answer(case, now)
    return {
        "kind": case.kind,
        "number": case.number,
        "base": base,
        "badge": badge(
            delivery.state_of(case.kind, case.state, case.due_at),
            step.roles if step else (),
            unassigned=step is not None and step.unassigned,
        ),
        "heading": heading,
        "lead": lead,
        "primary": _primary(case, base),
        "receipt": _receipt(case) if fresh else "",
        "said": _said(case),
        "line": _line(case),
        "timeline": () if case.kind.at_once else timeline(case, now, delivery.event(case, now)),
        "facts": facts(case),
        "documents": [*files.issued(case.documents), *_as_sent(case, base)],
        "files": files.attached(case.attachments, base),
        "proof": _proof(case),
        "is_open": case.state in OPEN,
        "may_withdraw": "withdraw" in case.may,
    }


def _line(case: CaseView) -> Sequence[Cell]:
    """Who signed so far; nobody signs a certificate."""
    if case.kind.certificate or not case.submitted_at:
        return ()
    return line(seats.seats(seats.of_case(case)))


def current(case: CaseView) -> StepView | None:
    """The step whose turn it is."""
    return next((step for step in case.steps if step.n == case.step), None)


def facts(case: CaseView) -> list[tuple[str, str]]:
    """What was asked for, and what was granted of it."""
    rows = answered.said(case.kind, case.sent or case.answers, case.people)
    if case.decision and case.decision.granted:
        rows.append((str(_("Granted")), _granted_words(case)))
    return rows


def answer(case: CaseView, now: datetime) -> tuple[str, str]:
    """The heading and what it means for the student."""
    if case.state == "in_approval":
        return _with_approver(case, now)
    if case.kind.delivery and case.state in DELIVERING:
        return delivery.answer(case, now)
    if case.state == "at_desk":
        return _with_desk(case, now)
    if case.state == "issued":
        result = str(
            case.kind.result(case.answers, case.decision.granted if case.decision else None)
        )
        return result or _("Approved, and the paper is issued"), _asked_and_granted(case)
    if case.kind.certificate and case.state in CERTIFICATE:
        heading, lead = CERTIFICATE[case.state]
        return str(heading), str(lead)
    said = {
        "draft": (
            _("Not sent yet"),
            _("Nobody else sees it. Look at it once more, then send it."),
        ),
        "returned": (_("Please change something and send it again"), _signed_anew(case)),
        "approved": (
            _("Approved. The paper is being made"),
            _("You get an e-mail when it is ready. There is nothing for you to do now."),
        ),
        "issue_failed": (
            _("Approved. The paper is being made"),
            _("It takes longer than usual. The office knows and takes care of it."),
        ),
        "declined": (
            _("It was not approved"),
            _("The reason stands below. You may apply anew within the period."),
        ),
        "withdrawn": (
            _("You withdrew it"),
            _("Everybody who took part was told. You may apply anew within the period."),
        ),
        "lapsed": (
            _("The time ran out"),
            _("Not everybody confirmed within the period, so the application has ended."),
        ),
    }
    heading, lead = said[case.state]
    return str(heading), str(lead)


def _signed_anew(case: CaseView) -> str:
    """What becomes of the signatures given so far."""
    if case.kind.for_office:
        return str(
            _(
                "Read what is asked for below. If you only add documents, the signatures given so "
                "far stay; after any other change they are collected anew."
            )
        )
    return str(_("Read what is asked for below. The signatures are collected anew after that."))


def _with_approver(case: CaseView, now: datetime) -> tuple[str, str]:
    step = current(case)
    if step is None or step.unassigned:
        return (
            str(_("The office is finding the professor who signs")),
            str(_("There is nothing for you to do now. We tell you when it goes on.")),
        )
    heading = _("Waiting for: %(role)s", role=short_roles(step.roles))
    who = signer_of(step)
    nothing = _("There is nothing for you to do now.")
    return str(heading), f"{_holds(who, step.by_when, now)} {nothing}"


def _with_desk(case: CaseView, now: datetime) -> tuple[str, str]:
    office = doer(case.kind.desk.office) if case.kind.desk else ""
    nothing = _("There is nothing for you to do now.")
    heading = _("%(office)s is deciding", office=office)
    return str(heading), f"{_holds(office, case.due_at, now, office=True)} {nothing}"


def _holds(who: str, by_when: datetime | None, now: datetime, *, office: bool = False) -> str:
    if by_when is None:
        return str(_("%(who)s is asked to sign.", who=who))
    if by_when < now:
        when = say.deadline(by_when)
        return str(_("%(who)s had until %(when)s. The office has been told.", who=who, when=when))
    if office:
        return str(_("%(office)s decides by %(when)s.", office=who, when=say.deadline(by_when)))
    return str(_("%(who)s has until %(when)s.", who=who, when=say.deadline(by_when)))


def _asked_and_granted(case: CaseView) -> str:
    decision = case.decision
    if case.kind.certificate:
        return str(_("Print it as often as you need. Whoever receives it can check it."))
    if decision and decision.granted and case.granted and decision.granted != case.granted[0]:
        return str(
            _("Less was granted than you asked for: %(granted)s.", granted=_granted_words(case))
        )
    return str(_("It was granted as you asked. Whoever gets the paper can check it."))


def _granted_words(case: CaseView) -> str:
    granted = case.decision.granted if case.decision else None
    for field in case.kind.schema().fields.values():
        words = field.metadata.get("words", {})
        if granted in words:
            return str(words[granted])
    return granted or ""


def _primary(case: CaseView, base: str) -> Action | None:
    if case.state == "returned":
        return Action(_("Edit and send again"), f"{base}/edit", "pen")
    if case.state == "draft":
        return Action(_("Go on"), f"{base}/edit", "pen")
    standing = [one for one in case.documents if one.state == "issued"]
    if standing:
        paper, certificate = _("Download the paper (PDF)"), _("Download the certificate (PDF)")
        words = certificate if case.kind.certificate else paper
        return Action(words, f"/documents/{standing[0].number}/file", "down")
    return None


def _receipt(case: CaseView) -> str:
    """When it was received; of what is issued at once, the paper itself is the answer."""
    if case.submitted_at is None or case.kind.at_once:
        return ""
    return say.full_moment(case.submitted_at)


def _said(case: CaseView) -> Said | None:
    if not case.reason:
        return None
    who = doer(case.returned_by or "")
    if case.state == "returned":
        return Said("warn", "back", _("What should be changed?"), case.reason, who)
    if case.state == "declined":
        return Said("bad", "cross", _("The reason"), case.reason, who)
    if case.state == "lapsed":
        return Said("", "clock", _("The reason"), case.reason, who)
    return None


def _as_sent(case: CaseView, base: str) -> list[files.FileLine]:
    if case.submitted_at is None or case.kind.certificate or case.kind.writes:
        return []
    name = str(_("Application as sent"))
    return [files.FileLine("paper", name, f"{base}/paper.pdf", "PDF", "down")]


def _proof(case: CaseView) -> str:
    standing = [one for one in case.documents if one.state == "issued"]
    return standing[0].number if standing else ""
