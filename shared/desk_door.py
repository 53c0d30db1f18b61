"""Who stands at a desk page of certs or notify: whoever bears the pass of forms' sign-in.

forms sets the pass as a cookie (signed, ten minutes). It says who, of which office, and
which kinds that office is in charge of: nobody touches what is another office's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from flask import Blueprint, g, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from shared import cookies, web
from shared.clock import Clock
from shared.errors import Permanent, Unauthorized
from shared.keys import Keyring
from shared.links import read_pass


@dataclass(frozen=True)
class Bearer:
    """Who bears a pass, of which office, in charge of which kinds, called how."""

    person: str
    office: str
    kinds: tuple[str, ...]
    name: str

    @property
    def subject(self) -> str:
        """What the token of their forms is made over."""
        return f"desk:{self.person}"


def guard(views: Blueprint, clock: Clock, keyring: Keyring) -> None:
    """Ask every request of a blueprint for a pass; without one, forms is asked for a new one and
    leads back. What was posted is lost: that leads to the first page of its own."""

    @views.before_request
    def _must_have_a_pass() -> Response | None:
        found = bearer_of(clock, keyring, cookies.read(cookies.DESK))
        if found is None:
            wanted = request.path
            if request.method not in ("GET", "HEAD"):
                wanted = "/".join(wanted.split("/")[:3])
            return redirect("/desk/pass?" + urlencode({"next": wanted}), 303)
        g.bearer = found
        return None


def guard_api(views: Blueprint, clock: Clock, keyring: Keyring) -> None:
    """The same for programs: they bear the pass (`POST /api/v1/desk/pass`) in each request, and a
    cookie is worth nothing. Raises Unauthorized("no_pass")."""

    @views.before_request
    def _must_bear_a_pass() -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        found = bearer_of(clock, keyring, token.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            raise Unauthorized("no_pass", "no pass to the desk, or it is over")
        g.bearer = found


def bearer_of(clock: Clock, keyring: Keyring, token: str) -> Bearer | None:
    """Who bears a pass; None where it is none, or over."""
    try:
        claims = read_pass("desk", token, clock.now(), keyring)
    except Permanent:
        return None
    kinds = claims.get("kinds", [])
    return Bearer(
        str(claims.get("person", "")),
        str(claims.get("office", "")),
        tuple(kinds),
        str(claims.get("name", "")),
    )


def bearer() -> Bearer:
    """Who asks now."""
    return cast(Bearer, g.bearer)


def form_token(keyring: Keyring) -> str:
    """What the forms of this person carry."""
    return web.form_token(keyring, bearer().subject)


def check_form(keyring: Keyring) -> None:
    """Raises Forbidden("foreign_form")."""
    web.check_form(keyring, bearer().subject)


def frame(here: str) -> dict[str, object]:
    """What the page frame needs to know."""
    nav = [
        {"key": "desk", "href": "/desk", "words": _("Desk")},
        {"key": "lists", "href": "/desk/lists", "words": _("Lists")},
        {"key": "bulk", "href": "/desk/bulk", "words": _("Bulk issue")},
        {"key": "ledger", "href": "/desk/ledger", "words": _("Ledger")},
        {"key": "templates", "href": "/desk/templates", "words": _("Templates")},
        {"key": "post", "href": "/desk/post", "words": _("Post")},
    ]
    return {"nav": nav, "here": here, "brand_href": "/desk"}
