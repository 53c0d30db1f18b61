"""The page of those who cannot be readmitted, for the office that decides readmissions."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from services.forms.bars import keeping
from services.forms.pages.errors import text_of
from services.forms.pages.frame import check_own_form, dress, see_other
from services.forms.paper.texts import TEXTS as OF_NUMBERS
from services.forms.parts import Parts
from services.forms.signin.current import page_login, signed_in
from shared import say
from shared.errors import DojangError, NotFound, Refused

Page = Response | str | tuple[str, int]
PATH = "/desk/bars"


def blueprint(parts: Parts) -> Blueprint:
    """`/desk/bars`."""
    pages = Blueprint("bars", __name__)
    dress(pages, parts)

    @pages.get(PATH)
    @page_login("staff")
    def bars() -> str:
        return _page(parts)

    @pages.post(PATH)
    @page_login("staff")
    def bar() -> Page:
        check_own_form(parts)
        number, reason = (request.form.get(name, "") for name in ("student_number", "reason"))
        try:
            with parts.database.write() as session:
                keeping.bar(session, parts, signed_in(), number, reason, _address())
        except Refused as error:
            return _page(parts, error), 422
        return see_other(f"{PATH}?told=barred")

    @pages.post(f"{PATH}/<student_number>/lift")
    @page_login("staff")
    def lift(student_number: str) -> Page:
        check_own_form(parts)
        try:
            with parts.database.write() as session:
                keeping.lift(session, parts, signed_in(), student_number, _address())
        except NotFound:
            return see_other(PATH)  # a second click: it is lifted already
        return see_other(f"{PATH}?told=lifted")

    return pages


def _address() -> str:
    return request.remote_addr or ""


def _page(parts: Parts, error: DojangError | None = None) -> str:
    with parts.database.read() as session:
        found = keeping.listed(session, parts, signed_in())
    field, words = "", ""
    if error is not None:
        known = OF_NUMBERS.get(error.code)
        field, words = str(error.facts.get("field") or ""), str(known or text_of(error))
    return render_template(
        "bars/pages/bars.html",
        bars=[(say.named(one.student), one.student.student_number, one.reason) for one in found],
        typed=request.form if error else {},
        wrong={field: words} if field else {},
        errors=[{"href": f"#{field}" if field else "", "words": words}] if error else [],
        told=request.args.get("told", ""),
        most=keeping.REASON_CHARACTERS_MOST,
    )
