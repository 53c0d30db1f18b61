"""The pages of semester data, for Educational Affairs."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from services.forms.pages.frame import check_own_form, dress, see_other
from services.forms.parts import Parts
from services.forms.payments.taking import check_office
from services.forms.people import cells as written
from services.forms.people import register
from services.forms.people.values import Semester
from services.forms.semesters import cells, changing, page
from services.forms.signin.current import page_login, signed_in
from shared.errors import NotFound, Refused

Page = Response | str | tuple[str, int]
PATH = "/desk/semesters"


def blueprint(parts: Parts) -> Blueprint:
    """`/desk/semesters`."""
    pages = Blueprint("semesters", __name__)
    dress(pages, parts)

    @pages.get(PATH)
    @page_login("staff")
    def semesters() -> str:
        check_office(signed_in())
        with parts.database.read() as session:
            shown = page.semesters_page(register.semesters(session))
        return render_template("semesters/pages/semesters.html", **shown)

    @pages.get(f"{PATH}/<semester>")
    @page_login("staff")
    def one(semester: str) -> str:
        return _form(parts, semester_named(semester), saved="saved" in request.args)

    @pages.post(f"{PATH}/<semester>")
    @page_login("staff")
    def change(semester: str) -> Page:
        check_own_form(parts)
        which, typed = semester_named(semester), _typed()
        version = _version()
        try:
            if request.form.get("do") == "save":
                with parts.database.write() as session:
                    changing.save(session, parts, signed_in(), which, typed, version)
                return see_other(f"{PATH}/{which}?saved=1")
            with parts.database.read() as session:
                found = changing.preview(session, parts, signed_in(), which, typed)
            shown = page.preview_page(which, version, typed, found, parts.kinds)
        except Refused as error:
            return _form(parts, which, typed, error.facts["wrong"]), 422
        if request.form.get("do") == "back":
            return _form(parts, which, typed)
        return render_template("semesters/pages/preview.html", **shown)

    return pages


def semester_named(text: str) -> Semester:
    """`2022-fall` of an address. Raises NotFound("no_semester")."""
    try:
        return written.semester(text)
    except written.BadCell as error:
        raise NotFound("no_semester", "no semester of this name") from error


def _form(
    parts: Parts,
    semester: Semester,
    typed: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None,
    *,
    saved: bool = False,
) -> str:
    with parts.database.read() as session:
        data = changing.look(session, signed_in(), semester)
        editions = changing.editions(session, semester)
        shown = page.semester_page(semester, data, editions, typed, wrong, saved)
    return render_template("semesters/pages/semester.html", **shown)


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in cells.COLUMNS}


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else -1
