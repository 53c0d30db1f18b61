"""The ledger for staff: which documents were issued, what became of each, who did it and when.

Numbers, kinds and states; people are ids that are opaque to certs. Templates are in `templates.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext as _n

from services.certs import ledger, number
from services.certs.desk.search import PAGES_MOST, STATES, Page, Wanted, kinds, search
from services.certs.desk.watch import ChainWatch, Seen
from services.certs.ledger import Document, Event
from services.certs.parts import Parts
from shared import say, words
from shared.desk_door import frame, guard

HASH_LETTERS = 6


def blueprint(parts: Parts) -> Blueprint:
    """`/desk/ledger`."""
    views, watch = Blueprint("desk", __name__), ChainWatch()

    guard(views, parts.clock, parts.keyring)

    @views.get("/desk/ledger")
    def ledger_list() -> str:
        typed = {name: value.strip()[:80] for name, value in request.args.items()}
        wanted, wrong = _wanted(typed)
        with parts.database.read() as session:
            found = Page([], 0, 1) if wrong else search(session, wanted)
            one = found.rows[0] if wanted.number and found.rows else None
            events = ledger.history(session, one.number) if one else []
            chain = watch.look(session, parts.clock.now())
            known_kinds = kinds(session)
        return render_template(
            "desk/ledger.html",
            rows=[_row(parts, document) for document in found.rows],
            one=_details(parts, one) if one else None,
            history=[_event(event) for event in events],
            chain=_chain(chain),
            typed=typed,
            wrong=wrong,
            kinds=_kinds(parts, known_kinds),
            states=[_option("", _("All")), *(_option(one, _status(one)) for one in STATES)],
            count=_n("%(num)s document", "%(num)s documents", found.total),
            pages=_pages(found, typed),
            troubles=parts.signing.troubles(),
            **frame("ledger"),
        )

    return views


def _wanted(typed: Mapping[str, str]) -> tuple[Wanted, dict[str, str]]:
    """What is looked for, and what is wrong with what was typed, by field."""
    wrong: dict[str, str] = {}
    known = number.read(typed["number"]) if typed.get("number") else ""
    if known is None:
        wrong["number"] = _("This number is mistyped.")
    days: dict[str, date | None] = {}
    for name in ("first", "last"):
        try:
            days[name] = date.fromisoformat(typed[name]) if typed.get(name) else None
        except ValueError:
            wrong[name] = _("Write the day as 2026-09-01.")
    status = typed.get("status", "")
    wanted = Wanted(
        number=known or "",
        kind=typed.get("kind", ""),
        status=status if status in STATES else "",
        first_day=days.get("first"),
        last_day=days.get("last"),
        page=_page(typed.get("page", "")),
    )
    return wanted, wrong


def _page(text: str) -> int:
    plain = text.isascii() and text.isdigit() and len(text) < 7
    return min(max(int(text), 1), PAGES_MOST) if plain else 1


def _pages(found: Page, typed: Mapping[str, str]) -> dict[str, Any]:
    """Where the pages before and after are, if there are any."""

    def href(page: int) -> str:
        kept = {
            name: typed[name] for name in ("kind", "status", "first", "last") if typed.get(name)
        }
        return "/desk/ledger?" + urlencode({**kept, "page": page})

    said = _("Page %(n)s of %(all)s", n=found.page, all=found.pages)
    return {
        "words": said if found.pages > 1 else "",
        "before": href(min(found.page - 1, found.pages)) if found.page > 1 else "",
        "after": href(found.page + 1) if found.page < found.pages else "",
    }


def _row(parts: Parts, document: Document) -> dict[str, Any]:
    return {
        "number": document.number,
        "title": parts.library.title(document.kind, words.language()),
        "language": _language(document.language),
        "issued_at": document.issued_at,
        "badge": _badge(document.status),
    }


def _details(parts: Parts, document: Document) -> list[tuple[str, str]]:
    """What the ledger has of one document beside its history."""
    return [
        (_("Document"), parts.library.title(document.kind, words.language())),
        (_("Language"), _language(document.language)),
        (_("Version of the template"), document.template_version),
        (_("Application"), document.application_id),
        (_("SHA-256 of the facts"), document.facts_hash),
        (_("SHA-256 of the file"), document.sha256),
    ]


def _event(event: Event) -> dict[str, Any]:
    """A link of the chain as a line of a history."""
    who = _("by %(ids)s", ids=", ".join(event.by)) if event.by else ""
    return {
        "state": "done",
        "icon": "check" if event.event == ledger.ISSUED else "stop",
        "title": _status(event.event),
        "said": " · ".join(filter(None, (_code(event.code), who))),
        "when": say.full_moment(event.at),
        "number": _("entry %(position)s", position=event.position),
        "hash": f"{event.hash[:HASH_LETTERS]}…{event.hash[-2:]}",
        "replaced_by": event.replaced_by,
    }


def _chain(seen: Seen) -> dict[str, Any]:
    if seen.broken is not None:
        said = _(
            "Entry %(position)s of the ledger is not as it was written. Tell the operators.",
            position=seen.broken,
        )
        return {"broken": True, "words": said}
    if not seen.is_whole or seen.whole_at is None:
        said = _(
            "%(checked)s of %(total)s entries of the chain are looked through, and all follow.",
            checked=seen.checked,
            total=seen.total,
        )
        return {"broken": False, "words": said}
    said = _n(
        "The %(num)s entry of the chain checks out (%(when)s).",
        "All %(num)s entries of the chain check out (%(when)s).",
        seen.total,
        when=say.moment(seen.whole_at),
    )
    return {"broken": False, "words": said}


def _kinds(parts: Parts, known: list[str]) -> list[dict[str, str]]:
    titled = [_option(kind, parts.library.title(kind, words.language())) for kind in known]
    return [_option("", _("All")), *sorted(titled, key=lambda one: one["words"])]


def _option(value: str, said: str) -> dict[str, str]:
    return {"value": value, "words": said}


def _badge(status: str) -> dict[str, str]:
    if status == ledger.ISSUED:
        return {"tone": "good", "icon": "check", "words": _status(status)}
    return {"tone": "bad", "icon": "stop", "words": _status(status)}


def _language(language: str) -> str:
    return str({"ko": _("Korean"), "en": _("English")}.get(language, language))


def _code(code: str | None) -> str:
    said = {
        "error": _("Error in the content"),
        "withdrawn": _("The decision was withdrawn"),
        "other": _("Another reason"),
    }
    return str(said.get(code or "", code or ""))


def _status(status: str) -> str:
    said = {
        ledger.ISSUED: _("Issued"),
        ledger.REVOKED: _("Revoked"),
        ledger.SUPERSEDED: _("Replaced"),
    }
    return str(said[status])
