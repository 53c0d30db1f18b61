"""The very paper as PDF: asked of certs, waited for a moment, then handed over by its address."""

from __future__ import annotations

from flask import Response, render_template
from flask_babel import gettext as _

from services.forms.applications import preview
from services.forms.applications.troubles import trouble_text
from services.forms.applications.values import Preview
from services.forms.pages.frame import see_other
from services.forms.parts import Parts
from services.forms.signin.person import Person

WAIT_SECONDS = 8.0


def show_pdf(parts: Parts, person: Person, application_id: str) -> Response | tuple[str, int]:
    """The paper of an application that the person may see."""
    with parts.database.write() as session:
        asked = preview.ask_preview(session, parts, person, application_id)
    return _when_made(parts, asked, f"/applications/{application_id}")


def show_approver_pdf(parts: Parts, token: str) -> Response | tuple[str, int]:
    """The paper that a link asks to sign."""
    with parts.database.write() as session:
        asked = preview.ask_approver_preview(session, parts, token)
    return _when_made(parts, asked, f"/a/{token}")


def _when_made(parts: Parts, asked: Preview, base: str) -> Response | tuple[str, int]:
    made = asked
    if made.state == "asked":
        made = preview.wait(parts, asked.render_id, WAIT_SECONDS)
    if made.state == "finished":
        return see_other(preview.address(parts, made))
    return _not_yet(made, base)


def _not_yet(made: Preview, base: str) -> tuple[str, int]:
    failed = made.state == "failed"
    heading = _("The paper cannot be made") if failed else _("The paper is not ready yet")
    about = _("It takes longer than usual. Nothing is lost; try again in a minute.")
    page = render_template(
        "student/pages/waiting.html",
        heading=heading,
        about=trouble_text(made.code or "") if failed else about,
        back=base,
        again="" if failed else f"{base}/paper.pdf",
    )
    return page, 422 if failed else 503
