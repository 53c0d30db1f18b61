"""`/api/v1/desk/templates`: what `templates.py` does on pages, over JSON.

A program bears the pass that forms gives to signed-in staff (`POST /api/v1/desk/pass`): certs knows
neither people nor sessions. Everything is of the bearer's own kinds; of another office's there is
nothing (404).
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from services.certs.desk import template_pages as pages
from services.certs.desk.templates import (
    own,
    own_papers,
    preview_of,
    read_upload,
    uploaded_file,
    who_asks,
)
from services.certs.library import Library
from services.certs.parts import Parts
from services.certs.templates import uploading, versions
from services.certs.templates.fields import Kind
from services.certs.templates.sentences import SCRIPTS, sentence, where
from services.certs.templates.shelf import PREVIEW
from services.certs.templates.tables import READY
from services.certs.templates.versions import BUILT_IN, Entry
from shared import words
from shared.desk_door import bearer, guard_api
from shared.errors import Conflict

Json = dict[str, Any]
BASE = "/api/v1/desk/templates"
ONE = f"{BASE}/<kind>/<language>"


def blueprint(parts: Parts) -> Blueprint:
    """The routes."""
    api = Blueprint("templates_api", __name__)
    guard_api(api, parts.clock, parts.keyring)
    show(api, parts)
    change(api, parts)
    return api


def show(api: Blueprint, parts: Parts) -> None:
    """What there is to look at, and the files."""

    @api.get(BASE)
    def api_templates() -> Response:
        with parts.database.read() as session:
            newest = versions.newest(session, bearer().kinds)
            found = [
                {
                    **_head(parts.library, kind, language),
                    "active": versions.active(session, kind, language),
                    "newest": entry.number if (entry := newest.get((kind, language))) else BUILT_IN,
                }
                for kind, language in own_papers(bearer().kinds)
            ]
        return jsonify(found)

    @api.get(ONE)
    def api_template(kind: str, language: str) -> Response:
        return jsonify(_paper(parts, own(kind, language)))

    @api.get(f"{ONE}/<int:n>")
    def api_template_version(kind: str, language: str, n: int) -> Response:
        known = own(kind, language)
        with parts.database.read() as session:
            entry = versions.find(session, kind, language, n)
            now = versions.active(session, kind, language)
            by = pages.uploaders(session, known).get(n, "")
        return jsonify(_report(entry, now, by))

    @api.get(f"{ONE}/<int:n>/file")
    def api_template_file(kind: str, language: str, n: int) -> Response:
        own(kind, language)
        return uploaded_file(parts, kind, language, n)

    @api.get(f"{ONE}/<int:n>/preview/<name>.pdf")
    def api_template_preview(kind: str, language: str, n: int, name: str) -> Response:
        own(kind, language)
        return preview_of(parts, kind, language, n, name)


def change(api: Blueprint, parts: Parts) -> None:
    """Uploading, putting in use, rolling back."""

    @api.post(ONE)
    def api_template_upload(kind: str, language: str) -> Response:
        own(kind, language)
        name, data = read_upload()
        made = uploading.upload(
            parts, kind=kind, language=language, name=name, data=data, who=who_asks()
        )
        answer = jsonify(_report(made, BUILT_IN, bearer().name))
        answer.status_code = 201
        answer.headers["Location"] = f"{BASE}/{kind}/{language}/{made.number}"
        return answer

    @api.post(f"{ONE}/<int:n>/activate")
    def api_template_activate(kind: str, language: str, n: int) -> Response:
        known = own(kind, language)
        with parts.database.write() as session:
            versions.activate(
                session, kind, language, n, seen=_seen(), who=who_asks(), at=parts.clock.now()
            )
        return jsonify(_paper(parts, known))


def _seen() -> int:
    """Which version was in use when it was decided. Raises Conflict("template_changed")."""
    body = request.get_json(silent=True)
    seen = body.get("seen") if isinstance(body, dict) else None
    if type(seen) is not int:
        raise Conflict("template_changed", "which version was in use is not said")
    return seen


def _head(library: Library, kind: str, language: str) -> Json:
    title = library.title(kind, words.language())
    return {"kind": kind, "language": language, "title": title}


def _paper(parts: Parts, kind: Kind) -> Json:
    """A paper, all its versions and what happened to them."""
    with parts.database.read() as session:
        now = versions.active(session, kind.name, kind.language)
        by = pages.uploaders(session, kind)
        uploads = versions.entries(session, kind.name, kind.language)
        events = versions.history(session, kind.name, kind.language)
    built_in = {"number": BUILT_IN, "state": READY, "in_use": now == BUILT_IN}
    history = [
        {"number": e.number, "event": e.event, "by": pages.called(e), "at": e.at.isoformat()}
        for e in events
    ]
    return {
        **_head(parts.library, kind.name, kind.language),
        "active": now,
        "versions": [*(_version(one, now, by.get(one.number, "")) for one in uploads), built_in],
        "fields": pages.fields(kind),
        "history": history,
    }


def _version(entry: Entry, now: int, by: str) -> Json:
    return {
        "number": entry.number,
        "state": entry.state,
        "in_use": entry.number == now,
        "name": entry.name,
        "form": entry.form,
        "size": entry.size,
        "sha256": entry.sha256,
        "uploaded_by": by or entry.uploaded_by,
        "uploaded_at": entry.uploaded_at.isoformat(),
    }


def _report(entry: Entry, now: int, by: str) -> Json:
    """An upload with everything that was found in it and its previews."""
    base = f"{BASE}/{entry.kind}/{entry.language}/{entry.number}"
    found = [
        {
            "code": one.code,
            "severity": one.severity,
            "sentence": sentence(one),
            "where": where(one.place),
            "text": one.place.text,
        }
        for one in entry.found
    ]
    previews = [f"{base}/preview/{n}.pdf" for n in SCRIPTS if f"{PREVIEW}{n}" in entry.files]
    return {**_version(entry, now, by), "findings": found, "previews": previews}
