"""The pages of a first or forgotten password: each stands on a link that was mailed."""

from __future__ import annotations

import time
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _

from services.forms.pages.frame import check_own_form
from services.forms.parts import Parts
from services.forms.signin import devices, invitation
from services.forms.signin.passwords import LEAST_CHARACTERS
from shared.errors import Gone, Refused

FORGOTTEN_SECONDS = 0.25  # as long for an ID that nobody has as for one that is mailed a link


def add_password_pages(pages: Blueprint, parts: Parts) -> None:
    """`/password` asks for a link; `/password/<token>` and `/invitation/<token>` use one."""
    _add_forgotten(pages, parts)

    @pages.get("/invitation/<token>", endpoint="invitation")
    @pages.get("/password/<token>", endpoint="new_password")
    def look(token: str) -> str | tuple[str, int]:
        try:
            with parts.database.read() as session:
                credential = invitation.look_credential(session, parts, token)
        except Gone as error:
            return _gone_page(error), 410
        return _password_page(credential)

    @pages.post("/invitation/<token>", endpoint="accept_invitation")
    @pages.post("/password/<token>", endpoint="save_password")
    def save(token: str) -> Response | tuple[str, int]:
        check_own_form(parts)
        password = request.form.get("password", "")
        try:
            with parts.database.read() as session:
                credential = invitation.look_credential(session, parts, token)
            if password != request.form.get("again", ""):
                differs = _("The two passwords differ.")
                return _password_page(credential, differs=differs), 422
            with parts.database.write() as session:
                done = invitation.set_password(session, parts, token, password)
        except Refused as error:
            return _password_page(credential, wrong=why_weak(error)), 422
        except Gone as error:
            return _gone_page(error), 410
        answer = make_response(render_template("signin/pages/password_done.html"))
        devices.remember(answer, parts, done.login_id)
        return answer


def _add_forgotten(pages: Blueprint, parts: Parts) -> None:
    @pages.get("/password")
    def forgotten() -> str:
        return render_template("signin/pages/forgot.html")

    @pages.post("/password")
    def send_link() -> str | Response | tuple[str, int]:
        check_own_form(parts)
        login_id = request.form.get("id", "").strip()
        if not login_id:
            wrong = _("Write your ID.")
            return render_template("signin/pages/forgot.html", wrong=wrong), 422
        began = time.monotonic()
        with parts.database.write() as session:
            invitation.forgot(session, parts, login_id)
        time.sleep(max(0.0, FORGOTTEN_SECONDS + began - time.monotonic()))
        return render_template("signin/pages/forgot_done.html")


def _password_page(credential: Any, wrong: str = "", differs: str = "") -> str:
    first = credential.purpose == "invitation"
    errors = [{"href": "#password", "words": wrong}] if wrong else []
    errors += [{"href": "#again", "words": differs}] if differs else []
    return render_template(
        "signin/pages/password.html",
        heading=_("Choose your first password") if first else _("Choose a new password"),
        credential=credential,
        least=LEAST_CHARACTERS,
        wrong=wrong,
        differs=differs,
        errors=errors,
    )


def why_weak(error: Refused) -> str:
    """Why a password cannot be one, in a sentence."""
    said = {
        "password_too_short": _(
            "That is too short. Take at least %(least)s characters.", least=LEAST_CHARACTERS
        ),
        "password_too_long": _("That is too long."),
        "password_too_common": _("That password is on the lists that are tried first."),
        "password_is_id": _("The password must not contain the ID."),
    }
    return str(said.get(error.code) or _("That password cannot be used. Choose another one."))


def _gone_page(error: Gone) -> str:
    said = {
        "link_used": (_("This link was used"), _("Your password is set. Sign in with it.")),
        "link_expired": (_("This link has expired"), _("Ask for a new one; it takes a minute.")),
        "link_replaced": (
            _("This link has been replaced"),
            _("A newer link was sent. Open the one in the newest e-mail."),
        ),
    }
    heading, about = said.get(error.code) or said["link_expired"]
    used = error.code == "link_used"
    return render_template(
        "signin/pages/link_gone.html",
        heading=heading,
        about=about,
        href="/sign-in" if used else "/password",
        action=_("Sign in") if used else _("Get a new link"),
    )
