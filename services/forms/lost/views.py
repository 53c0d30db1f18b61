"""`/desk/lost-apps`: Student Affairs takes an app off an account, with the reason."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from services.forms.lost import removing
from services.forms.lost.texts import TEXTS
from services.forms.pages.errors import text_of
from services.forms.pages.frame import check_own_form, dress, see_other
from services.forms.paper.texts import TEXTS as OF_NUMBERS
from services.forms.parts import Parts
from services.forms.signin.current import page_login, signed_in
from shared.errors import DojangError, Refused

Page = Response | str | tuple[str, int]
PATH = "/desk/lost-apps"


def blueprint(parts: Parts) -> Blueprint:
    """The list and the form."""
    pages = Blueprint("lost", __name__)
    dress(pages, parts)

    @pages.get(PATH)
    @page_login("staff")
    def lost_apps() -> str:
        return _page(parts)

    @pages.post(PATH)
    @page_login("staff")
    def remove_app() -> Page:
        check_own_form(parts)
        number, reason = (request.form.get(name, "") for name in ("student_number", "reason"))
        address = request.remote_addr or ""
        try:
            with parts.database.write() as session:
                removing.remove(session, parts, signed_in(), number, reason, address)
        except Refused as error:
            return _page(parts, error), 422
        return see_other(f"{PATH}?told=removed")

    return pages


def _page(parts: Parts, error: DojangError | None = None) -> str:
    with parts.database.read() as session:
        rows = [(one.login_id, one.at, one.reason) for one in removing.listed(session, signed_in())]
    field, words = "", ""
    if error is not None:
        field = str(error.facts.get("field") or "")
        known = {**OF_NUMBERS, **TEXTS}.get(error.code)
        words = str(known or text_of(error))
    return render_template(
        "lost/pages/lost_apps.html",
        rows=rows,
        typed=request.form if error else {},
        wrong={field: words} if field else {},
        errors=[{"href": f"#{field}" if field else "", "words": words}] if error else [],
        told=request.args.get("told", ""),
        most=removing.REASON_CHARACTERS_MOST,
    )
