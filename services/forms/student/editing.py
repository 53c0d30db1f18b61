"""The form page: nothing that was typed is lost, whatever is wrong with it.

Every button saves first. A page posts to the draft's own address; the first
save of a kind makes the draft, a second click finds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.forms.applications import attachments, cases, life
from services.forms.applications.answers import as_json
from services.forms.applications.states import EDITABLE
from services.forms.applications.tables import new_id
from services.forms.applications.uploads import Upload, take
from services.forms.applications.values import CaseView, Offer
from services.forms.catalog.fields import from_form
from services.forms.catalog.kind import Kind
from services.forms.pages import files, seats, span
from services.forms.pages.errors import text_of
from services.forms.pages.frame import check_own_form, see_other
from services.forms.pages.line import Cell, line
from services.forms.pages.roles import doer
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.values import Student
from services.forms.signin.current import page_login, signed_in
from services.forms.signin.person import Person
from services.forms.student.form import (
    blocking,
    by_field,
    contradicting,
    fields_of,
    instead,
    summary,
)
from services.forms.student.home import about_me
from services.forms.student.sending import send_unsigned
from shared import say
from shared.errors import Conflict, NotFound, Refused

Page = Response | tuple[str, int]


def add(pages: Blueprint, parts: Parts) -> None:
    """`/apply/<kind>` begins, `/applications/<id>/edit` goes on."""

    @pages.get("/apply/<kind>")
    @page_login("student")
    def begin(kind: str) -> Page | str:
        with parts.database.read() as session:
            draft = _draft_of(session, parts, signed_in(), kind)
            if draft:
                return see_other(f"/applications/{draft}/edit")
            return _fresh_page(session, parts, signed_in(), kind)

    @pages.post("/apply/<kind>")
    @page_login("student")
    def start(kind: str) -> Page:
        check_own_form(parts)
        begun, sent = _begun(parts, kind)
        if sent:
            return see_other(f"/applications/{begun}")
        try:
            return _keep(parts, begun)
        except Conflict as error:
            if error.code != "wrong_state":
                raise
            return see_other(f"/applications/{begun}")  # the first of two clicks has sent it

    @pages.get("/applications/<application_id>/edit")
    @page_login("student")
    def edit(application_id: str) -> Page:
        return _edit_page(parts, application_id, checked="check" in request.args)

    @pages.post("/applications/<application_id>/edit")
    @page_login("student")
    def keep(application_id: str) -> Page:
        check_own_form(parts)
        return _keep(parts, application_id)

    @pages.post("/applications/<application_id>/discard")
    @page_login("student")
    def discard(application_id: str) -> Response:
        check_own_form(parts)
        with parts.database.write() as session:
            life.discard(session, parts, signed_in(), application_id)
        return see_other("/")


def _begun(parts: Parts, kind: str) -> tuple[str, bool]:
    """The application that this form begins or goes on with, and whether it was sent already.

    A form posted twice is one application; taken back to, changed and posted, it is another.
    """
    person, sheet = signed_in(), request.form.get("sheet", "")
    answers = from_form(parts.kind(kind).schema, request.form)
    with parts.database.write() as session:
        earlier = life.of_sheet(session, parts, person, sheet)
        if earlier and earlier.state not in EDITABLE and earlier.answers == answers:
            return earlier.id, True
        draft = _draft_of(session, parts, person, kind)
        if draft is None:
            sheet = "" if earlier else sheet
            draft = life.start(session, parts, person, kind, answers, sheet).id
        return draft, False


def _draft_of(session: Session, parts: Parts, person: Person, kind: str) -> str | None:
    found = [one for one in life.mine(session, parts, person) if one.kind.name == kind]
    return next((one.id for one in found if one.state == "draft"), None)


def _keep(parts: Parts, application_id: str) -> Page:
    """Save what was typed and attached, then go where the button says."""
    person = signed_in()
    uploads, refused = _inspected(parts)
    with parts.database.write() as session:
        kind = life.view(session, parts, person, application_id).kind
        answers = from_form(kind.schema, request.form)
        life.save(session, parts, person, application_id, answers)
        if request.form.get("remove"):
            _remove(session, parts, person, application_id)
        refused += _attach(session, parts, person, application_id, uploads)
        findings = as_json(list(life.view(session, parts, person, application_id).findings))
    if refused:
        return _edit_page(parts, application_id, checked=False, refused=refused, status=422)
    base = f"/applications/{application_id}"
    if request.form.get("remove"):
        return see_other(f"{base}/edit#files")
    if request.form.get("do") != "preview":
        return see_other(f"{base}/edit?saved=1")
    if blocking(findings):
        return _edit_page(parts, application_id, checked=True, status=422)
    if kind.certificate:  # there is nothing to sign
        return send_unsigned(parts, application_id)
    return see_other(f"{base}/preview")


def _remove(session: Session, parts: Parts, person: Person, application_id: str) -> None:
    try:
        attachments.detach(session, parts, person, application_id, request.form["remove"])
    except NotFound:
        return  # a second click: it is gone already


def _inspected(parts: Parts) -> tuple[list[Upload], str]:
    """The uploaded files, looked into before the transaction; what was refused is said."""
    most = max(kind.uploads.bytes_each for kind in parts.kinds.values())
    found, said = [], ""
    for upload in request.files.getlist("files"):
        if upload.filename:
            try:
                found.append(take(parts.scanner, upload.filename, upload.stream.read(), most))
            except Refused as error:
                said += text_of(error, name=upload.filename) + " "
    return found, said


def _attach(
    session: Session, parts: Parts, person: Person, application_id: str, uploads: Sequence[Upload]
) -> str:
    """Put the files on the draft; what is refused is said, the others stay."""
    said = ""
    for upload in uploads:
        try:
            attachments.attach(session, parts, person, application_id, upload)
        except Refused as error:
            said += text_of(error, name=upload.name) + " "
    return said


def _fresh_page(session: Session, parts: Parts, person: Person, kind: str) -> Page | str:
    offers = life.offers(session, parts, person)
    offer = next((one for one in offers if one.kind.name == kind), None)
    if offer is None:
        raise NotFound("unknown_kind", "there is no such kind")
    if not offer.open:
        return see_other("/#h-apply")
    student = register.find_student(session, person.id)
    shown = _form(session, parts, student, offer.kind, offer.prefill, {})
    return render_template(
        "student/pages/form.html",
        **shown,
        action=f"/apply/{kind}",
        sheet=new_id(),  # posted twice, it is one application all the same
        beside=contradicting(as_json(list(offer.findings))),
        line=_line(offer, student),
        window=span.told(offer.span),
        uploads=_uploads(offer.kind, (), ""),
    )


def _edit_page(
    parts: Parts, application_id: str, *, checked: bool, refused: str = "", status: int = 200
) -> Page:
    person = signed_in()
    with parts.database.read() as session:
        case = life.view(session, parts, person, application_id)
        if "edit" not in case.may:
            return see_other(f"/applications/{application_id}")
        said = as_json(list(case.findings))
        found, beside = (said, []) if checked else ([], contradicting(said))
        errors = by_field(found)
        shown = _form(session, parts, case.student, case.kind, case.answers, errors)
        offer = _offer_of(session, parts, person, case.kind)
    lines = summary(case.kind, found)
    if refused:
        lines.append({"href": "#files", "words": refused})
    base = f"/applications/{application_id}"
    page = render_template(
        "student/pages/form.html",
        **shown,
        errors=lines,
        notes=[one for one in found if one["severity"] == "note"],
        beside=beside,
        instead=instead(parts.kinds, found),
        number=case.number,
        base=base,
        action=f"{base}/edit",
        saved_at=case.updated_at,
        saved_now="saved" in request.args,
        returned=_returned(case),
        line=_line(offer, case.student) if offer else (),
        window=span.told(case.span) if case.span else "",
        uploads=_uploads(case.kind, files.attached(case.attachments, base), refused),
        may_discard="discard" in case.may,
    )
    return page, status


def _form(
    session: Session,
    parts: Parts,
    student: Student,
    kind: Kind,
    answers: Mapping[str, Any],
    errors: Mapping[str, str],
) -> dict[str, Any]:
    asking = cases.asking(session, parts, student)
    return {
        "kind": kind,
        "fields": fields_of(kind, answers, errors, kind.abouts(asking), kind.choices(asking)),
        "register": _register(student),
    }


def _register(student: Student) -> list[tuple[str, str]]:
    program, major, campus = about_me(student)
    return [
        (str(_("Name")), say.named(student)),
        (str(_("Student no.")), student.student_number),
        (str(_("Program")), program),
        (str(_("Major")), major),
        (str(_("Campus")), campus),
    ]


def _offer_of(session: Session, parts: Parts, person: Person, kind: Kind) -> Offer | None:
    offers = life.offers(session, parts, person)
    return next((one for one in offers if one.kind.name == kind.name), None)


def _line(offer: Offer, student: Student) -> Sequence[Cell]:
    """Who will sign; nobody signs a certificate."""
    return () if offer.kind.certificate else line(seats.planned(offer, student))


def _returned(case: CaseView) -> dict[str, Any] | None:
    if case.state != "returned" or not case.reason:
        return None
    when = max((one.at for one in case.history if one.what == "returned"), default=case.updated_at)
    return {"reason": case.reason, "who": doer(case.returned_by or ""), "at": when}


def _uploads(kind: Kind, attached: Sequence[Any], refused: str) -> dict[str, Any] | None:
    if not kind.uploads.count:
        return None
    hint = _(
        "PDF, JPEG, PNG · up to %(size)s each, %(count)s in all. %(why)s",
        why=kind.uploads.why or _("Without them the office may return your application."),
        size=say.size(kind.uploads.bytes_each).replace(".0", ""),
        count=kind.uploads.count,
    )
    needed = kind.uploads.required
    return {"hint": hint, "files": attached, "error": refused, "required": needed}
