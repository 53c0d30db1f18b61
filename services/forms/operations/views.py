"""`/desk/operations`: queues, outboxes, what is stuck, and what was looked after."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from services.forms.operations.seeing import replay, see
from services.forms.operations.texts import TROUBLES
from services.forms.pages.frame import check_own_form, dress, see_other
from services.forms.parts import Parts
from services.forms.signin.current import page_login, signed_in

PATH = "/desk/operations"


def blueprint(parts: Parts) -> Blueprint:
    """The operator's page."""
    pages = Blueprint("operations", __name__)
    dress(pages, parts)

    @pages.get(PATH)
    @page_login("operator")
    def operations() -> str:
        sight = see(parts, signed_in())
        return render_template(
            "operations/pages/operations.html",
            sight=sight,
            troubles=[TROUBLES[one] for one in sight.troubles],
        )

    @pages.post(f"{PATH}/dead-letters/<department>/<message_id>/again")
    @page_login("operator")
    def again(department: str, message_id: str) -> Response:
        check_own_form(parts)
        replay(parts, signed_in(), department, message_id)
        return see_other(PATH)

    return pages
