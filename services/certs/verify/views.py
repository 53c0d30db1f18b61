"""The public pages and the API of the check: no login, and nothing kept of a file."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from services.certs import number
from services.certs.parts import Parts
from services.certs.proof.book import VERDICTS, book
from services.certs.verify.answers import FileAnswer, Told, file_json, number_json
from services.certs.verify.check import FILE_BYTES_MOST, check_number, verify_file
from services.certs.verify.labels import PICTURES, label
from services.certs.verify.limit import Limit
from shared import words
from shared.errors import Refused

TEXTS = {
    "no_file": _l("Choose a file first."),
    "not_a_pdf": _l("This is not a PDF file. Choose the PDF as you received it."),
    "file_too_large": _l("The file is larger than 20 MB. Files that we issue are much smaller."),
    "too_many_checks": _l(
        "There were too many checks from your address. Try again in %(retry_after)s seconds."
    ),
    "checks_busy": _l("Many files are being checked right now. Try again in a minute."),
}


def blueprint(parts: Parts) -> Blueprint:
    """`/verify` for people, `/api/v1/verify` for programs."""
    views, limit = Blueprint("verify", __name__), Limit(parts.clock)

    @views.get("/verify")
    def form() -> AnyResponse | str:
        typed = request.args.get("number", "").strip()
        if not typed:
            return render_template("verify/form.html", error="", brand_href="/verify")
        known = number.read(typed)
        if known is None:
            limit.count(_address())
            return _number_page(parts, typed)
        return redirect(f"/verify/{known}", 303)

    @views.get("/verify/<typed>")
    def by_number(typed: str) -> str:
        limit.count(_address())
        return _number_page(parts, typed)

    @views.post("/verify")
    def by_file() -> Response | str:
        limit.count(_address())
        try:
            answer = verify_file(parts, _upload(), words.language())
        except Refused as error:
            said = str(TEXTS[error.code])
            page = render_template("verify/form.html", error=said, brand_href="/verify")
            return Response(page, 422)
        return _file_page(parts, answer)

    @views.get("/api/v1/verify/<typed>")
    def api_by_number(typed: str) -> Response:
        limit.count(_address())
        return jsonify(number_json(check_number(parts, typed, words.language())))

    @views.post("/api/v1/verify")
    def api_by_file() -> Response:
        limit.count(_address())
        answer = verify_file(parts, _upload(), words.language())
        return jsonify(file_json(answer, parts.library, words.language()))

    return views


def _address() -> str:
    return request.remote_addr or "?"


def _upload() -> bytes:
    """The uploaded file, in memory alone. Raises Refused naming the field."""
    request.max_content_length = FILE_BYTES_MOST + 64 * 1024
    try:
        sent = request.files.get("file")
    except RequestEntityTooLarge as error:
        raise Refused("file_too_large", "larger than 20 MB", field="file", mb=20) from error
    if sent is None:
        raise Refused("no_file", "no file was sent", field="file")
    with sent.stream as stream:
        return stream.read()


def _number_page(parts: Parts, typed: str) -> str:
    answer = check_number(parts, typed, words.language())
    return render_template(
        "verify/number.html",
        answer=answer,
        typed=typed[: number.LONGEST_TYPED],
        mistake=_mistake(typed) if answer.number is None else "",
        paper_language=_paper_language(answer.told),
        brand_href="/verify",
        proof_book=_proof_book(parts),
    )


def _proof_book(parts: Parts) -> dict[str, Any]:
    """What the page's script checks signed facts with."""
    return book(parts.settings, parts.library, parts.prover, [words.language()], VERDICTS)


def _mistake(typed: str) -> str:
    missing = number.LENGTH + 1 - number.count(typed)
    if missing:
        found = number.LENGTH + 1 - missing
        return str(_("It has %(found)s characters; a document number has 17.", found=found))
    return str(_("The last character, a check, does not fit the 16 before it."))


def _file_page(parts: Parts, answer: FileAnswer) -> str:
    groups = [answer.sha256[start : start + 4] for start in range(0, 64, 4)]
    return render_template(
        "verify/file.html",
        answer=answer,
        rows=_rows(parts, answer),
        hash_groups=" ".join(groups),
        paper_language=_paper_language(answer.told),
        brand_href="/verify",
    )


def _rows(parts: Parts, answer: FileAnswer) -> list[dict[str, Any]]:
    """The comparison: first what differs, then the public facts that do not."""
    if answer.told is None:
        return []
    told = answer.told
    rows: list[dict[str, Any]] = [
        {
            "label": label(parts.library, told.kind, one.field, words.language()),
            "issued": one.issued,
            "file": one.file,
            "picture": one.field in PICTURES and not one.issued,
            "differs": True,
        }
        for one in answer.differences
    ]
    different = {one.field for one in answer.differences}
    if rows:
        rows += [
            {"label": fact.label, "issued": fact.value, "differs": False}
            for fact in told.facts
            if fact.field not in different
        ]
    return rows


def _paper_language(told: Told | None) -> str:
    if told is None:
        return ""
    return str({"ko": _("Korean"), "en": _("English")}.get(told.language, told.language))
