"""Where somebody is signed in, and signing out there."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from services.forms.pages.frame import check_own_form, see_other
from services.forms.parts import Parts
from services.forms.signin import sessions
from services.forms.signin.current import page_login, signed_in

HERE = "/account/sessions"


def add(pages: Blueprint, parts: Parts) -> None:
    """`/account/sessions`."""

    @pages.get("/sessions")
    @page_login()
    def places_page() -> str:
        person = signed_in()
        with parts.database.read() as session:
            found = sessions.all_of(session, person.login_id, parts.clock.now())
        return render_template(
            "account/pages/places.html",
            person=person,
            mine=[one for one in found if one.id == person.session_id],
            others=[one for one in found if one.id != person.session_id],
            done=request.args.get("done", ""),
        )

    @pages.post("/sessions/<session_id>/end")
    @page_login()
    def end_place(session_id: str) -> Response:
        check_own_form(parts)
        with parts.database.write() as session:
            sessions.end_one(session, signed_in().login_id, session_id)
        return see_other(f"{HERE}?done=ended")

    @pages.post("/sessions/end")
    @page_login()
    def end_other_places() -> Response:
        check_own_form(parts)
        with parts.database.write() as session:
            sessions.end_others(session, signed_in())
        return see_other(f"{HERE}?done=ended")
