"""Letting somebody else sign: who, for this request or for days of absence; taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from services.forms.applications import approvals, delegations
from services.forms.applications.delegations import DelegationView
from services.forms.pages.errors import text_of
from services.forms.parts import Parts
from services.forms.people.values import Professor
from services.forms.student.form import Option
from shared import say
from shared.clock import SEOUL
from shared.errors import Refused
from shared.web import check_form

Page = Response | str | tuple[str, int]
ONCE, AWAY = "once", "away"


def add(pages: Blueprint, parts: Parts) -> None:
    """`/a/<token>/delegate`: GET finds a professor, POST lets them sign; `/take-back` ends it."""

    @pages.get("/delegate")
    def find_delegate(token: str) -> Page:
        return _page(parts, token, request.args.get("q", ""))

    @pages.post("/delegate")
    def delegate(token: str) -> Page:
        check_form(parts.keyring, token)
        form = request.form
        try:
            first, last = _days(form)
            with parts.database.write() as session:
                made = delegations.delegate(
                    session, parts, token, form.get("delegate", ""), first, last
                )
        except Refused as error:
            field = str(error.facts.get("field") or "delegate")
            place = field if field in ("first_day", "last_day") else "delegate"
            return _page(parts, token, form.get("q", ""), form, {place: text_of(error)}), 422
        return _made(made)

    @pages.post("/take-back")
    def take_back(token: str) -> Page:
        check_form(parts.keyring, token)
        with parts.database.write() as session:
            return ended(delegations.take_back(session, parts, token))


def delegated(parts: Parts, token: str) -> str:
    """Behind a link whose holder let somebody else sign: who, until when, and taking it back."""
    with parts.database.read() as session:
        one = delegations.given(session, parts, token)
    heading = _("%(name)s signs for you", name=say.named(one.delegate))
    if one.over:
        heading = _("%(name)s has answered for you", name=say.named(one.delegate))
    return render_template(
        "approver/pages/delegated.html",
        heading=heading,
        lead=str(_("Nothing more to do.")) if one.over else lasts(one),
        take_back=None if one.over else f"/a/{token}/take-back",
    )


def ended(one: DelegationView) -> str:
    """The page after it was taken back."""
    lead = _("%(name)s is told.", name=say.named(one.delegate))
    if one.waiting:
        more = _("A new link for each request that waits is on its way to you.")
        lead = f"{lead} {more}"
    return render_template(
        "approver/pages/delegated.html",
        heading=_("You sign for yourself again"),
        lead=lead,
        take_back=None,
    )


def lasts(one: DelegationView) -> str:
    """What has been handed on, in a sentence."""
    if one.first_day is None or one.last_day is None:
        return str(_("This request alone."))
    return str(
        _(
            "Every request whose link is sent from %(first)s to %(last)s.",
            first=say.full_day(one.first_day),
            last=say.full_day(one.last_day),
        )
    )


def _made(one: DelegationView) -> str:
    name, lead = say.named(one.delegate), lasts(one)
    if one.waiting:
        more = _("The link to sign this one is on its way to them; yours no longer signs.")
        lead = f"{lead} {more}"
    elif not one.once:
        lead = f"{lead} {_('This one stays with you.')}"
    back = _("You can take it back: we have e-mailed you how.")
    return render_template(
        "approver/pages/delegated.html",
        heading=_("%(name)s signs for you", name=name),
        lead=f"{lead} {back}",
        take_back=None,
    )


def _days(form: Mapping[str, str]) -> tuple[date | None, date | None]:
    """The days of an absence; none for a single request. Raises Refused("bad_absence")."""
    if form.get("extent") != AWAY:
        return None, None
    try:
        return date.fromisoformat(form.get("first_day", "")), date.fromisoformat(
            form.get("last_day", "")
        )
    except ValueError as error:
        raise Refused("bad_absence", "not two days", field="first_day") from error


def _page(
    parts: Parts,
    token: str,
    text: str,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> str:
    with parts.database.read() as session:
        view = approvals.look(session, parts, token)
        found = delegations.find_delegates(session, parts, token, text)
    given, faults = typed or {}, dict(wrong or {})
    today = parts.clock.now().astimezone(SEOUL).date().isoformat()
    return render_template(
        "approver/pages/delegate.html",
        base=f"/a/{token}",
        student=say.named(view.student),
        kind=view.kind.title,
        number=view.number,
        q=text.strip(),
        found=_options(found) if text.strip() else None,
        chosen=given.get("delegate", found[0].id if len(found) == 1 else ""),
        extents=[
            Option(
                ONCE, str(_("This request")), str(_("Corrected and sent again, it comes to you."))
            ),
            Option(AWAY, str(_("Days of absence")), str(_("Every link that is sent on them."))),
        ],
        extent=given.get("extent", ONCE),
        first_day=given.get("first_day", today),
        last_day=given.get("last_day", ""),
        today=today,
        wrong=faults,
        errors=[{"href": f"#{place}", "words": words} for place, words in faults.items()],
    )


def _extents() -> list[Option]:
    again = _("Corrected and sent again, it comes to you.")
    return [
        Option(ONCE, str(_("This request")), str(again)),
        Option(AWAY, str(_("Days of absence")), str(_("Every link that is sent on them."))),
    ]


def _options(found: Sequence[Professor]) -> list[Option]:
    return [
        Option(one.id, say.named(one), say.named(one.major) if one.major else "") for one in found
    ]
