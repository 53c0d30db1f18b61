"""The pages behind a link. GET and HEAD change nothing, whoever opens them (mail scanners do)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, g, request

from services.forms.applications import approvals, drawing, sitting
from services.forms.applications.values import ApprovalView
from services.forms.approver import code, delegate, letter
from services.forms.approver.page import all_sent, done, gone, open_link
from services.forms.approver.reader import speak_their_language
from services.forms.files_served import answer as serve_file
from services.forms.pages.errors import text_of
from services.forms.pages.frame import see_other
from services.forms.pages.pdf import show_approver_pdf
from services.forms.parts import Parts
from shared.errors import Conflict, Gone, Refused, TooMany
from shared.web import check_form, form_token

Page = Response | str | tuple[str, int]


def blueprint(parts: Parts) -> Blueprint:
    """`/a/<token>`: the link is the credential, no cookie is needed."""
    pages = Blueprint("approver", __name__, url_prefix="/a/<token>")

    @pages.before_request
    def _know() -> None:
        g.form_token = form_token(parts.keyring, _token())
        speak_their_language(parts, _token())

    @pages.errorhandler(Gone)
    def _gone(error: Gone) -> tuple[str, int]:
        if error.code == "link_delegated":
            return delegate.delegated(parts, _token()), 410
        return gone(error, _token()), 410

    @pages.get("")
    def look(token: str) -> Page:
        with parts.database.read() as session:
            view = approvals.look(session, parts, token)
            if view.letter:
                return letter.write(parts, view, token)
            return open_link(parts, view, token, others=sitting.others(session, parts, token))

    @pages.post("")
    def decide(token: str) -> Page:
        check_form(parts.keyring, token)
        return _decide(parts, token)

    letter.add(pages, parts)
    delegate.add(pages, parts)
    code.add(pages, parts, open_link)
    _add_links(pages, parts)

    @pages.get("/paper.pdf")
    def paper_pdf(token: str) -> Page:
        return show_approver_pdf(parts, token)

    @pages.get("/attachments/<attachment_id>")
    def attachment(token: str, attachment_id: str) -> Response:
        with parts.database.read() as session:
            served = approvals.fetch_attachment(session, parts, token, attachment_id)
        return serve_file(served)

    return pages


def _add_links(pages: Blueprint, parts: Parts) -> None:
    """Have the present link, or one for everything that waits, mailed to the address on record."""

    @pages.post("/again")
    def send_again(token: str) -> Page:
        check_form(parts.keyring, token)
        with suppress(TooMany), parts.database.write() as session:
            approvals.send_again(session, parts, token)
        return see_other(f"/a/{token}?again=1")

    @pages.post("/all")
    def send_all(token: str) -> Page:
        check_form(parts.keyring, token)
        with suppress(TooMany, Gone), parts.database.write() as session:
            sitting.mail_from(session, parts, token)
        return all_sent()


def _token() -> str:
    return str((request.view_args or {}).get("token", ""))


def _decide(parts: Parts, token: str) -> Page:
    decision = request.form.get("decision", "")
    typed, drawn = _signature(decision)
    try:
        with parts.database.write() as session:
            result = approvals.decide(
                session,
                parts,
                token,
                decision=decision,
                shown=request.form.get("shown", ""),
                reason=request.form.get("reason", "").strip() or None,
                typed=typed,
                drawn=drawing.read(drawn) if drawn else None,
                proof=request.form.get("proof", ""),
            )
    except Refused as error:
        if error.code == "code_needed":
            late = code.Stage(wrong=text_of(error), carried=code.carried(request.form))
            return _again(parts, token, {"code": late}), 422
        return _again(parts, token, {"wrong": {decision: text_of(error)}}), 422
    except Conflict as error:
        if error.code != "shown_changed":
            raise
        return _again(parts, token, {"changed": error.facts.get("changed", ())}), 409
    with parts.database.read() as session:
        return done(result, f"/a/{token}", sitting.others(session, parts, token))


def _signature(decision: str) -> tuple[str | None, str]:
    """Typed or drawn, where something is signed; a page without scripts sends what was typed."""
    if decision != "approve":
        return None, ""
    drawn = request.form.get("drawn", "")
    return (None, drawn) if drawn else (request.form.get("typed", ""), "")


def _again(parts: Parts, token: str, what: Mapping[str, Any]) -> str:
    """The page once more, with what was typed and what is wrong with it."""
    with parts.database.read() as session:
        view: ApprovalView = approvals.look(session, parts, token)
        if view.letter:
            return letter.again(parts, view, token, request.form, **what)
        return open_link(parts, view, token, typed=request.form, **what)
