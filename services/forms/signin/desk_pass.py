"""The pass to the desk pages of certs: whoever is signed in as staff gets one for ten minutes."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, redirect, request

from services.forms.parts import Parts
from services.forms.signin.current import page_login, signed_in
from services.forms.signin.person import Person
from shared import cookies
from shared.links import PASS_MINUTES, desk_pass

PATH = "/desk"


def blueprint(parts: Parts) -> Blueprint:
    """`/desk/pass?next=/desk/ledger`: certs sends people here when their pass is over."""
    pages = Blueprint("desk_pass", __name__)

    @pages.get(f"{PATH}/pass")
    @page_login("staff")
    def give() -> Response:
        token = pass_of(parts, signed_in())
        answer = redirect(_own(request.args.get("next", "")), 303, Response)
        assert isinstance(answer, Response)  # noqa: S101 – redirect() is typed as werkzeug's
        cookies.put(answer, cookies.DESK, token, timedelta(minutes=PASS_MINUTES))
        return answer

    return pages


def pass_of(parts: Parts, person: Person) -> str:
    """The pass of somebody on the staff, with the kinds that their office is in charge of."""
    office = person.office or ""
    kinds = [kind.name for kind in parts.kinds.values() if office and kind.in_charge == office]
    name = person.name(person.language)
    return desk_pass(office, person.id, parts.clock.now(), parts.keyring, kinds, name)


def _own(wanted: str) -> str:
    """A page of the desk, never another site."""
    fine = wanted.startswith(f"{PATH}/") and "\\" not in wanted and wanted.isprintable()
    return wanted if fine else PATH
