"""What a professor reads: who asks for what, the paper, what came of it, why a link is closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _

from services.forms.applications import cases
from services.forms.applications.drawing import DATA_URL
from services.forms.applications.roles import acting_text
from services.forms.applications.telling import changed_texts
from services.forms.applications.values import ApprovalDone, ApprovalView, StepView
from services.forms.approver.code import Stage, section
from services.forms.catalog.kind import Agree, Signed, Vote
from services.forms.pages import files, seats
from services.forms.pages.line import line
from services.forms.pages.paper import Drawn, draw
from services.forms.pages.roles import doer, signer_of
from services.forms.parts import Parts
from services.forms.student.home import about_me
from shared import say
from shared.errors import Gone


@dataclass(frozen=True)
class Panel:
    """That several are asked, and how their answers count."""

    words: str
    votes: bool


FIELDS: Mapping[str, str] = {
    "approve": "typed",
    "return": "reason-return",
    "decline": "reason-decline",
    "not_mine": "reason-not-mine",
}


def open_link(
    parts: Parts,
    view: ApprovalView,
    token: str,
    *,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    changed: Sequence[str] = (),
    others: int = 0,
    code: Stage | None = None,
) -> str:
    """The page that asks for a signature, with what was typed before if something was wrong."""
    base = f"/a/{token}"
    given, faults = typed or {}, dict(wrong or {})
    decision = given.get("decision", "")
    return render_template(
        "approver/pages/approve.html",
        student=say.named(view.student),
        kind=view.kind.title,
        number=view.number,
        me=say.named(view.step.who) if view.step.who else "",
        roles=acting(view),
        whom=say.named(view.step.on_behalf_of) if view.step.on_behalf_of else "",
        may_hand_over=view.step.may_hand_over,
        panel=_panel(view),
        base=base,
        by_when=view.by_when,
        now=parts.clock.now(),
        facts=facts_of(view),
        line=_line(view),
        paper=paper_of(view),
        files=files.attached(view.attachments, base),
        shown=view.shown,
        typed=given.get("typed", ""),
        drawn=drawn_again(given),
        typed_reason={decision: given.get("reason", "")},
        wrong={**faults, "typed": faults.get("approve", "")},
        errors=[{"href": f"#{FIELDS.get(k, 'typed')}", "words": v} for k, v in faults.items()],
        changed=changed_texts(view.kind, changed),
        others=others,
        code=section(view, code, given),
    )


def _panel(view: ApprovalView) -> Panel | None:
    """What somebody who answers with others has to know."""
    panel = view.panel
    if panel is None:
        return None
    done, of = panel.ayes + panel.noes, len(panel.members)
    how = {
        "all": _("Everybody has to agree: one who declines ends it."),
        "any": _("One who agrees is enough."),
    }
    said = how.get(str(panel.agree)) or _vote_words(panel.agree)
    count = _("%(done)s of %(of)s have answered.", done=done, of=of)
    return Panel(f"{said} {count}", votes=panel.secret)


def _vote_words(agree: Agree) -> str:
    if not isinstance(agree, Vote):
        return ""
    return str(
        _(
            "It is a vote: more than %(quorum)s of the members have to answer, and more than "
            "%(majority)s of the votes cast have to be in favour. Your vote is told to the office "
            "alone.",
            quorum=_share(agree.quorum),
            majority=_share(agree.majority),
        )
    )


def _share(share: Fraction) -> str:
    if share == Fraction(1, 2):
        return str(_("half"))
    return f"{share.numerator}/{share.denominator}"


def drawn_again(form: Mapping[str, str]) -> str:
    """What was drawn, to be shown again: nothing given is lost by a fault elsewhere."""
    drawn = form.get("drawn", "")
    return drawn if drawn.startswith(DATA_URL) else ""


def all_sent() -> str:
    """The page after one link for everything was asked for."""
    return render_template("approver/pages/all_sent.html")


def done(result: ApprovalDone, base: str = "", others: int = 0) -> str:
    """The page after a decision; `others` still wait for the same professor."""
    signed = result.decision == "approve"
    heading, lead = _voted_words(result) or _done_words(result)
    rows = [
        (str(_("Application")), f"{result.kind.title} {result.number}"),
        (str(_("Student")), say.named(result.student)),
        (str(_("At")), say.full_moment(result.decided_at)),
        (str(_("Next")), _next(result)),
    ]
    who = result.step.who
    return render_template(
        "approver/pages/done.html",
        heading=heading,
        lead=lead,
        seal=say.seal_lines(say.named(who)) if signed and who else (),
        facts=rows,
        fingerprint=_grouped(result.shown) if signed else "",
        base=base,
        others=others,
    )


def gone(error: Gone, token: str) -> str:
    """Why a link no longer works; each reason explains itself."""
    heading, lead, about = _gone_words(error)
    return render_template(
        "approver/pages/gone.html",
        heading=heading,
        lead=lead,
        about=about,
        base=f"/a/{token}",
        may_ask=error.code in ("link_replaced", "link_expired"),
        sent="again" in request.args,
    )


def facts_of(view: ApprovalView) -> list[tuple[str, str]]:
    """Who asks for what, and as what one signs."""
    student = view.student
    name = " · ".join([say.named(student), student.student_number, *about_me(student)[:2]])
    return [
        (str(_("Student")), name),
        (str(_("Request")), _begun(view.headline) or str(view.kind.title)),
        (str(_("You sign as")), acting(view)),
    ]


def acting(view: ApprovalView) -> str:
    """As what whoever holds the link signs, and for whom."""
    whom = view.step.on_behalf_of
    return acting_text(view.step.roles, say.named(whom) if whom else "")


def _begun(text: str) -> str:
    """A phrase as the beginning of a line."""
    return text[:1].upper() + text[1:]


def _line(view: ApprovalView) -> list[Any]:
    office = view.office or (view.kind.desk.office if view.kind.desk else None)
    sitting = seats.Sitting(
        view.student, view.steps, "in_approval", office, view.submitted_at, view.by_when
    )
    return line(seats.seats(sitting), mine=view.step.n)


def paper_of(view: ApprovalView) -> Any:
    """The paper as it would be signed."""
    student = view.student
    applicant = Signed("applicant", student.name_ko, student.name_en, view.typed, view.submitted_at)
    approvers = [
        _signed(role, step)
        for one in view.steps
        for step in (one.members if not one.secret else ()) or (one,)
        if step.state == "approved" and step.who and step.decided_at
        for role in step.roles
    ]
    return draw(
        Drawn(
            view.kind,
            student,
            cases.load(view.kind, dict(view.answers)),
            view.submitted_at,
            view.language,
            view.sentences,
            [applicant, *approvers],
            view.people,
        )
    )


def _signed(role: str, step: StepView) -> Signed:
    """A signature that was given before, with the names as the register has them."""
    who, whom = step.who, step.on_behalf_of
    assert who is not None  # noqa: S101 – only what is signed is shown here
    assert step.decided_at is not None  # noqa: S101
    names = (who.name_ko, who.name_en, step.typed or "", step.decided_at)
    if whom is None:
        return Signed(role, *names)
    return Signed(role, *names, behalf_ko=whom.name_ko, behalf_en=whom.name_en)


def _done_words(result: ApprovalDone) -> tuple[str, str]:
    said = {
        "approve": (
            _("Signed. Nothing more to do"),
            _("We have also e-mailed you what you signed. You can close this window."),
        ),
        "return": (
            _("Returned to the student"),
            _("The student reads your words. You get a new link when it comes back."),
        ),
        "decline": (
            _("Declined. The application has ended"),
            _("The student and everybody who took part are told your reason."),
        ),
        "not_mine": (
            _("Thank you. The office takes care of it"),
            _("The application stays as it is. You need not do anything more."),
        ),
    }
    heading, lead = said[result.decision]
    if result.given_back:
        return str(_("You have given it back")), str(
            _("They get a new link to sign it themselves.")
        )
    return str(heading), str(lead)


def _voted_words(result: ApprovalDone) -> tuple[str, str] | None:
    """Of several, one answer decides nothing yet, or was the last that was needed."""
    if not result.step.seat or result.decision not in ("approve", "decline"):
        return None
    if result.step.outcome:
        lead = _("With your answer it is decided, and everybody who took part is told.")
    else:
        lead = _("The others are still asked. You are told what comes of it.")
    return str(_("Your answer is counted")), str(lead)


def _next(result: ApprovalDone) -> str:
    following = result.following
    if result.given_back:
        return signer_of(result.step)
    if result.decision == "approve" and following:
        who = signer_of(following)
        if following.by_when:
            return str(_("%(who)s, by %(when)s", who=who, when=say.deadline(following.by_when)))
        return who
    if result.decision in ("approve", "not_mine") and result.office:
        return doer(result.office)
    return str(_("The student")) if result.decision == "return" else str(_("Nobody: it has ended"))


def _gone_words(error: Gone) -> tuple[str, str, str]:
    if error.code == "link_used":
        return _used_words(error)
    if error.code == "link_replaced":
        return (
            str(_("This link has been replaced")),
            str(_("A newer link was sent to you. Open the one in the newest e-mail.")),
            str(_("An earlier signature does not count for a changed application.")),
        )
    if error.code == "link_expired":
        return (
            str(_("This link has expired")),
            str(_("It was valid for a limited time. Ask for a new one if you still want to sign.")),
            "",
        )
    if error.facts.get("taken_back"):
        return (
            str(_("You no longer sign this")),
            str(_("Whoever asked you to sign on their behalf signs again themselves.")),
            "",
        )
    if error.facts.get("outcome"):
        return (
            str(_("It has been decided")),
            str(_("The others have answered, and your answer could not have changed it.")),
            "",
        )
    return (
        str(_("Nothing more to do")),
        str(_("The application has ended or was taken back. Your signature is not needed.")),
        "",
    )


def _used_words(error: Gone) -> tuple[str, str, str]:
    at = error.facts.get("decided_at")
    when = datetime.fromisoformat(at) if isinstance(at, str) else at
    said = {
        "approve": _("You have already signed"),
        "return": _("You have already returned it"),
        "decline": _("You have already declined"),
        "not_mine": _("You have already told the office"),
    }
    heading = said.get(str(error.facts.get("decision"))) or _("You have already answered")
    nothing = _("Nothing more to do.")
    if when is None:
        return str(heading), str(nothing), ""
    on = _("That was on %(when)s.", when=say.moment(when))
    return str(heading), f"{on} {nothing}", ""


def _grouped(sha256: str) -> str:
    return " ".join(sha256[at : at + 4] for at in range(0, len(sha256), 4))
