"""The pages of payments, for Educational Affairs: send the bank's file in, look, enter."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from services.forms.bulk.reading import BYTES_MOST
from services.forms.bulk.sheet import written
from services.forms.pages.frame import check_own_form, dress, see_other
from services.forms.parts import Parts
from services.forms.payments import page, taking
from services.forms.payments.taking import FileView
from services.forms.payments.texts import text_of
from services.forms.signin.current import page_login, signed_in
from shared import words
from shared.errors import Refused

Page = Response | str | tuple[str, int]
PATH = "/desk/payments"
CSV = "text/csv; charset=utf-8"


def blueprint(parts: Parts) -> Blueprint:
    """`/desk/payments`."""
    pages = Blueprint("payments", __name__)
    dress(pages, parts)
    _add_files(pages, parts)
    _add_one(pages, parts)
    return pages


def _add_files(pages: Blueprint, parts: Parts) -> None:
    @pages.get(PATH)
    @page_login("staff")
    def files() -> str:
        return _files_page(parts)

    @pages.post(PATH)
    @page_login("staff")
    def send() -> Page:
        check_own_form(parts)
        taking.check_office(signed_in())
        try:
            table = taking.look(_uploaded())
        except Refused as error:
            return _files_page(parts, text_of(error.code, error.facts)), 422
        with parts.database.write() as session:
            file_id = taking.begin(session, parts, signed_in(), table)
        return see_other(f"{PATH}/{file_id}")


def _add_one(pages: Blueprint, parts: Parts) -> None:
    @pages.get(f"{PATH}/<file_id>")
    @page_login("staff")
    def one(file_id: str) -> str:
        shown = page.file_page(_view(parts, file_id))
        return render_template("payments/pages/file.html", **shown)

    @pages.get(f"{PATH}/<file_id>/rows.csv")
    @page_login("staff")
    def rows(file_id: str) -> Response:
        answer = Response(written(*page.csv_of(_view(parts, file_id))), content_type=CSV)
        answer.headers["Content-Disposition"] = f'attachment; filename="{file_id[:6]}.csv"'
        return answer

    @pages.post(f"{PATH}/<file_id>/enter")
    @page_login("staff")
    def enter(file_id: str) -> Response:
        check_own_form(parts)
        with parts.database.write() as session:
            taking.enter(session, parts, signed_in(), file_id)
        return see_other(f"{PATH}/{file_id}")

    @pages.post(f"{PATH}/<file_id>/discard")
    @page_login("staff")
    def discard(file_id: str) -> Response:
        check_own_form(parts)
        with parts.database.write() as session:
            taking.discard(session, signed_in(), file_id)
        return see_other(PATH)


def _files_page(parts: Parts, error: str = "") -> str:
    with parts.database.read() as session:
        shown = page.files_page(taking.files(session, signed_in()), error)
    return render_template("payments/pages/files.html", **shown)


def _view(parts: Parts, file_id: str) -> FileView:
    with parts.database.read() as session:
        return taking.view(session, parts, signed_in(), file_id, words.language())


def _uploaded() -> bytes:
    """The file as it was sent, one byte more than is taken at the most. Raises Refused."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Refused("no_file", "no file was chosen", field="file")
    return file.stream.read(BYTES_MOST + 1)
