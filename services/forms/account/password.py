"""The page on which somebody changes their password: the present one, then a new one twice."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from services.forms.pages.frame import check_own_form, see_other
from services.forms.parts import Parts
from services.forms.signin import again
from services.forms.signin.changing import change_password
from services.forms.signin.current import page_login, signed_in
from services.forms.signin.password_views import why_weak
from services.forms.signin.passwords import LEAST_CHARACTERS
from services.forms.signin.views import wait
from shared.errors import Conflict, Refused, TooMany, Unauthorized

Page = str | Response | tuple[str, int]


def add(pages: Blueprint, parts: Parts) -> None:
    """`/account/password`."""

    @pages.get("/password")
    @page_login()
    def change_page() -> Page:
        return _page(parts)

    @pages.post("/password")
    @page_login()
    def change() -> Page:
        check_own_form(parts)
        current, new, twice = (
            request.form.get(one, "") for one in ("current", "password", "again")
        )
        if new != twice:
            return _page(parts, again=_("The two passwords differ.")), 422
        try:
            change_password(parts, signed_in(), current, new, request.remote_addr or "")
        except Refused as error:
            return _page(parts, password=why_weak(error)), 422
        except Unauthorized:
            return _page(parts, current=_("The password is not right.")), 401
        except TooMany as error:
            return _page(parts, current=wait(error)), 429
        except Conflict:
            return see_other("/account/password")
        return see_other("/account?done=password")


def _page(parts: Parts, **wrong: str) -> str:
    """`wrong` are sentences by field."""
    person = signed_in()
    return render_template(
        "account/pages/password.html",
        person=person,
        has_password=again.has_password(parts, person),
        least=LEAST_CHARACTERS,
        wrong=wrong,
        errors=[{"href": f"#{name}", "words": words} for name, words in wrong.items()],
    )
