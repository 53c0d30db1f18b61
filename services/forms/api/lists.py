"""Lists of an office over JSON."""

from __future__ import annotations

from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from services.forms.api.route import Answer, Call, Route
from services.forms.lists import kept, showing
from shared.errors import Forbidden


class ListShortOut(Schema):
    """A list of the office, and the rule that it follows from."""

    name = fields.String()
    rule = fields.String()
    title = fields.String()
    about = fields.String()


class ListOut(ListShortOut):
    """A list as of now: headings and rows; money is whole KRW, days are ISO 8601."""

    columns = fields.List(fields.String())
    rows = fields.List(fields.List(fields.Raw()))


def lists(session: Session, call: Call) -> Answer:
    """The lists that the person's office sees."""
    if call.person.role != "staff":
        raise Forbidden("staff_only", "the desk is for staff")
    return Answer([_short(one) for one in kept.of_office(call.person)])


def show(session: Session, call: Call) -> Answer:
    """One list with its rows."""
    found, rows = showing.show(session, call.parts, call.person, call.path["list_name"])
    return Answer(
        {
            **_short(found),
            "columns": [str(one) for one in found.columns],
            "rows": [[kept.as_json(cell) for cell in row.cells] for row in rows],
        }
    )


def _short(one: kept.List) -> dict[str, str]:
    return {"name": one.name, "rule": one.rule, "title": str(one.title), "about": str(one.about)}


TAG = "lists"
PATH = "/desk/lists"
ROUTES = (
    Route("GET", PATH, lists, "The lists of the office", TAG, answer=ListShortOut, many=True,
          problems={403: "staff_only"}),
    Route("GET", f"{PATH}/<list_name>", show, "A list as of now", TAG, answer=ListOut,
          problems={403: "staff_only", 404: "no_such_list"}),
)  # fmt: skip
