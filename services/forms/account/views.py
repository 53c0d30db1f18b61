"""`/account`: what somebody who is signed in decides about themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.forms.account import authenticator, copy, password, places, preferences
from services.forms.account.preferences import Wish
from services.forms.pages.frame import check_own_form, dress, see_other
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.choices import HOURS
from services.forms.people.values import Quiet
from services.forms.signin.authenticator import standing
from services.forms.signin.challenge import ways_on_record
from services.forms.signin.current import page_login, signed_in
from shared import say
from shared.clock import SEOUL
from shared.errors import Refused
from shared.frame import NAMES
from shared.words import LANGUAGES

WAYS = {"email": _l("E-mail"), "sms": _l("Text message")}


def blueprint(parts: Parts) -> Blueprint:
    """The settings of students and staff; professors have theirs behind their link."""
    pages = Blueprint("account", __name__, url_prefix="/account")
    dress(pages, parts)
    authenticator.add(pages, parts)
    places.add(pages, parts)
    password.add(pages, parts)

    @pages.get("")
    @page_login()
    def settings_page() -> str:
        return _page(parts)

    @pages.post("")
    @page_login()
    def keep_settings() -> Response | tuple[str, int]:
        check_own_form(parts)
        try:
            with parts.database.write() as session:
                preferences.choose(session, signed_in().id, _wish())
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


def _wish() -> Wish:
    """What the form says; a part that it did not show stays as it is."""
    given = request.form
    texts = {"yes": True, "no": False}.get(given.get("texts", ""))
    return Wish(given.get("language", ""), given.get("channel", ""), texts, read_hours(given))


def read_hours(given: Mapping[str, str]) -> Quiet | None:
    """Quiet hours as two fields say them; -1 for what is no hour."""
    if "quiet_since" not in given:
        return None
    since, until = (given.get(name, "") for name in ("quiet_since", "quiet_until"))
    return Quiet(*(int(one) if re.fullmatch("[0-9]{1,2}", one) else -1 for one in (since, until)))


def hours() -> list[dict[str, object]]:
    """The hours of a day as choices."""
    day = datetime(2000, 1, 1, tzinfo=SEOUL)
    return [{"value": one, "words": say.hour(day.replace(hour=one))} for one in HOURS]


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
        may_be_texted=preferences.may_be_texted(account),
        texts=account.texts,
        news=[
            {"value": "no", "words": _("By e-mail")},
            {"value": "yes", "words": _("By e-mail and text message")},
        ],
        quiet=account.quiet,
        hours=hours(),
        app=found,
        done=request.args.get("done", ""),
        wrong={wrong: words},
        errors=[{"href": f"#{wrong}", "words": words}] if wrong else [],
    )
