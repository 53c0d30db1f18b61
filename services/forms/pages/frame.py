"""What the frame shows: the menu of whoever is signed in, and the form token of the page."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, g, redirect
from flask_babel import lazy_gettext as _l

from services.forms.parts import Parts
from services.forms.signin.current import current_person
from shared import cookies
from shared.web import check_form, form_token


@dataclass(frozen=True)
class Entry:
    """One entry of the main menu."""

    key: str
    href: str
    words: Any


MENUS: dict[str, tuple[Entry, ...]] = {
    "student": (
        Entry("home", "/", _l("Home")),
        Entry("apply", "/#h-apply", _l("Apply")),
        Entry("money", "/tuition", _l("Tuition")),
    ),
    "staff": (
        Entry("queue", "/desk", _l("Queue")),
        Entry("lists", "/desk/lists", _l("Lists")),
        Entry("bulk", "/desk/bulk", _l("Bulk issue")),
        Entry("templates", "/desk/templates", _l("Templates")),
        Entry("ledger", "/desk/ledger", _l("Issued papers")),
        Entry("post", "/desk/post", _l("Post")),
    ),
    "operator": (Entry("operations", "/desk/operations", _l("Operation")),),
}


def dress(pages: Blueprint, parts: Parts) -> None:
    """Give every page of a blueprint its menu, the time and a form token."""

    @pages.before_request
    def _know() -> None:
        person = current_person(parts)
        g.form_token = form_token(parts.keyring, person.session_id if person else _visit())

    @pages.context_processor
    def _frame() -> dict[str, Any]:
        return {"nav": menu(parts), "now": parts.clock.now()}

    @pages.after_request
    def _remember(answer: Response) -> Response:
        fresh = g.get("fresh_visit")
        if fresh:
            cookies.put(answer, cookies.VISIT, fresh)
        return answer


def menu(parts: Parts) -> Sequence[Entry]:
    """The menu of whoever is signed in, nothing for anybody else."""
    person = current_person(parts)
    return MENUS.get(person.role, ()) if person else ()


def check_own_form(parts: Parts) -> None:
    """Refuse a POST that is not from one of our pages. Raises Forbidden("foreign_form")."""
    person = current_person(parts)
    check_form(parts.keyring, person.session_id if person else cookies.read(cookies.VISIT))


def see_other(address: str) -> Response:
    """Redirect after post: what was sent is not sent again by a reload."""
    answer = redirect(address, 303)
    assert isinstance(answer, Response)  # noqa: S101 – redirect() is typed as werkzeug's
    return answer


def local(address: str | None, otherwise: str = "/") -> str:
    """An address on this site, or `otherwise`: a `next` must not lead elsewhere."""
    if not address or not address.startswith("/") or address[1:2] in ("/", "\\"):
        return otherwise
    return otherwise if any(sign in address for sign in "\r\n\t\\") else address


def _visit() -> str:
    known = cookies.read(cookies.VISIT)
    if known:
        return known
    g.fresh_visit = g.get("fresh_visit") or secrets.token_hex(16)
    return str(g.fresh_visit)
