"""A lost authenticator app is taken off an account, over JSON, for Student Affairs."""

from __future__ import annotations

from flask import request
from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from services.forms.api.route import Answer, Call, Route
from services.forms.lost import removing


class LostIn(Schema):
    """Whose, and how the office made sure who asks (1 to 200 characters)."""

    student_number = fields.String(required=True)
    reason = fields.String(required=True)


def remove(session: Session, call: Call) -> Answer:
    """Codes are sent again."""
    number, reason = call.body["student_number"], call.body["reason"]
    address = request.remote_addr or ""
    removing.remove(session, call.parts, call.person, number, reason, address)
    return Answer(None, 204)


ROUTES = (
    Route("POST", "/desk/lost-apps", remove, "Take a lost authenticator app off an account",
          "desk", transaction="write", body=LostIn, status=204,
          problems={403: "not_your_office", 422: "unknown_student, no_app"}),
)  # fmt: skip
