"""Requests that notify could not take in: which case, why, and trying them again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template
from werkzeug.wrappers import Response

from services.notify.parts import Parts
from shared.broker import DeadLetter
from shared.broker.dead_letters import DeadLetters
from shared.desk_door import check_form, form_token, frame, guard
from shared.errors import NotFound, Permanent


def stuck_pages(parts: Parts, dead_letters: DeadLetters | None) -> Blueprint:
    """The dead letters of notify's queues; their content is the operators' alone."""
    views = Blueprint("stuck", __name__)
    guard(views, parts.clock, parts.keyring)

    @views.get("/desk/post/stuck")
    def _list() -> str:
        g.form_token = form_token(parts.keyring)
        found = dead_letters.list("notify") if dead_letters else ()
        rows = [_row(one) for one in found]
        return render_template("post/stuck.html", rows=rows, **frame("post"))

    @views.post("/desk/post/stuck/<message_id>/again")
    def _again(message_id: str) -> Response:
        check_form(parts.keyring)
        if dead_letters is None:
            raise NotFound("no_dead_letter", "there is no broker here")
        try:
            dead_letters.replay("notify", message_id)
        except Permanent as error:
            raise NotFound("no_dead_letter", "no such dead letter") from error
        return redirect("/desk/post/stuck", 303)

    return views


def _row(letter: DeadLetter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "case": letter.correlation_id,
        "reason": letter.failures.reason,
        "attempts": letter.failures.attempts,
        "at": letter.failures.last_at,
    }
