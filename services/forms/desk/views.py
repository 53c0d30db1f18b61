"""The pages of an office: queue, case, decision. Each office sees its own kinds alone."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, render_template, request
from sqlalchemy.orm import Session

from services.forms.applications import (
    delegations,
    delivering,
    desk,
    documents,
    endings,
    life,
    revoking,
    trail,
)
from services.forms.applications.awaiting import wait_until_made
from services.forms.applications.values import DocumentView
from services.forms.desk.case import CODES, Looking, case_page, seat_key
from services.forms.desk.endings import endings_page
from services.forms.desk.queue import VIEWS, Asked, queue_page
from services.forms.pages.errors import text_of
from services.forms.pages.frame import check_own_form, dress, see_other
from services.forms.parts import Parts
from services.forms.signin.current import page_login, signed_in
from services.forms.signin.person import Person
from shared.errors import NotFound, Refused

Page = Response | str | tuple[str, int]
Deed = Callable[[Session, Person], object]
ROWS_A_PAGE = 50
WAIT_SECONDS = 3.0


def blueprint(parts: Parts) -> Blueprint:
    """Everything under `/desk` that forms serves, and the addresses of documents."""
    pages = Blueprint("desk", __name__)
    dress(pages, parts)
    _add_queue(pages, parts)
    _add_decision(pages, parts)
    _add_links(pages, parts)
    _add_documents(pages, parts)
    return pages


def _add_queue(pages: Blueprint, parts: Parts) -> None:
    @pages.get("/desk")
    @page_login("staff")
    def queue() -> str:
        view, kind = request.args.get("view", ""), request.args.get("kind", "")
        asked = Asked(
            view if view in VIEWS else next(iter(VIEWS)),
            request.args.get("q", "").strip(),
            kind if kind in parts.kinds else "",
        )
        with parts.database.read() as session:
            found = desk.queue(
                session,
                parts,
                signed_in(),
                view=asked.view,
                text=asked.text,
                kind=asked.kind or None,
                limit=ROWS_A_PAGE,
                offset=_number(request.args.get("from")),
            )
            shown = queue_page(found, signed_in(), asked, parts.kinds, parts.clock.now())
        return render_template("desk/pages/queue.html", **shown)

    @pages.get("/desk/applications/<application_id>")
    @page_login("staff")
    def case(application_id: str) -> str:
        if request.args.get("told") == "decided":  # the paper is there in a moment
            wait_until_made(parts, application_id, WAIT_SECONDS)
        return _case_page(parts, application_id)


def _case_page(parts: Parts, application_id: str, looking: Looking | None = None) -> str:
    seen = looking or Looking(told=request.args.get("told", ""))
    step, seat = _number(request.args.get("step")), _number(request.args.get("seat"))
    text = request.args.get("professor", "").strip()
    with parts.database.read() as session:
        case = life.view(session, parts, signed_in(), application_id)
        broken = trail.first_broken(session, application_id)
        found = desk.find_professors(session, parts, signed_in(), text) if text else []
        shown = case_page(case, broken, seen, parts.clock.now(), (step, seat, text, found))
        shown["endings"] = endings_page(case, signed_in(), seen)
    return render_template("desk/pages/case.html", **shown)


def _add_decision(pages: Blueprint, parts: Parts) -> None:
    @pages.post("/desk/applications/<application_id>/decision")
    @page_login("staff")
    def decide(application_id: str) -> Page:
        typed = {name: value.strip() for name, value in request.form.items()}

        def deed(session: Session, person: Person) -> object:
            return desk.decide(
                session,
                parts,
                person,
                application_id,
                decision=typed.get("decision", ""),
                reason=typed.get("reason") or None,
                granted=typed.get("granted") or None,
                reference=typed.get("reference") or None,
            )

        return _do(parts, application_id, deed, "decided", "reason")

    @pages.post("/desk/applications/<application_id>/delivery")
    @page_login("staff")
    def deliver(application_id: str) -> Page:
        typed = {name: request.form.get(name, "").strip() for name in ("how", "day", "reference")}

        def deed(session: Session, person: Person) -> None:
            delivering.deliver(session, parts, person, application_id, **typed)

        return _do(parts, application_id, deed, "delivered", "how")

    @pages.post("/desk/applications/<application_id>/retry")
    @page_login("staff")
    def retry(application_id: str) -> Page:
        def deed(session: Session, person: Person) -> object:
            return desk.retry(session, parts, person, application_id)

        return _do(parts, application_id, deed, "retried", "retry")


def _add_links(pages: Blueprint, parts: Parts) -> None:
    @pages.post("/desk/applications/<application_id>/professor")
    @page_login("staff")
    def assign(application_id: str) -> Page:
        step, seat, professor = *_step(), request.form.get("professor", "")

        def deed(session: Session, person: Person) -> object:
            return desk.assign(session, parts, person, application_id, step, professor, seat)

        return _do(parts, application_id, deed, "assigned", f"professor-{seat_key(step, seat)}")

    @pages.post("/desk/applications/<application_id>/address")
    @page_login("staff")
    def correct(application_id: str) -> Page:
        step, seat, email = *_step(), request.form.get("email", "").strip()

        def deed(session: Session, person: Person) -> object:
            return desk.correct_address(session, parts, person, application_id, step, email, seat)

        return _do(parts, application_id, deed, "corrected", f"email-{seat_key(step, seat)}")

    @pages.post("/desk/applications/<application_id>/resend")
    @page_login("staff")
    def resend(application_id: str) -> Page:
        step, seat = _step()

        def deed(session: Session, person: Person) -> object:
            return desk.send_link(session, parts, person, application_id, step, seat)

        return _do(parts, application_id, deed, "resent", f"email-{seat_key(step, seat)}")

    @pages.post("/desk/applications/<application_id>/give-back")
    @page_login("staff")
    def give_back(application_id: str) -> Page:
        step, seat = _step()

        def deed(session: Session, person: Person) -> object:
            return delegations.end_for_office(session, parts, person, application_id, step, seat)

        return _do(parts, application_id, deed, "given_back", f"email-{seat_key(step, seat)}")


def _add_documents(pages: Blueprint, parts: Parts) -> None:
    @pages.get("/documents/<number>/file")
    @page_login("student", "staff")
    def document(number: str) -> Response:
        form = "docx" if request.args.get("format") == "docx" else "pdf"
        with parts.database.read() as session:
            address = documents.file_address(session, parts, signed_in(), number, form)
        return see_other(address)

    @pages.post("/desk/documents/<number>/revoke")
    @page_login("staff")
    def revoke(number: str) -> Page:
        code, reason = request.form.get("code", ""), request.form.get("reason", "").strip()
        if code not in CODES:
            raise NotFound("unknown_code", "no such code")

        def deed(session: Session, person: Person) -> object:
            return revoking.revoke(session, parts, person, number, code, reason)

        return _do(parts, request.form.get("application", ""), deed, _told_revoked, "revoke")

    @pages.post("/desk/documents/<number>/replace")
    @page_login("staff")
    def replace(number: str) -> Page:
        code, reason = request.form.get("code", ""), request.form.get("reason", "").strip()
        if code not in CODES:
            raise NotFound("unknown_code", "no such code")

        def deed(session: Session, person: Person) -> object:
            return revoking.replace(session, parts, person, number, code, reason)

        return _do(parts, request.form.get("application", ""), deed, _told_replaced, "replace")

    @pages.post("/desk/documents/<number>/decision")
    @page_login("staff")
    def second(number: str) -> Page:
        decision, reason = request.form.get("second", ""), request.form.get("reason", "").strip()

        def deed(session: Session, person: Person) -> object:
            return revoking.decide(session, parts, person, number, decision, reason or None)

        told = "confirmed" if decision == revoking.CONFIRM else "refused"
        return _do(parts, request.form.get("application", ""), deed, told, "second")


def _told_revoked(found: object) -> str:
    return "asked_second" if _awaits(found) else "revoked"


def _told_replaced(found: object) -> str:
    return "asked_second" if _awaits(found) else "replaced"


def _awaits(found: object) -> bool:
    ending = found.ending if isinstance(found, DocumentView) else None
    return ending is not None and ending.state == endings.AWAITING


def _do(
    parts: Parts,
    application_id: str,
    deed: Deed,
    told: str | Callable[[object], str],
    place: str,
) -> Page:
    """Do it and go back to the case, or show the case with what is wrong."""
    check_own_form(parts)
    try:
        with parts.database.write() as session:
            done = deed(session, signed_in())
    except Refused as error:
        wrong = {_place(error, place): text_of(error)}
        return _case_page(parts, application_id, Looking(wrong=wrong, typed=request.form)), 422
    said = told if isinstance(told, str) else told(done)
    return see_other(f"/desk/applications/{application_id}?told={said}")


def _place(error: Refused, otherwise: str) -> str:
    field = str(error.facts.get("field") or "")
    return field if field in ("granted", "reference", "decision", "day") else otherwise


def _step() -> tuple[int, int]:
    """Which step, and whose seat in it."""
    return _number(request.form.get("step")), _number(request.form.get("seat"))


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0
