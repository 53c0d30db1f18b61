"""A signed paper form entered over JSON, its scan as a file (EXT-04)."""

from __future__ import annotations

from flask import request
from sqlalchemy.orm import Session

from services.forms.api import schemas
from services.forms.api.applications import uploaded
from services.forms.api.route import Answer, Call, Route
from services.forms.api.showing import case_json
from services.forms.applications import life, on_paper, uploads
from services.forms.applications.uploads import Upload
from services.forms.catalog.fields import from_form
from services.forms.paper.views import arrived_at


def read_scan(call: Call) -> Upload:
    """The scan, looked into."""
    on_paper.check_staff(call.person)
    name, data = uploaded()
    kind = on_paper.kind_of(call.parts, call.person, request.form.get("kind", ""))
    return uploads.take(call.parts.scanner, name, data, kind.uploads.bytes_each)


def enter(session: Session, call: Call) -> Answer:
    """Enter a signed paper form; it lies at the office's desk at once."""
    kind = on_paper.kind_of(call.parts, call.person, request.form.get("kind", ""))
    application_id = on_paper.enter(
        session,
        call.parts,
        call.person,
        kind.name,
        student_number=request.form.get("student_number", ""),
        answers=from_form(kind.schema, request.form),
        arrived=arrived_at(request.form.get("arrived", "")),
        scan=call.prepared,
    )
    session.flush()
    case = life.view(session, call.parts, call.person, application_id)
    return Answer(case_json(case, call.person), 201)


FORM = {
    "kind": "a kind that the office takes on paper",
    "student_number": "whose form it is",
    "arrived": "when it arrived, 2022-09-05T13:40, Seoul unless a zone is given",
    "…": "the kind's fields: what is on the form",
}
ROUTES = (
    Route("POST", "/desk/paper", enter, "Enter a signed paper form with its scan (field file)",
          "desk", transaction="write", upload=True, form=FORM, prepare=read_scan,
          answer=schemas.ApplicationOut, status=201,
          problems={403: "staff_only", 404: "not_on_paper", 409: "open_application",
                    422: "findings"}),
)  # fmt: skip
