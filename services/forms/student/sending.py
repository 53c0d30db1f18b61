"""The last look and the sending: the paper as it will be signed, then the receipt."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from services.forms.applications import answers, life
from services.forms.applications.answers import as_json
from services.forms.applications.values import CaseView
from services.forms.catalog.kind import Answers, Kind, Signed
from services.forms.pages import files, span
from services.forms.pages.errors import text_of
from services.forms.pages.frame import check_own_form, see_other
from services.forms.pages.paper import Drawn, draw
from services.forms.parts import Parts
from services.forms.signin.current import page_login, signed_in
from services.forms.student.form import blocking
from shared import say
from shared.errors import Conflict, Refused

Page = Response | tuple[str, int]
OF_THE_SIGNATURE = ("signature_bad", "signature_needed")


def add(pages: Blueprint, parts: Parts) -> None:
    """`/applications/<id>/preview` shows, `…/submit` sends."""

    @pages.get("/applications/<application_id>/preview")
    @page_login("student")
    def preview(application_id: str) -> Page:
        return _preview_page(parts, application_id)

    @pages.post("/applications/<application_id>/submit")
    @page_login("student")
    def submit(application_id: str) -> Page:
        check_own_form(parts)
        return _send_signed(parts, application_id, request.form.get("typed", ""))


def send_unsigned(parts: Parts, application_id: str) -> Page:
    """Send a certificate's form: nobody signs it, so there is no last look."""
    try:
        with parts.database.write() as session:
            life.submit(session, parts, signed_in(), application_id)
    except Refused:
        return see_other(f"/applications/{application_id}/edit?check=1")
    except Conflict as error:
        other = error.facts.get("application_id")
        if error.code != "open_application" or not other:
            raise
        return see_other(f"/applications/{other}")  # the very same lies with the office
    return see_other(f"/applications/{application_id}?sent=1")


def _send_signed(parts: Parts, application_id: str, typed: str) -> Page:
    """Hand it over; what refuses it is said where it can be put right."""
    base = f"/applications/{application_id}"
    try:
        with parts.database.write() as session:
            life.submit(session, parts, signed_in(), application_id, typed or None)
    except Refused as error:
        if error.code in OF_THE_SIGNATURE:
            return _preview_page(parts, application_id, typed, text_of(error), 422)
        return see_other(f"{base}/edit?check=1")
    except Conflict as error:
        other = error.facts.get("application_id")
        if error.code != "open_application" or not other:
            raise
        return _preview_page(parts, application_id, typed, status=409, other=dict(error.facts))
    return see_other(f"{base}?sent=1")


def _preview_page(
    parts: Parts,
    application_id: str,
    typed: str | None = None,
    wrong: str = "",
    status: int = 200,
    other: dict[str, Any] | None = None,
) -> Page:
    base = f"/applications/{application_id}"
    with parts.database.read() as session:
        case = life.view(session, parts, signed_in(), application_id)
        found = as_json(list(case.findings))
        if "submit" not in case.may:
            return see_other(base)
        loaded, _why = answers.read(case.kind, case.answers)
        if blocking(found):
            return see_other(f"{base}/edit?check=1")
        shown = _shown(parts, case, loaded)
    name = say.named(case.student)
    errors = [{"href": "#typed", "words": wrong}] if wrong else []
    if other:
        words = _("Another one is on its way already: %(number)s", number=other.get("number", ""))
        errors.append({"href": f"/applications/{other['application_id']}", "words": words})
    page = render_template(
        "student/pages/preview.html",
        **shown,
        window=span.told(case.span) if case.span and case.span.closes else "",
        base=base,
        notes=[one for one in found if one["severity"] == "note" and one["remedy"]],
        typed=name if typed is None else typed,
        wrong=wrong,
        errors=errors,
    )
    return page, status


def _shown(parts: Parts, case: CaseView, loaded: Answers) -> dict[str, Any]:
    """The paper as the professors will see it: in the student's own language."""
    now = parts.clock.now()
    student = case.student
    signed: list[Signed] = []
    language = case.kind.paper_language(loaded, student.language)
    drawn = Drawn(case.kind, student, loaded, now, language, signed=signed, people=case.people)
    return {
        "kind": case.kind,
        "number": case.number,
        "paper": draw(drawn),
        "lead": _lead(case.kind),
        "as_pdf": not case.kind.writes,  # its paper is the letter, which is not written yet
        "files": files.attached(case.attachments, f"/applications/{case.id}"),
    }


def _lead(kind: Kind) -> str:
    if kind.writes:
        return str(_("This is what the professor will read, with what you attached."))
    if kind.route:
        return str(_("This is the paper that the professors will see and sign."))
    return str(_("This is the paper that goes to the office."))
