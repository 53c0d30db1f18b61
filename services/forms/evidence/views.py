"""The address of a bundle, for the student and for staff of the office."""

from __future__ import annotations

from flask import Blueprint, Response

from services.forms.evidence.hand import address
from services.forms.pages.frame import dress, see_other
from services.forms.parts import Parts
from services.forms.signin.current import page_login, signed_in


def blueprint(parts: Parts) -> Blueprint:
    """`/applications/<id>/evidence`."""
    pages = Blueprint("evidence", __name__)
    dress(pages, parts)

    @pages.get("/applications/<application_id>/evidence")
    @page_login("student", "staff")
    def evidence(application_id: str) -> Response:
        return see_other(address(parts, signed_in(), application_id))

    return pages
