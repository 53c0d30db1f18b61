"""The pages of bulk issues, for staff of the office in charge of a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import pgettext as _p
from sqlalchemy.orm import Session

from services.forms.applications.tables import new_id
from services.forms.bulk import archiving, checking, life, page, showing
from services.forms.bulk.reading import BYTES_MOST
from services.forms.bulk.sheet import written
from services.forms.bulk.texts import TEXTS
from services.forms.catalog.fields import from_form
from services.forms.catalog.kind import Kind
from services.forms.pages.frame import check_own_form, dress, see_other
from services.forms.parts import Parts
from services.forms.signin.current import page_login, signed_in
from services.forms.signin.person import Person
from services.forms.student.form import by_field, summary
from shared.errors import Refused

Page = Response | str | tuple[str, int]
Deed = Callable[[Session, Parts, Person, str], object]
LOOK_AGAIN_SECONDS = 2
CSV = "text/csv; charset=utf-8"
# What a form begins with where the kind asks for it.
USUAL: Mapping[str, Any] = {"language": "ko", "copies": 1}


def blueprint(parts: Parts) -> Blueprint:
    """`/desk/bulk`."""
    pages = Blueprint("bulk", __name__)
    dress(pages, parts)
    _add_new(pages, parts)
    _add_lists(pages, parts)
    _add_deeds(pages, parts)
    _add_files(pages, parts)
    return pages


def _add_new(pages: Blueprint, parts: Parts) -> None:
    @pages.get("/desk/bulk/new/<kind>")
    @page_login("staff")
    def new(kind: str) -> str:
        found = life.kind_of(parts, signed_in(), kind)
        return _form(found, _usual(found), new_id())

    @pages.post("/desk/bulk/new/<kind>")
    @page_login("staff")
    def send(kind: str) -> Page:
        check_own_form(parts)
        found = life.kind_of(parts, signed_in(), kind)
        answers = from_form(found.schema, request.form)
        sheet, tell = request.form.get("sheet", ""), request.form.get(page.TELL, "no")
        try:
            listed = checking.take_in(parts, found, _uploaded(), answers)
            with parts.database.write() as session:
                bulk = life.begin(
                    session, parts, signed_in(), kind, answers, listed,
                    tell=tell == "yes", sheet=sheet,
                )  # fmt: skip
                bulk_id = bulk.id
        except Refused as error:
            return _form(found, {**answers, page.TELL: tell}, sheet, error), 422
        return see_other(f"/desk/bulk/{bulk_id}")


def _add_lists(pages: Blueprint, parts: Parts) -> None:
    @pages.get("/desk/bulk")
    @page_login("staff")
    def lists() -> str:
        with parts.database.read() as session:
            views = showing.lists(session, parts, signed_in())
        shown = page.lists_page(views, life.kinds_of(parts, signed_in()), signed_in())
        return render_template("bulk/pages/lists.html", **shown)

    @pages.get("/desk/bulk/<bulk_id>")
    @page_login("staff")
    def one(bulk_id: str) -> Response:
        with parts.database.read() as session:
            view = showing.view(session, parts, signed_in(), bulk_id)
            refused, failed = (
                showing.entries(session, bulk_id, (state,), most=page.ROWS_SHOWN)
                for state in ("refused", "failed")
            )
        answer = make_response(
            render_template("bulk/pages/list.html", **page.list_page(view, refused, failed))
        )
        if page.is_moving(view):
            answer.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
        return answer


def _add_deeds(pages: Blueprint, parts: Parts) -> None:
    deeds: Mapping[str, Deed] = {
        "start": life.start,
        "cancel": life.cancel,
        "retry": life.retry,
        "pack": life.pack_again,
    }
    for name, deed in deeds.items():
        pages.add_url_rule(
            f"/desk/bulk/<bulk_id>/{name}", name, _doing(parts, deed), methods=["POST"]
        )


def _doing(parts: Parts, deed: Deed) -> Callable[[str], Response]:
    @page_login("staff")
    def do(bulk_id: str) -> Response:
        check_own_form(parts)
        with parts.database.write() as session:
            left = deed(session, parts, signed_in(), bulk_id)
        return see_other("/desk/bulk" if left is None else f"/desk/bulk/{bulk_id}")

    return do


def _add_files(pages: Blueprint, parts: Parts) -> None:
    @pages.get("/desk/bulk/<bulk_id>/rows.csv")
    @page_login("staff")
    def rows(bulk_id: str) -> Response:
        with parts.database.read() as session:
            showing.seen(session, signed_in(), bulk_id)
            told = page.rows_of(list(showing.all_entries(session, bulk_id)))
        answer = Response(written(page.csv_headings(), told), content_type=CSV)
        answer.headers["Content-Disposition"] = f'attachment; filename="{bulk_id[:6]}.csv"'
        return answer

    @pages.get("/desk/bulk/<bulk_id>/zip")
    @page_login("staff")
    def archive(bulk_id: str) -> Response:
        with parts.database.read() as session:
            return see_other(archiving.address(session, parts, signed_in(), bulk_id))


def _form(kind: Kind, typed: Mapping[str, Any], sheet: str, error: Refused | None = None) -> str:
    errors: dict[str, str] = {}
    told: list[dict[str, str]] = []
    if error is not None and error.code == "findings":
        found = error.facts["findings"]
        errors, told = by_field(found), summary(kind, found)
    elif error is not None:
        text = str(TEXTS[error.code]) % error.facts if error.code in TEXTS else error.code
        errors, told = {"file": text}, [{"href": "#file", "words": text}]
    return render_template("bulk/pages/new.html", **page.new_page(kind, typed, sheet, errors, told))


def _usual(kind: Kind) -> dict[str, Any]:
    fields = kind.schema().fields
    usual = {**USUAL, "purpose": str(_p("purpose", "To be handed in"))}
    return {name: value for name, value in usual.items() if name in fields}


def _uploaded() -> bytes:
    """The list as it was sent, one byte more than is taken at the most. Raises Refused."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Refused("no_list", "no file was chosen", field="file")
    return file.stream.read(BYTES_MOST + 1)
