"""The pages of an authenticator app: set it up, keep the recovery codes, take it away again."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _

from services.forms.pages.frame import check_own_form, see_other
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.values import Account
from services.forms.signin import authenticator, challenge
from services.forms.signin.authenticator import Enrolment
from services.forms.signin.current import page_login, signed_in
from services.forms.signin.views import wait
from shared.errors import Conflict, Refused, TooMany, Unauthorized

HERE = "/account/authenticator"
Page = str | Response | tuple[str, int]


def add(pages: Blueprint, parts: Parts) -> None:
    """`/account/authenticator` and what is below it."""
    _add_beginning(pages, parts)
    _add_confirming(pages, parts)
    _add_keeping(pages, parts)


def _add_beginning(pages: Blueprint, parts: Parts) -> None:
    @pages.get("/authenticator")
    @page_login()
    def app() -> Page:
        return _app_page(parts)

    @pages.post("/authenticator")
    @page_login()
    def begin_app() -> Page:
        check_own_form(parts)
        person, password = signed_in(), request.form.get("password", "")
        try:
            challenge.check_password(parts, person.login_id, password, request.remote_addr or "")
            with parts.database.write() as session:
                authenticator.begin(session, parts, person.login_id)
        except Unauthorized:
            return _app_page(parts, _("The password is not right.")), 401
        except TooMany as error:
            return _app_page(parts, wait(error)), 429
        except Conflict:
            return see_other(HERE)
        return see_other(f"{HERE}/confirm")


def _add_confirming(pages: Blueprint, parts: Parts) -> None:
    @pages.get("/authenticator/confirm")
    @page_login()
    def confirm_app() -> Page:
        return _confirm_page(parts)

    @pages.post("/authenticator/confirm")
    @page_login()
    def use_app() -> Page:
        check_own_form(parts)
        try:
            with parts.database.write() as session:
                account = register.find_account_of(session, signed_in().id)
                code = request.form.get("code", "")
                codes = authenticator.confirm(session, parts, account, code)
        except Refused:
            wrong = _(
                "That is not what the app shows now. If its code keeps being refused, set the "
                "clock of the phone to automatic."
            )
            return make_response(_confirm_page(parts, wrong), 422)
        except Conflict:
            return see_other(HERE)
        return _codes_page(codes, first=True)


def _add_keeping(pages: Blueprint, parts: Parts) -> None:
    @pages.post("/authenticator/codes")
    @page_login()
    def renew_codes() -> Page:
        check_own_form(parts)
        refusal = _refused(parts)
        if refusal:
            return refusal
        with parts.database.write() as session:
            codes = authenticator.renew_recovery_codes(session, signed_in().login_id)
        return _codes_page(codes, first=False)

    @pages.post("/authenticator/remove")
    @page_login()
    def remove_app() -> Page:
        check_own_form(parts)
        refusal = _refused(parts)
        if refusal:
            return refusal
        with parts.database.write() as session:
            authenticator.remove(session, parts, _account(parts))
        return see_other("/account?done=app_removed")


def _refused(parts: Parts) -> Page | None:
    """The page again if the code that was given with it is not right."""
    try:
        with parts.database.write() as session:
            account = register.find_account_of(session, signed_in().id)
            if authenticator.accept(session, parts, account, request.form.get("code", "")):
                return None
    except TooMany as error:
        return _app_page(parts, wait(error)), 429
    return _app_page(parts, _("That is not the code.")), 401


def _account(parts: Parts) -> Account:
    with parts.database.read() as session:
        return register.find_account_of(session, signed_in().id)


def _app_page(parts: Parts, wrong: str = "") -> str:
    """Whether an app is in use, and what can be done about it."""
    account = _account(parts)
    with parts.database.read() as session:
        found = authenticator.standing(session, account.login_id)
    field = "#code" if found.since else "#password"
    return render_template(
        "account/pages/authenticator.html",
        app=found,
        has_password=account.password_hash is not None,
        wrong=wrong,
        errors=[{"href": field, "words": wrong}] if wrong else [],
    )


def _confirm_page(parts: Parts, wrong: str = "") -> str | Response:
    with parts.database.read() as session:
        enrolment = authenticator.pending(session, parts, signed_in().login_id)
    if enrolment is None:
        return see_other(HERE)
    return _with_picture(enrolment, wrong)


def _with_picture(enrolment: Enrolment, wrong: str) -> str:
    size, path = enrolment.picture()
    return render_template(
        "account/pages/confirm.html",
        enrolment=enrolment,
        size=size,
        path=path,
        wrong=wrong,
        errors=[{"href": "#code", "words": wrong}] if wrong else [],
    )


def _codes_page(codes: Sequence[str], *, first: bool) -> str:
    return render_template("account/pages/recovery_codes.html", codes=codes, first=first)
