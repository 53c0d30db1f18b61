"""One case as the office sees it: what was asked, what the rules say, who did what, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext as _n

from services.forms.applications import answers as answered
from services.forms.applications import cases
from services.forms.applications.delivering import WAYS, way_text
from services.forms.applications.troubles import trouble_text
from services.forms.applications.values import CaseView, StepView
from services.forms.catalog.kind import Finding
from services.forms.desk.queue import due
from services.forms.desk.story import story
from services.forms.pages import files, seats
from services.forms.pages.badges import DESK, TO_DELIVER
from services.forms.pages.line import line
from services.forms.pages.roles import signer_of
from services.forms.people.values import Professor
from services.forms.student.form import Option
from services.forms.student.home import about_me
from shared import say
from shared.clock import SEOUL

CODES: Mapping[str, Any] = {
    "error": _l("It contained an error"),
    "withdrawn": _l("The decision was withdrawn"),
    "other": _l("Another reason"),
}
TOLD: Mapping[str, Any] = {
    "decided": _l("Decided. Everybody who took part is told by e-mail."),
    "retried": _l("The paper is being made again."),
    "assigned": _l("The professor was asked by e-mail."),
    "corrected": _l("The address is corrected, and a new link is on its way."),
    "given_back": _l("Given back. Whoever was asked gets a new link."),
    "resent": _l("The link is on its way again."),
    "revoked": _l("The document is being revoked."),
    "sealed": _l("Approved. Once the letter is sealed, hand it over or mail it."),
    "asked_second": _l("Noted. Another person of the office has to confirm it."),
    "replaced": _l("A corrected paper is being made."),
    "confirmed": _l("Confirmed. It takes effect in a moment, and the student is told by e-mail."),
    "refused": _l("Refused. The document stays as it is."),
    "delivered": _l("Noted. The student and the professor are told by e-mail."),
}
ANCHORS: Mapping[str, str] = {
    "decision": "d-approve",
    "revoke": "revoke-reason-1",
    "replace": "replace-reason-1",
    "second": "second-reason-1",
}
TYPED = ("decision", "granted", "reference", "reason")
Search = tuple[int, int, str, Sequence[Professor]]  # step, seat, what was looked for


@dataclass(frozen=True)
class Looking:
    """How the case is looked at: what was just done, what was wrong, what was typed."""

    told: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Due:
    """By when the office decides."""

    words: str
    near: bool


@dataclass(frozen=True)
class Rule:
    """A rule's answer with its figures, as whoever decides checks it."""

    rule: str
    message: str
    derive: Sequence[str]
    remedy: str


@dataclass(frozen=True)
class Approver:
    """A step and what staff can do about its link."""

    n: int
    seat: int
    key: str  # of its fields
    heading: str
    person: bool
    whom: str  # for whom they act
    lasts: str
    email: str
    trouble: str
    open: bool
    typed_email: str
    wrong_email: str
    search: str
    found: Sequence[Option] | None


def case_page(
    case: CaseView, broken: int | None, looking: Looking, now: datetime, search: Search
) -> dict[str, Any]:
    """Everything that the template shows."""
    base = f"/desk/applications/{case.id}"
    return {
        "id": case.id,
        "kind": case.kind,
        "number": case.number,
        "base": base,
        "applicant": say.named(case.student),
        "badge": TO_DELIVER if "deliver" in case.may else DESK[case.state],
        "due": _due(case, now),
        "heading": _heading(case),
        "line": line(seats.seats(seats.of_case(case))) if case.submitted_at else (),
        "facts": _facts(case),
        "files": files.attached(case.attachments, f"/applications/{case.id}"),
        "findings": [_rule(one) for one in case.findings],
        "history": story(case),
        "chain": _chain(case, broken),
        "fault": _fault(case),
        "may_decide": "decide" in case.may,
        "deliver": _to_deliver(case, looking, now),
        "granted": _granted(case),
        "typed": {name: looking.typed.get(name, "") for name in TYPED},
        "wrong": looking.wrong,
        "errors": _errors(looking),
        "told": _told(case, looking),
        "documents": [*files.issued(case.documents), *_as_sent(case)],
        "codes": [Option(code, str(words)) for code, words in CODES.items()],
        "approvers": _approvers(case, looking, search),
        "working_copy": _working_copy(case),
    }


def _told(case: CaseView, looking: Looking) -> str:
    """What was just done; of what is delivered, people are told when it has left the house."""
    sealed = case.kind.delivery and case.decision and looking.told == "decided"
    return str(TOLD.get("sealed" if sealed else looking.told, ""))


def _heading(case: CaseView) -> str:
    name = say.named(case.student)
    asks = case.kind.headline(cases.load(case.kind, dict(case.sent))) if case.sent else ""
    return str(_("%(name)s %(asks)s", name=name, asks=asks or case.kind.title))


def _due(case: CaseView, now: datetime) -> Due | None:
    if case.due_at is None or not ("decide" in case.may or "deliver" in case.may):
        return None
    near = say.days_between(now, case.due_at) <= 1
    return Due(str(_("due: %(when)s", when=due(case.due_at, now))), near)


def _facts(case: CaseView) -> list[tuple[str, str]]:
    return [
        (str(_("Student no.")), case.student.student_number),
        (str(_("Program")), " · ".join(about_me(case.student))),
        *answered.said(case.kind, case.sent or case.answers, case.people, secrets=True),
        *_on_paper(case),
        *_delivered(case),
    ]


def _on_paper(case: CaseView) -> list[tuple[str, str]]:
    """EXT-04: a signed form came on paper, and when."""
    if not case.on_paper or case.submitted_at is None:
        return []
    return [(str(_("Came on paper")), say.full_moment(case.submitted_at))]


def _delivered(case: CaseView) -> list[tuple[str, str]]:
    made = case.delivery
    if made is None:
        return []
    told = [way_text(made.how), say.full_day(made.day), made.reference]
    return [(str(_("Delivered")), " · ".join(filter(None, told)))]


def _to_deliver(case: CaseView, looking: Looking, now: datetime) -> dict[str, Any] | None:
    """What the office fills in when the paper leaves the house; the student's wish is chosen."""
    wish = case.kind.delivery
    if wish is None or "deliver" not in case.may:
        return None
    answers = cases.load(case.kind, dict(case.sent or {}))
    return {
        "ways": [Option(way, way_text(way)) for way in WAYS],
        "how": looking.typed.get("how") or wish.wished(answers),
        "address": wish.address(answers),
        "day": looking.typed.get("day") or now.astimezone(SEOUL).date().isoformat(),
        "reference": looking.typed.get("reference", ""),
    }


def _rule(finding: Finding) -> Rule:
    return Rule(
        rule=finding.rule,
        message=str(finding.message),
        derive=[str(one) for one in finding.derivation],
        remedy=str(finding.remedy),
    )


def _chain(case: CaseView, broken: int | None) -> dict[str, Any]:
    if broken is not None:
        words = _(
            "Entry %(n)s of the history is not as it was written. Tell the operators.", n=broken
        )
        return {"broken": True, "words": words}
    count = len(case.history)
    words = _n("The %(num)s entry of the chain checks out.",
               "All %(num)s entries of the chain check out.", count)  # fmt: skip
    return {"broken": False, "words": words}


def _fault(case: CaseView) -> dict[str, str] | None:
    if case.state != "issue_failed" or not case.failure:
        return None
    detail = case.failure.get("detail")
    shown = ", ".join(f"{k}: {v}" for k, v in detail.items()) if isinstance(detail, Mapping) else ""
    return {"words": trouble_text(str(case.failure.get("code", ""))), "detail": shown}


def _granted(case: CaseView) -> list[Option]:
    """The extents that may be granted; as asked is the first and needs no value."""
    words = _words_of(case)
    options = [Option(value, words.get(value, value)) for value in case.granted]
    if options:
        first = options[0]
        options[0] = Option("", str(_("As asked: %(extent)s", extent=first.words)))
    return options


def _words_of(case: CaseView) -> dict[str, str]:
    return {
        str(value): str(text)
        for one in case.kind.schema().fields.values()
        for value, text in one.metadata.get("words", {}).items()
    }


def _errors(looking: Looking) -> list[dict[str, str]]:
    return [
        {"href": f"#{ANCHORS.get(place, place)}", "words": words}
        for place, words in looking.wrong.items()
    ]


def _approvers(case: CaseView, looking: Looking, search: Search) -> list[Approver]:
    if "assign" not in case.may:
        return []
    return [
        _approver(case, step, looking, search)
        for one in case.steps
        for step in one.members or (one,)
        if step.state in ("asked", "waiting", "unassigned")
    ]


def seat_key(n: int, seat: int) -> str:
    """What tells the fields of one person's step from those of the others."""
    return f"{n}-{seat}" if seat else str(n)


def _approver(case: CaseView, step: StepView, looking: Looking, search: Search) -> Approver:
    n, seat, text, found = search
    here = (n, seat) == (step.n, step.seat) and bool(text)
    key = seat_key(step.n, step.seat)
    wrong = looking.wrong.get(f"email-{key}", "")
    trouble = ""
    if step.who is None:
        trouble = str(_("Nobody is on record for this. Find the professor who signs."))
    elif step.mail_failed_at:
        trouble = trouble_text(step.mail_code or "")
    options = [Option(one.id, say.named(one), one.email) for one in found] if here else None
    now_here = step.n == case.step and bool(trouble)
    return Approver(
        n=step.n,
        seat=step.seat,
        key=key,
        heading=signer_of(step),
        person=step.who is not None,
        whom=say.named(step.on_behalf_of) if step.on_behalf_of and step.state == "asked" else "",
        lasts=_lasts(step),
        email=step.who.email if step.who and step.state == "asked" else "",
        trouble=trouble,
        open=here or bool(wrong) or now_here,
        typed_email=looking.typed.get("email", "")
        if wrong
        else (step.who.email if step.who else ""),
        wrong_email=wrong,
        search=text if here else "",
        found=options,
    )


def _lasts(step: StepView) -> str:
    """For how long somebody acts for another."""
    if step.days is None:
        return str(_("For this request."))
    first, last = (say.full_day(one) for one in step.days)
    return str(_("For an absence from %(first)s to %(last)s.", first=first, last=last))


def _as_sent(case: CaseView) -> list[files.FileLine]:
    """The paper as everybody sees it; a letter from the day on which it is signed."""
    signed = any(step.state == "approved" for step in case.steps)
    if case.kind.writes and not signed:
        return []
    name = str(_("The letter as signed") if case.kind.writes else _("Application as sent"))
    return [files.FileLine("paper", name, f"/applications/{case.id}/paper.pdf", "PDF", "down")]


def _working_copy(case: CaseView) -> str:
    newest = next(reversed(case.documents), None)
    return f"/documents/{newest.number}/file?format=docx" if newest else ""
