"""Where somebody is signed in, and signing out there, after the password once more (ASVS 7.5.2)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from services.forms.pages.frame import check_own_form, see_other
from services.forms.parts import Parts
from services.forms.signin import again, sessions
from services.forms.signin.current import page_login, signed_in
from services.forms.signin.sessions import UNIVERSITY, Open
from services.forms.signin.told import told
from services.forms.signin.views import wait
from shared import say
from shared.errors import Conflict, TooMany, Unauthorized

HERE, ALL = "/account/sessions", "all"
Page = str | Response | tuple[str, int]


def add(pages: Blueprint, parts: Parts) -> None:
    """`/account/sessions`."""

    @pages.get("/sessions")
    @page_login()
    def places_page() -> str:
        return _page(parts)

    @pages.post("/sessions/end")
    @page_login()
    def end_places() -> Page:
        check_own_form(parts)
        person, place = signed_in(), request.form.get("place", "")
        if not place:
            return _page(parts, place=_("Choose one of these.")), 422
        try:
            password = request.form.get("password", "")
            again.check(parts, person, password, request.remote_addr or "")
        except Unauthorized:
            return _page(parts, password=_("The password is not right.")), 401
        except TooMany as error:
            return _page(parts, password=wait(error)), 429
        except Conflict:
            return _page(parts, place=_("Sign in again, then do this within ten minutes.")), 409
        with parts.database.write() as session:
            sessions.end_others(session, person, "" if place == ALL else place)
        told(parts, "sessions.ended", person.login_id)
        return see_other(f"{HERE}?done=ended")


def _page(parts: Parts, **wrong: str) -> str:
    """`wrong` are sentences by field."""
    person = signed_in()
    with parts.database.read() as session:
        found = sessions.all_of(session, person.login_id, parts.clock.now())
    return render_template(
        "account/pages/places.html",
        mine=[one for one in found if one.id == person.session_id],
        others=[_choice(one) for one in found if one.id != person.session_id],
        has_password=again.has_password(parts, person),
        chosen=request.form.get("place", ""),
        done=request.args.get("done", ""),
        wrong=wrong,
        errors=[{"href": f"#{name}", "words": words} for name, words in wrong.items()],
    )


def _choice(one: Open) -> dict[str, Any]:
    """A place as one of the choices."""
    words = _("A program") if one.use == "api" else _("Another browser")
    way = _("The university's sign-in") if one.way == UNIVERSITY else _("Password and code")
    about = _(
        "Signed in %(opened)s, last used %(seen)s. %(way)s.",
        opened=say.moment(one.opened_at),
        seen=say.moment(one.seen_at),
        way=way,
    )
    return {"value": one.id, "words": words, "about": about}
