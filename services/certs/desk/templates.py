"""`/desk/templates`: staff upload templates of their office's papers, try them, put them in use.

Everything here is of the bearer's own kinds; of another office's there is nothing (404).
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as Answer

from services.certs.desk import template_pages as pages
from services.certs.handout import DOCX, HEADERS, PDF, disposition
from services.certs.library import FIRST, TEMPLATES, Version
from services.certs.parts import Parts
from services.certs.templates import uploading, versions
from services.certs.templates.fields import Kind, kind_of, languages_of
from services.certs.templates.package import FILE_BYTES_MOST
from services.certs.templates.shelf import PREVIEW
from services.certs.templates.versions import BUILT_IN, Who
from shared.desk_door import bearer, check_form, form_token, frame, guard
from shared.errors import Conflict, NotFound, Refused

TEXTS = {
    "no_template": _l("There is no such template, or it belongs to another office."),
    "no_template_file": _l("Choose a file first."),
    "upload_infected": _l("The virus scanner knows this file as harmful. It was not kept."),
    "scanner_away": _l("The virus scanner does not answer. Try again in a few minutes."),
    "template_not_ready": _l("Only a version that is ready can be put in use."),
    "template_changed": _l(
        "Somebody put another version in use meanwhile. Look again, then decide."
    ),
    "no_pass": _l("Ask for a new pass to the desk, then try again."),
    "no_word_file": _l("This version was made from a PDF form: there is no Word file of it."),
}
BASE = "/desk/templates"
ONE = f"{BASE}/<kind>/<language>"
REFRESH_SECONDS = 3
MEDIA = {"docx": DOCX, "pdf": PDF}


def blueprint(parts: Parts) -> Blueprint:
    """The pages, what they post, and the files that they lead to."""
    views = Blueprint("templates", __name__)
    guard(views, parts.clock, parts.keyring)
    show(views, parts)
    change(views, parts)
    hand_out(views, parts)
    return views


def show(views: Blueprint, parts: Parts) -> None:
    """What there is to look at."""

    @views.get(BASE)
    def template_list() -> str:
        with parts.database.read() as session:
            rows = pages.papers(session, parts.library, own_papers(bearer().kinds))
        return render_template("desk/templates.html", rows=rows, **frame("templates"))

    @views.get(ONE)
    def template_paper(kind: str, language: str) -> str:
        return paper_page(parts, own(kind, language))

    @views.get(f"{ONE}/<int:n>")
    def template_version(kind: str, language: str, n: int) -> Any:
        known = own(kind, language)
        with parts.database.read() as session:
            shown = pages.version(session, parts.library, known, n)
        answer = Response(
            render_template(
                "desk/template_version.html",
                **shown,
                form_token=form_token(parts.keyring),
                base=f"{BASE}/{kind}/{language}",
                **frame("templates"),
            )
        )
        if shown["moving"]:
            answer.headers["Refresh"] = str(REFRESH_SECONDS)
        return answer


def change(views: Blueprint, parts: Parts) -> None:
    """Uploading, and putting in use."""

    @views.post(ONE)
    def template_upload(kind: str, language: str) -> Any:
        known = own(kind, language)
        check_form(parts.keyring)
        name, data = read_upload()
        try:
            made = uploading.upload(
                parts, kind=kind, language=language, name=name, data=data, who=who_asks()
            )
        except Refused as error:
            return paper_page(parts, known, error=str(TEXTS[error.code])), 422
        return redirect(f"{BASE}/{kind}/{language}/{made.number}", 303)

    @views.post(f"{ONE}/<int:n>/activate")
    def template_activate(kind: str, language: str, n: int) -> Answer:
        own(kind, language)
        check_form(parts.keyring)
        seen = request.form.get("seen", "")
        if not seen.isdecimal() or len(seen) > 9:
            raise Conflict("template_changed", "which version was in use is not said")
        with parts.database.write() as session:
            versions.activate(
                session,
                kind,
                language,
                n,
                seen=int(seen),
                who=who_asks(),
                at=parts.clock.now(),
            )
        return redirect(f"{BASE}/{kind}/{language}", 303)


def hand_out(views: Blueprint, parts: Parts) -> None:
    """The file that was uploaded, and the previews."""

    @views.get(f"{ONE}/<int:n>/file")
    def template_file(kind: str, language: str, n: int) -> Response:
        own(kind, language)
        return uploaded_file(parts, kind, language, n)

    @views.get(f"{ONE}/<int:n>/preview/<name>.pdf")
    def template_preview(kind: str, language: str, n: int, name: str) -> Response:
        own(kind, language)
        return preview_of(parts, kind, language, n, name)


def read_upload() -> tuple[str, bytes]:
    """Name and bytes of the file that was sent, a little more than is allowed at most."""
    file = request.files.get("file")
    return (file.filename or "", file.stream.read(FILE_BYTES_MOST + 1)) if file else ("", b"")


def uploaded_file(parts: Parts, kind: str, language: str, n: int) -> Response:
    """The file of a version. Raises NotFound("no_template")."""
    if n == BUILT_IN:
        data = parts.library.docx(Version(kind, language, FIRST))
        return attachment(data, DOCX, f"{kind}-{language}.docx")
    with parts.database.read() as session:
        entry = versions.find(session, kind, language, n)
    if entry.file_id is None:
        raise NotFound("no_template", "an unsafe file is not kept")
    data = parts.files.get(entry.file_id, entry.sha256)
    return attachment(data, MEDIA[entry.form], entry.name)


def preview_of(parts: Parts, kind: str, language: str, n: int, name: str) -> Response:
    """A preview of a version as PDF. Raises NotFound("no_template")."""
    with parts.database.read() as session:
        entry = versions.find(session, kind, language, n)
    found = entry.files.get(f"{PREVIEW}{name}")
    if found is None:
        raise NotFound("no_template", "there is no such preview")
    data = parts.files.get(found["file_id"], found["sha256"])
    return attachment(data, PDF, f"{kind}-{language}-{n}-{name}.pdf")


def paper_page(parts: Parts, kind: Kind, error: str = "") -> str:
    """One paper: its versions, the upload, its fields, what happened."""
    with parts.database.read() as session:
        shown = pages.paper(session, parts.library, kind)
    return render_template(
        "desk/template_paper.html",
        **shown,
        error=error,
        form_token=form_token(parts.keyring),
        base=f"{BASE}/{kind.name}/{kind.language}",
        **frame("templates"),
    )


def own(kind: str, language: str) -> Kind:
    """A paper of the bearer's office. Raises NotFound("no_template")."""
    known = kind_of(TEMPLATES, kind, language) if kind in bearer().kinds else None
    if known is None:
        raise NotFound("no_template", "there is no such paper, or not for this office")
    return known


def own_papers(kinds: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(kind, language) for kind in kinds for language in languages_of(TEMPLATES, kind)]


def attachment(data: bytes, media_type: str, name: str) -> Response:
    """A file that no browser runs."""
    answer = Response(data, content_type=media_type, headers=HEADERS)
    answer.headers["Content-Disposition"] = disposition(name)
    return answer


def who_asks() -> Who:
    """Whoever asks, as the history of templates names them."""
    return Who(bearer().person, bearer().name)
