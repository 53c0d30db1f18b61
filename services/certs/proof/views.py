"""`/verify/keys`, and the page that checks prints without a server."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request

from services.certs.parts import Parts
from services.certs.proof.book import PAGE, VERDICTS, book, day_of
from shared.frame import STATIC
from shared.words import LANGUAGES

HERE = Path(__file__).parent / "page"
OFFLINE = "/verify/offline"
FILE_NAME = "dojang-verify.html"
ICONS = ("icon-192.png", "icon-512.png")
SCRIPTS = (HERE / "jsQR.js", STATIC / "proof.js", HERE / "offline.js")


def blueprint(parts: Parts) -> Blueprint:
    """For everybody, without sign-in."""
    views = Blueprint("proof", __name__)

    @views.get("/verify/keys")
    def keys() -> Response:
        """All keys that ever signed (RFC 7517), for whoever checks by a program of their own."""
        answer = jsonify(parts.prover.published())
        answer.content_type = "application/jwk-set+json"
        answer.headers["Access-Control-Allow-Origin"] = "*"
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return answer

    @views.get(OFFLINE)
    def page() -> Response:
        answer = Response(_page(parts, installable=True), content_type="text/html; charset=utf-8")
        answer.headers["Content-Security-Policy"] = policy(
            "connect-src 'self'; img-src 'self' blob:; manifest-src 'self'; worker-src 'self'; "
            "frame-ancestors 'none'"
        )
        answer.headers["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=()"
        return answer

    @views.get(f"{OFFLINE}/file")
    def file() -> Response:
        """The same page as one file, to be handed out."""
        answer = Response(_page(parts, installable=False), content_type="text/html; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
        return answer

    @views.get(f"{OFFLINE}/worker.js")
    def worker() -> Response:
        answer = Response(_text(HERE / "worker.js"), content_type="text/javascript; charset=utf-8")
        answer.headers["Service-Worker-Allowed"] = OFFLINE
        return answer

    @views.get(f"{OFFLINE}/app.webmanifest")
    def manifest() -> Response:
        said = json.dumps(_manifest(parts), ensure_ascii=False)
        return Response(said, content_type="application/manifest+json")

    def icon() -> Response:
        name = request.path.rsplit("/", 1)[1]
        return Response((HERE / name).read_bytes(), content_type="image/png")

    for name in ICONS:
        views.add_url_rule(f"{OFFLINE}/{name}", name.split(".")[0], icon)
    return views


def policy(more: str) -> str:
    """The page's own scripts and styles by their hashes, and nothing else."""
    scripts = " ".join(_hash(_text(path)) for path in SCRIPTS)
    return (
        f"default-src 'none'; script-src {scripts}; style-src {_hash(_style())}; "
        f"form-action 'none'; base-uri 'none'; {more}"
    )


def _page(parts: Parts, *, installable: bool) -> str:
    known = book(parts.settings, parts.library, parts.prover, LANGUAGES, {**VERDICTS, **PAGE})
    known |= {"day": day_of(parts.clock.now())}
    known |= {"scope": OFFLINE, "worker": f"{OFFLINE}/worker.js"} if installable else {}
    return render_template(
        "proof/page/offline.html",
        book=known,
        words=known["words"],
        languages=LANGUAGES,
        style=_style(),
        scripts=[_text(path) for path in SCRIPTS],
        installable=installable,
        policy="" if installable else policy("img-src blob:"),
        offline=OFFLINE,
    )


def _manifest(parts: Parts) -> dict[str, Any]:
    """W3C web application manifest."""
    return {
        "name": f"{parts.settings.university_ko} 문서 확인",
        "short_name": "문서 확인",
        "lang": "ko",
        "start_url": OFFLINE,
        "scope": OFFLINE,
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#ab2b36",
        "icons": [
            {
                "src": f"{OFFLINE}/{name}",
                "sizes": "x".join([name[5:8]] * 2),
                "type": "image/png",
                "purpose": "any",
            }
            for name in ICONS
        ],
    }


@cache
def _text(path: Path) -> str:
    return path.read_text("utf-8")


@cache
def _style() -> str:
    """The look of all pages, without the faces that it would fetch."""
    lines = _text(STATIC / "dojang.css").splitlines()
    own = [line for line in lines if not line.startswith(("@charset", "@font-face"))]
    return "\n".join([*own, _text(HERE / "offline.css")])


@cache
def _hash(text: str) -> str:
    """As a Content Security Policy names what may run (CSP 3, 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
