"""The pages of a student: a form is translated into a use case, its answer into a page."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from services.forms.applications import attachments, life
from services.forms.applications.awaiting import wait_until_made
from services.forms.applications.values import CaseView
from services.forms.files_served import answer as serve_file
from services.forms.pages.frame import check_own_form, dress, see_other
from services.forms.pages.pdf import show_pdf
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.signin.current import current_person, page_login, signed_in
from services.forms.signin.person import Person
from services.forms.student import editing, sending
from services.forms.student.home import home
from services.forms.student.invoice import invoice
from services.forms.student.money import LEAVE_FIELD, page_of
from services.forms.student.status import status

WAIT_SECONDS = 3.0
LOOK_AGAIN_SECONDS = 2

HOMES = {"staff": "/desk", "operator": "/desk/operations"}


def blueprint(parts: Parts) -> Blueprint:
    """Everything that a student sees after signing in."""
    pages = Blueprint("student", __name__)
    dress(pages, parts)
    _add_home(pages, parts)
    _add_money(pages, parts)
    _add_status(pages, parts)
    editing.add(pages, parts)
    sending.add(pages, parts)
    return pages


def _add_home(pages: Blueprint, parts: Parts) -> None:
    @pages.get("/")
    def first_page() -> str | Response:
        person = current_person(parts)
        if person and person.role in HOMES:
            return see_other(HOMES[person.role])
        page: str | Response = student_home()
        return page

    @page_login("student")
    def student_home() -> str | Response:
        person = signed_in()
        with parts.database.read() as session:
            student = register.find_student(session, person.id)
            mine = life.mine(session, parts, person)
            offers = life.offers(session, parts, person)
            shown = home(student, mine, offers, parts.clock.now())
        return render_template("student/pages/home.html", **shown)


def _add_money(pages: Blueprint, parts: Parts) -> None:
    @pages.get("/tuition")
    @page_login("student")
    def tuition() -> str:
        with parts.database.read() as session:
            student = register.find_student(session, signed_in().id)
            semesters = register.semesters(session)
        typed = request.args.get(LEAVE_FIELD)
        shown = page_of(student, semesters, parts.clock.now(), typed)
        return render_template("student/pages/money.html", **shown)

    @pages.get("/tuition/invoice")
    @page_login("student")
    def tuition_invoice() -> str | Response:
        with parts.database.read() as session:
            student = register.find_student(session, signed_in().id)
            semesters = register.semesters(session)
        shown = invoice(student, semesters, parts.clock.now())
        if shown is None:  # nothing is left to pay, and the page says why
            return see_other("/tuition")
        return render_template("student/pages/invoice.html", **shown)


def _status_page(parts: Parts, person: Person, application_id: str) -> Response:
    """How far it is. A certificate is there in a moment: the page waits for it, and asks again by
    itself (HTTP Refresh, no scripts) should it take longer."""
    fresh = "sent" in request.args
    case = _case(parts, person, application_id)
    waits = case.kind.certificate and case.state == "approved"
    if waits and wait_until_made(parts, application_id, WAIT_SECONDS):
        case, waits = _case(parts, person, application_id), False
    shown = status(case, parts.clock.now(), fresh=fresh)
    page = make_response(render_template("student/pages/status.html", **shown))
    if waits:
        page.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return page


def _case(parts: Parts, person: Person, application_id: str) -> CaseView:
    with parts.database.read() as session:
        return life.view(session, parts, person, application_id)


def _add_status(pages: Blueprint, parts: Parts) -> None:
    @pages.get("/applications/<application_id>")
    @page_login("student", "staff")
    def application(application_id: str) -> Response:
        person = signed_in()
        if person.role == "staff":  # a mail to the office names the same address
            return see_other(f"/desk/applications/{application_id}")
        return _status_page(parts, person, application_id)

    @pages.get("/applications/<application_id>/paper.pdf")
    @page_login("student", "staff")
    def paper_pdf(application_id: str) -> Response | tuple[str, int]:
        return show_pdf(parts, signed_in(), application_id)

    @pages.get("/applications/<application_id>/attachments/<attachment_id>")
    @page_login("student", "staff")
    def attachment(application_id: str, attachment_id: str) -> Response:
        with parts.database.read() as session:
            served = attachments.fetch(session, parts, signed_in(), application_id, attachment_id)
        return serve_file(served)

    @pages.post("/applications/<application_id>/withdraw")
    @page_login("student")
    def withdraw(application_id: str) -> Response:
        check_own_form(parts)
        reason = request.form.get("reason", "").strip() or None
        with parts.database.write() as session:
            life.withdraw(session, parts, signed_in(), application_id, reason)
        return see_other(f"/applications/{application_id}")
