"""`/desk/post`: search, one message with its history, sending again, how post goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, g, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext as _n
from werkzeug.wrappers import Response

from services.notify.desk import health, said
from services.notify.desk.again import can_be_sent, send_again
from services.notify.desk.search import PAGES_MOST, Found, Wanted, find, history, search
from services.notify.parts import Parts
from services.notify.tables import STATES, Happening, Notification
from shared import say
from shared.desk_door import bearer, check_form, form_token, frame, guard

LONGEST = 100


def desk_pages(parts: Parts) -> Blueprint:
    """Search and one message."""
    views = Blueprint("post", __name__)
    guard(views, parts.clock, parts.keyring)

    @views.get("/desk/post")
    def _list() -> str:
        typed = {name: value.strip()[:LONGEST] for name, value in request.args.items()}
        with parts.database.read() as session:
            found = search(session, bearer().kinds, _wanted(typed))
            lanes = health.lanes(session, parts.clock.now())
            ways = health.ways(session, parts.clock.now())
            rows = [_row(one) for one in found.rows]
        return render_template(
            "post/list.html",
            rows=rows,
            typed=typed,
            states=[("", _("All")), *((one, said.STATES[one][2]) for one in STATES)],
            count=_n("%(num)s message", "%(num)s messages", found.total),
            pages=_pages(found, typed),
            lanes=[(said.LANES[one.lane], one) for one in lanes],
            ways=[(one, said.reason(one.last_code)) for one in ways],
            **frame("post"),
        )

    @views.get("/desk/post/<notification_id>")
    def _one(notification_id: str) -> str:
        g.form_token = form_token(parts.keyring)
        with parts.database.write() as session:
            row = find(session, bearer().kinds, notification_id)
            events = [_event(one) for one in history(session, row.id)]
            return render_template(
                "post/one.html",
                row=_row(row),
                facts=_facts(row),
                events=events,
                can_be_sent=can_be_sent(row),
                application=f"/desk/applications/{row.thread}" if row.kind else "",
                **frame("post"),
            )

    @views.post("/desk/post/<notification_id>/again")
    def _again(notification_id: str) -> Response:
        check_form(parts.keyring)
        with parts.database.write() as session:
            row = find(session, bearer().kinds, notification_id)
            send_again(session, parts.clock, row, bearer().person)
        return redirect(f"/desk/post/{notification_id}", 303)

    return views


def _wanted(typed: Mapping[str, str]) -> Wanted:
    state, page = typed.get("state", ""), typed.get("page", "")
    plain = page.isascii() and page.isdigit() and len(page) < 6
    return Wanted(
        number=typed.get("number", ""),
        to=typed.get("to", ""),
        state=state if state in STATES else "",
        page=min(max(int(page), 1), PAGES_MOST) if plain else 1,
    )


def _row(row: Notification) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": said.title(row.message),
        "to": row.address,
        "number": row.number,
        "at": row.created_at,
        "badge": said.badge(row.state),
        "reason": said.reason(row.code),
    }


def _facts(row: Notification) -> list[tuple[str, str]]:
    facts = [
        (_("To"), row.address),
        (_("Application"), row.number),
        (_("Language"), str({"ko": _("Korean"), "en": _("English")}.get(row.language, ""))),
        (_("Asked for"), say.full_moment(row.created_at)),
        (_("Attempts"), str(row.attempts)),
        (_("Accepted by"), row.by),
        (_("Its name there"), row.provider_id),
        (_("Next attempt"), say.full_moment(row.next_at) if row.state == "open" else ""),
    ]
    return [(label, value) for label, value in facts if value]


def _event(one: Happening) -> dict[str, Any]:
    icon, words = said.EVENTS.get(one.event, ("info", one.event))
    return {
        "state": "done",
        "icon": icon,
        "title": words,
        "said": said.reason(one.code),
        "when": say.full_moment(one.at),
        "number": " · ".join(filter(None, (one.by, one.provider_id))),
    }


def _pages(found: Found, typed: Mapping[str, str]) -> dict[str, str]:
    """Where the pages before and after are, if there are any."""

    def href(page: int) -> str:
        kept = {name: typed[name] for name in ("number", "to", "state") if typed.get(name)}
        return "/desk/post?" + urlencode({**kept, "page": page})

    many = found.pages > 1
    return {
        "words": _("Page %(n)s of %(all)s", n=found.page, all=found.pages) if many else "",
        "before": href(min(found.page - 1, found.pages)) if found.page > 1 else "",
        "after": href(found.page + 1) if found.page < found.pages else "",
    }
