"""The mailbox pages: what was sent, for people and for programs. Never in production."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, render_template

from services.notify.channels.mailbox import Arrived, Mailbox
from shared.errors import NotFound

# A mail is somebody else's page: no script, no form, nothing from elsewhere; links may be followed.
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def mailbox_pages(mailbox: Mailbox) -> Blueprint:
    """/mailbox, one page a mail, its HTML under an address of its own, and /mailbox.json."""
    pages = Blueprint("mailbox", __name__)

    @pages.get("/mailbox")
    def _list() -> str:
        return render_template("mailbox/list.html", mails=mailbox.all()[::-1])

    @pages.get("/mailbox/<mail_id>")
    def _mail(mail_id: str) -> str:
        return render_template("mailbox/mail.html", mail=mailbox.find(mail_id))

    @pages.get("/mailbox/<mail_id>/html")
    def _html(mail_id: str) -> Response:
        mail = mailbox.find(mail_id)
        if not mail.html:
            raise NotFound("no_such_mail", "that message has no HTML")
        answer = Response(mail.html, content_type="text/html; charset=utf-8")
        answer.headers["Content-Security-Policy"] = MAIL_POLICY
        answer.headers["Referrer-Policy"] = "no-referrer"
        return answer

    @pages.get("/mailbox.json")
    def _json() -> Response:
        return jsonify([_shown(mail) for mail in mailbox.all()])

    return pages


def _shown(mail: Arrived) -> dict[str, Any]:
    return {
        "id": mail.id,
        "message": mail.message,
        "channel": mail.channel,
        "to": mail.to,
        "subject": mail.subject,
        "text": mail.text,
        "at": mail.at.isoformat(),
        "copies": mail.copies,
    }
