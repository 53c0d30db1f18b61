"""`/account`: what somebody who is signed in decides about themselves."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.forms.account import authenticator, copy, preferences
from services.forms.pages.frame import check_own_form, dress, see_other
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.signin.authenticator import standing
from services.forms.signin.challenge import ways_on_record
from services.forms.signin.current import page_login, signed_in
from shared.errors import Refused
from shared.frame import NAMES
from shared.words import LANGUAGES

WAYS = {"email": _l("E-mail"), "sms": _l("Text message")}


def blueprint(parts: Parts) -> Blueprint:
    """The settings of students and staff; professors have theirs behind their link."""
    pages = Blueprint("account", __name__, url_prefix="/account")
    dress(pages, parts)
    authenticator.add(pages, parts)

    @pages.get("")
    @page_login()
    def settings_page() -> str:
        return _page(parts)

    @pages.post("")
    @page_login()
    def keep_settings() -> Response | tuple[str, int]:
        check_own_form(parts)
        language = request.form.get("language", "")
        try:
            with parts.database.write() as session:
                preferences.choose(
                    session, signed_in().id, language, request.form.get("channel", "")
                )
        except Refused as error:
            return _page(parts, str(error.facts["field"])), 422
        answer = see_other("/account?done=saved")
        answer.delete_cookie("language")  # what they choose here counts before what a page was in
        return answer

    @pages.get("/copy")
    @page_login("student")
    def take_copy() -> Response:
        return copy.hand_out(parts, signed_in())

    return pages


def _page(parts: Parts, wrong: str = "") -> str:
    person = signed_in()
    with parts.database.read() as session:
        account = register.find_account_of(session, person.id)
        found = standing(session, person.login_id)
    ways = ways_on_record(account)
    words = _("Choose one of these.")
    return render_template(
        "account/pages/account.html",
        person=person,
        ways=[(str(WAYS[one.name]), one.masked) for one in ways],
        languages=[{"value": code, "words": NAMES[code]} for code in LANGUAGES],
        channels=[
            {"value": one.name, "words": str(WAYS[one.name]), "about": one.masked} for one in ways
        ],
        channel=account.channel or ways[0].name if ways else "",
        app=found,
        done=request.args.get("done", ""),
        wrong={wrong: words},
        errors=[{"href": f"#{wrong}", "words": words}] if wrong else [],
    )
