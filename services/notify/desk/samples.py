"""Every message as it would be, with the samples that the tests tell as well."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template

from services.notify.catalog import EMAIL, MESSAGES, SMS
from services.notify.channels.interface import Outgoing
from services.notify.desk import said
from services.notify.lengths import korean_form, parts_of
from services.notify.mailbox.views import MAIL_POLICY
from services.notify.parts import Parts
from services.notify.samples import sample
from shared.desk_door import frame, guard
from shared.errors import NotFound
from shared.words import LANGUAGES


def sample_pages(parts: Parts) -> Blueprint:
    """The list, one message, its HTML under an address of its own."""
    views = Blueprint("samples", __name__)
    guard(views, parts.clock, parts.keyring)

    @views.get("/desk/post/samples")
    def _list() -> str:
        rows = [
            {"name": told.name, "title": said.title(told.name), "channels": told.channels}
            for told in MESSAGES
        ]
        return render_template("post/samples.html", rows=rows, **frame("post"))

    @views.get("/desk/post/samples/<message>/<language>")
    def _one(message: str, language: str) -> str:
        mail = _composed(parts, message, language, EMAIL)
        by_sms = next(told for told in MESSAGES if told.name == message).channels
        sms = _composed(parts, message, language, SMS).text if SMS in by_sms else ""
        return render_template(
            "post/sample.html",
            title=said.title(message),
            mail=mail,
            html=f"/desk/post/samples/{message}/{language}/html",
            others=[(one, f"/desk/post/samples/{message}/{one}") for one in LANGUAGES],
            sms=sms,
            length=_length(sms) if sms else None,
            **frame("post"),
        )

    @views.get("/desk/post/samples/<message>/<language>/html")
    def _html(message: str, language: str) -> Response:
        mail = _composed(parts, message, language, EMAIL)
        answer = Response(mail.html, content_type="text/html; charset=utf-8")
        answer.headers["Content-Security-Policy"] = MAIL_POLICY
        answer.headers["Referrer-Policy"] = "no-referrer"
        return answer

    return views


def _composed(parts: Parts, message: str, language: str, channel: str) -> Outgoing:
    known = any(told.name == message for told in MESSAGES)
    if not known or language not in LANGUAGES:
        raise NotFound("no_such_mail", "there is no such message")
    return parts.composer.compose(sample(message, language, channel), parts.clock.now())


def _length(text: str) -> dict[str, Any]:
    found = parts_of(text)
    return {
        "korean": korean_form(text),
        "bytes": len(text.encode("euc-kr")),
        "alphabet": found.alphabet,
        "parts": len(found.texts),
    }
