"""The pages at the foot of every page."""

from __future__ import annotations

from flask import Blueprint, render_template

from services.forms.pages.frame import dress
from services.forms.parts import Parts


def blueprint(parts: Parts) -> Blueprint:
    """Privacy notice and contacts."""
    pages = Blueprint("about", __name__)
    dress(pages, parts)

    @pages.get("/privacy")
    def privacy() -> str:
        return render_template("about/pages/privacy.html")

    @pages.get("/contacts")
    def contacts() -> str:
        return render_template("about/pages/contacts.html")

    return pages
