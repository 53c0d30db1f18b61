"""Who saw the student's data, over JSON."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from services.forms.access import reading
from services.forms.access.reading import Access
from services.forms.api import schemas
from services.forms.api.desk import number_asked
from services.forms.api.route import Answer, Call, Route
from services.forms.api.showing import instant
from shared.say import named


def mine(session: Session, call: Call) -> Answer:
    """The newest first, fifty at a time."""
    found = reading.of_student(session, call.person, number_asked("offset", 0))
    return Answer(
        {
            "accesses": [access_json(one) for one in found.rows],
            "total": found.total,
            "next_offset": found.next_offset,
        }
    )


def access_json(one: Access) -> dict[str, Any]:
    """One look at the data."""
    return {
        "at": instant(one.at),
        "role": one.role,
        "who": named(one.who) if one.who else None,
        "office": one.office,
        "address": one.address,
        "what": one.what,
        "about": one.about,
    }


ROUTES = (
    Route("GET", "/access", mine, "Who saw my data, when, from where", "privacy",
          answer=schemas.AccessesOut, query={"offset": "where to go on"},
          problems={403: "students_only"}),
)  # fmt: skip
