"""The page on which staff enter a signed paper form with its scan (EXT-04)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from services.forms.applications import blanks, on_paper
from services.forms.applications.tables import new_id
from services.forms.applications.uploads import take
from services.forms.catalog.fields import from_form
from services.forms.catalog.kind import Kind
from services.forms.pages.errors import text_of
from services.forms.pages.frame import check_own_form, dress, see_other
from services.forms.paper.texts import TEXTS
from services.forms.parts import Parts
from services.forms.signin.current import page_login, signed_in
from services.forms.student.form import by_field, fields_of, summary
from shared.clock import SEOUL
from shared.errors import Conflict, DojangError, Refused

Page = Response | str | tuple[str, int]
PATH = "/desk/paper"
OWN = ("student_number", "arrived", "sheet")  # fields of the page beside those of the kind


def blueprint(parts: Parts) -> Blueprint:
    """`/desk/paper/<kind>`, and the blank form for everybody who is signed in."""
    pages = Blueprint("paper", __name__)
    dress(pages, parts)

    @pages.get(f"{PATH}/<kind>")
    @page_login("staff")
    def blank(kind: str) -> str:
        found = on_paper.kind_of(parts, signed_in(), kind)
        now = parts.clock.now().astimezone(SEOUL)
        typed = {"arrived": now.strftime("%Y-%m-%dT%H:%M"), "sheet": new_id()}
        return _form(found, {}, typed)

    @pages.get("/forms/<kind>/blank.pdf")
    @page_login("student", "staff")
    def blank_form(kind: str) -> Response:
        return see_other(blanks.address(parts, kind, request.args.get("language", "ko")))

    @pages.post(f"{PATH}/<kind>")
    @page_login("staff")
    def enter(kind: str) -> Page:
        check_own_form(parts)
        found = on_paper.kind_of(parts, signed_in(), kind)
        typed = {name: request.form.get(name, "").strip() for name in OWN}
        answers = from_form(found.schema, request.form)
        try:
            application_id = _enter(parts, found, typed, answers)
        except (Refused, Conflict) as error:
            status = 409 if isinstance(error, Conflict) else 422
            return _form(found, answers, typed, error), status
        return see_other(f"/desk/applications/{application_id}")

    return pages


def arrived_at(text: str) -> datetime:
    """`2022-09-05T13:40`, Seoul. Raises Refused("bad_arrival")."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused("bad_arrival", "no time", field="arrived") from error
    return at if at.tzinfo else at.replace(tzinfo=SEOUL)


def _enter(parts: Parts, kind: Kind, typed: Mapping[str, str], answers: Mapping[str, Any]) -> str:
    arrived = arrived_at(typed["arrived"])
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Refused("scan_needed", "no scan", field="file")
    scan = take(parts.scanner, file.filename, file.stream.read(), kind.uploads.bytes_each)
    with parts.database.write() as session:
        return on_paper.enter(
            session,
            parts,
            signed_in(),
            kind.name,
            student_number=typed["student_number"],
            answers=answers,
            arrived=arrived,
            scan=scan,
            sheet=typed["sheet"],
        )


def _form(
    kind: Kind,
    answers: Mapping[str, Any],
    typed: Mapping[str, str],
    error: DojangError | None = None,
) -> str:
    errors: dict[str, str] = {}
    told: list[dict[str, str]] = []
    if error is not None and error.code == "findings":
        found = error.facts["findings"]
        errors, told = by_field(found), summary(kind, found)
    elif error is not None:
        text = str(TEXTS[error.code]) if error.code in TEXTS else text_of(error)
        field = str(error.facts.get("field") or "")
        errors, told = {field: text}, [{"href": f"#{field}" if field else "", "words": text}]
    return render_template(
        "paper/pages/enter.html",
        kind=kind,
        fields=fields_of(kind, answers, errors, {}, {}),
        typed=typed,
        wrong=errors,
        errors=told,
        chosen=bool(error),
        scan=_("PDF, JPEG or PNG. All signatures must be on it."),
    )
