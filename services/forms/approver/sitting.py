"""`/queue/<token>`: everything that waits for one professor, each shown, those ticked signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, g, render_template, request
from flask_babel import gettext as _

from services.forms.applications import delegations, drawing, sitting
from services.forms.applications.sitting import Queue, Request, Signed
from services.forms.approver import settings
from services.forms.approver.delegate import ended, lasts
from services.forms.approver.page import acting, drawn_again, facts_of, paper_of
from services.forms.pages import files
from services.forms.pages.errors import text_of
from services.forms.pages.frame import see_other
from services.forms.parts import Parts
from shared import say
from shared.errors import Gone, Refused, TooMany
from shared.web import check_form, form_token
from shared.words import LANGUAGES

Page = Response | str | tuple[str, int]


def blueprint(parts: Parts) -> Blueprint:
    """The link is the credential, as behind `/a/`; no cookie is needed."""
    pages = Blueprint("sitting", __name__, url_prefix="/queue/<token>")

    @pages.before_request
    def _know() -> None:
        g.form_token = form_token(parts.keyring, _token())
        if not request.accept_languages.best_match(LANGUAGES):
            with parts.database.read() as session:
                g.link_language = sitting.language_of(session, parts, _token())

    @pages.errorhandler(Gone)
    def _gone(error: Gone) -> tuple[str, int]:
        replaced = error.code == "link_replaced"
        return render_template(
            "approver/pages/queue_gone.html",
            heading=_("This link has been replaced") if replaced else _("This link has expired"),
            base=f"/queue/{_token()}",
            sent="again" in request.args,
        ), 410

    @pages.get("")
    def look_at_queue(token: str) -> Page:
        return _page(parts, token)

    @pages.post("")
    def sign_ticked(token: str) -> Page:
        check_form(parts.keyring, token)
        ticked = [_ticked(one) for one in request.form.getlist("sign")]
        typed, drawn = request.form.get("typed", ""), drawn_again(request.form)
        try:
            picture = drawing.read(drawn) if drawn else None
            done = sitting.sign(parts, token, ticked, typed, picture)
        except Refused as error:
            field = "sign-0" if error.code == "nothing_ticked" else "typed"
            wrong = {field: text_of(error)}
            tokens = [one for one, _shown in ticked]
            return _page(parts, token, typed, tokens, wrong, drawn), 422
        return _done(parts, token, done)

    @pages.post("/delegations/<delegation_id>/end")
    def take_one_back(token: str, delegation_id: str) -> Page:
        check_form(parts.keyring, token)
        with parts.database.write() as session:
            return ended(delegations.take_back_one(session, parts, token, delegation_id))

    settings.add(pages, parts)

    @pages.post("/again")
    def send_queue_again(token: str) -> Page:
        check_form(parts.keyring, token)
        with suppress(TooMany, Gone), parts.database.write() as session:
            sitting.mail_again(session, parts, token)
        return see_other(f"/queue/{token}?again=1")

    return pages


def _token() -> str:
    return str((request.view_args or {}).get("token", ""))


def _ticked(value: str) -> tuple[str, str]:
    """A tick's value: the hash of what was shown, then the request's token."""
    shown, _colon, token = value.partition(":")
    return token, shown


def _page(
    parts: Parts,
    token: str,
    typed: str = "",
    ticked: Sequence[str] = (),
    wrong: Mapping[str, str] | None = None,
    drawn: str = "",
) -> str:
    """All requests whole; after a refusal with what was ticked and typed."""
    faults = dict(wrong or {})
    with parts.database.read() as session:
        queue = sitting.look(session, parts, token)
        given = delegations.of_professor(session, parts, queue.professor.id)
    me = say.named(queue.professor)
    return render_template(
        "approver/pages/queue.html",
        me=me,
        base=f"/queue/{token}",
        given=[(one.id, say.named(one.delegate), lasts(one)) for one in given],
        requests=[_shown(one, one.token in ticked) for one in queue.requests],
        signable=any(not one.by_itself for one in queue.requests),
        count=len(queue.requests) + queue.more,
        more=queue.more,
        expires_at=queue.expires_at,
        typed=typed,
        drawn=drawn,
        wrong=faults,
        errors=[{"href": f"#{field}", "words": words} for field, words in faults.items()],
    )


def _shown(one: Request, ticked: bool) -> dict[str, Any]:
    view, alone = one.view, f"/a/{one.token}"
    return {
        "student": say.named(view.student),
        "kind": view.kind.title,
        "number": view.number,
        "alone": alone,
        "by_itself": one.by_itself,
        "value": f"{view.shown}:{one.token}",
        "ticked": ticked,
        "by_when": view.by_when,
        "facts": facts_of(view),
        "roles": acting(view),
        "paper": None if one.by_itself else paper_of(view),
        "files": files.attached(view.attachments, alone),
    }


def _done(parts: Parts, token: str, done: Sequence[Signed]) -> str:
    with parts.database.read() as session:
        queue: Queue = sitting.look(session, parts, token)
    signed = sum(one.result == "signed" for one in done)
    return render_template(
        "approver/pages/queue_done.html",
        signed=signed,
        rows=[(f"{one.student} · {one.title} {one.number}", _result(one)) for one in done],
        left=len(queue.requests) + queue.more,
        base=f"/queue/{token}",
    )


def _result(one: Signed) -> str:
    said = {
        "signed": _("Signed"),
        "shown_changed": _("Not signed: it changed while you were reading. Look again."),
        "by_itself": _("Not signed: it is answered on its own page."),
    }
    return str(said.get(one.result) or _("Not signed: it no longer waits for you, or not for this "
                                         "signature. Open it by itself."))  # fmt: skip
