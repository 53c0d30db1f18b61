"""The code before a decision, where a kind asks it: sent, given, then the decision's own forms.

What was typed already goes along in hidden fields, so that a code that came too late costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from services.forms.applications import approvals, second_factor
from services.forms.applications.second_factor import CodeSent
from services.forms.applications.values import ApprovalView
from services.forms.pages.errors import text_of
from services.forms.parts import Parts
from services.forms.signin.views import wait, wrong_code
from shared import say
from shared.errors import Refused, TooMany, TryLater
from shared.web import check_form

Page = Response | str | tuple[str, int]
CARRIED = ("decision", "typed", "reason", "drawn")  # what a refused decision had


@dataclass(frozen=True)
class Stage:
    """How far it is: asked for, sent, given (`proof`)."""

    proof: str = ""
    challenge: str = ""
    sent: CodeSent | None = None
    wrong: str = ""
    carried: Mapping[str, str] = field(default_factory=dict)


def add(pages: Blueprint, parts: Parts, show: Any) -> None:
    """`POST /a/<token>/code`: send one, or check the one that was given."""

    @pages.post("/code")
    def code(token: str) -> Page:
        check_form(parts.keyring, token)
        stage, status = _stage(parts, token)
        with parts.database.read() as session:
            view = approvals.look(session, parts, token)
        page: str = show(parts, view, token, typed=stage.carried, code=stage)
        return page, status


def section(view: ApprovalView, stage: Stage | None, given: Mapping[str, str]) -> dict[str, Any]:
    """What the page shows of it; nothing where no code is asked or it was given."""
    if not view.asks_code or view.step.who is None:
        return {"ask": False, "proof": ""}
    now = stage or Stage(proof=given.get("proof", ""), carried=carried(given))
    ways = second_factor.ways(view.step.who)
    names = {"email": _("E-mail"), "sms": _("Text message")}
    return {
        "ask": not now.proof,
        "proof": now.proof,
        "challenge": now.challenge,
        "sent": _("We sent it to %(address)s.", address=now.sent.masked) if now.sent else "",
        "until": say.hour(now.sent.expires_at) if now.sent else "",
        "wrong": now.wrong,
        "ways": [
            {"value": one.name, "words": str(names[one.name]), "about": one.masked} for one in ways
        ],
        "carried": [(name, value) for name, value in now.carried.items() if value],
    }


def carried(form: Mapping[str, str]) -> dict[str, str]:
    """What a decision had, to be shown again with its own form."""
    return {name: form.get(name, "") for name in CARRIED}


def _stage(parts: Parts, token: str) -> tuple[Stage, int]:
    form, kept = request.form, carried(request.form)
    challenge = form.get("challenge", "")
    try:
        if form.get("do") == "check":
            return Stage(second_factor.check(parts, token, challenge, form.get("code", "")),
                         carried=kept), 200  # fmt: skip
        channel = form.get("channel", "email")
        sent = second_factor.send(parts, token, channel, request.remote_addr or "")
        return Stage(challenge=sent.challenge, sent=sent, carried=kept), 200
    except Refused as error:
        return Stage(challenge=challenge, wrong=_wrong(error), carried=kept), 422
    except TooMany as error:
        return Stage(challenge=challenge, wrong=wait(error), carried=kept), 429
    except TryLater:
        words = _("No code can be sent or checked at the moment. Try again in a minute.")
        return Stage(challenge=challenge, wrong=str(words), carried=kept), 503


def _wrong(error: Refused) -> str:
    if error.code != "wrong_code":
        return text_of(error)
    if error.facts.get("reason") == "no_checks_left":
        return str(_("This code no longer counts. Ask for a new one."))
    return wrong_code(error)
