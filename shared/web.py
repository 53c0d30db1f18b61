"""What all three web applications share: how they refuse, protect themselves and answer.

Errors are RFC 9457 problems for programs and pages in the person's language
for people; headers, size limits and trusted hosts are set for every answer.
"""

from __future__ import annotations

import hmac
import logging
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, g, jsonify, render_template, request
from flask_babel import lazy_gettext as _l
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from shared import cookies, frame, logs, security_log, words
from shared.errors import (
    Conflict,
    DojangError,
    Forbidden,
    Gone,
    Malformed,
    NotFound,
    Permanent,
    Refused,
    TooMany,
    TryLater,
    Unauthorized,
)
from shared.keys import Keyring
from shared.settings import Settings

log = logging.getLogger("dojang.web")
LANGUAGE_KEPT = timedelta(days=365)
REFUSALS = (401, 403, 404, 429)  # of ours: who asked was not let in, or not shown it

PAGES = Path(__file__).parent / "pages"
BODY_BYTES_MOST = 64 * 1024 * 1024
FORM_BYTES_MOST = 1024 * 1024
FORM_FIELDS_MOST = 200

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
NOTES_HEADER = "Dojang-Notes"
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
STATUS: tuple[tuple[type[DojangError], int], ...] = (
    (Malformed, 400),
    (NotFound, 404),
    (Unauthorized, 401),
    (Forbidden, 403),
    (Conflict, 409),
    (Gone, 410),
    (Refused, 422),
    (TooMany, 429),
    (TryLater, 503),
    (Permanent, 422),
)
TITLES: Mapping[int, Any] = {
    400: _l("This request cannot be understood."),
    401: _l("Please sign in."),
    403: _l("This is not open to you."),
    404: _l("There is nothing here."),
    405: _l("This cannot be done here."),
    409: _l("Something changed in the meantime."),
    410: _l("This link no longer works."),
    413: _l("This is too large."),
    415: _l("This format is not understood."),
    422: _l("Something has to be corrected."),
    429: _l("Too many tries. Wait a moment, then try again."),
    500: _l("Something went wrong on our side. What you sent before is safe."),
    503: _l("A part of the system is away. Try again in a minute; nothing is lost."),
}


def build(
    import_name: str,
    *,
    settings: Settings,
    ready: Callable[[], bool],
    texts: Mapping[str, Any] | None = None,
    internal_hosts: Sequence[str] = (),
    notes: Callable[[], Sequence[str]] = tuple,
) -> Flask:
    """A Flask application of a department, with everything that all of them share.

    `texts` says for an error's code what a person reads; `ready()` whether the
    service can do its work now; `internal_hosts` the names other parts call it by; `notes()`
    what an operator must see to soon, said by `/readyz`.
    """
    app = Flask(import_name, static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_BYTES_MOST,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES_MOST,
        MAX_FORM_PARTS=FORM_FIELDS_MOST,
        TRUSTED_HOSTS=_trusted_hosts(settings, internal_hosts),
        TEMPLATES_AUTO_RELOAD=False,
        **cookies.configured(settings.base_url),
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    home = Path(app.root_path)
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader([home / "templates", home]), FileSystemLoader(PAGES)]
    )
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.globals.update(settings=settings, language=words.language)
    words.install(app, [home / "translations"])
    frame.install(app)
    _trust_proxies(app, settings)
    _protect(app, settings)
    _remember_language(app)
    _answer_errors(app, settings, texts or {})
    _tell_health(app, ready, notes)
    _log_requests(app)
    return app


def problem(
    code: str, status: int, title: str, detail: str = "", *, base_url: str = "", **more: Any
) -> Response:
    """An RFC 9457 problem: `type` ends with the code, which never changes its meaning."""
    body: dict[str, Any] = {
        "type": f"{base_url}/problems/{code}",
        "title": title,
        "status": status,
        "detail": detail or title,
        **more,
    }
    answer = jsonify(body)
    answer.status_code = status
    answer.content_type = "application/problem+json"
    if "retry_after" in more:
        answer.headers["Retry-After"] = str(more["retry_after"])
    return answer


def wants_json() -> bool:
    """Whether a program asks rather than a person at a page."""
    if request.path.startswith(("/api/", "/internal/")) or request.path.endswith(".json"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json" and bool(request.headers.get("Accept"))


def status_of(error: DojangError) -> int:
    """The HTTP status of an error of our own."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def form_token(keyring: Keyring, subject: str) -> str:
    """The token that a page's forms carry: an HMAC over the session id or the link."""
    return keyring.current("session").mac(b"form", subject.encode()).hex()


def check_form(keyring: Keyring, subject: str) -> None:
    """Refuse a POST that did not come from our own page. Raises Forbidden("foreign_form")."""
    check_origin()
    given = request.form.get("form_token", "").encode()
    for key in keyring.accepted("session"):
        if hmac.compare_digest(key.mac(b"form", subject.encode()).hex().encode(), given):
            return
    raise Forbidden("foreign_form", "the form token is missing or of another session")


def check_origin() -> None:
    """Refuse a request whose browser says that it comes from elsewhere."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise Forbidden("foreign_form", "the request comes from another site")
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "same-site", "none"):
        raise Forbidden("foreign_form", "the request comes from another site")


def _trusted_hosts(settings: Settings, internal_hosts: Sequence[str]) -> list[str]:
    hosts = [urlsplit(settings.base_url).hostname or "", *internal_hosts]
    if not settings.production:
        hosts += ["127.0.0.1", "localhost", "::1"]
    return hosts


def _trust_proxies(app: Flask, settings: Settings) -> None:
    count = int(settings.trusted_proxies)
    if count:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )


def _protect(app: Flask, settings: Settings) -> None:
    @app.after_request
    def _headers(answer: Response) -> Response:
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        if settings.base_url.startswith("https://"):
            answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if not request.path.startswith("/static/"):
            answer.headers.setdefault("Cache-Control", "no-store")
        return answer


def _remember_language(app: Flask) -> None:
    @app.after_request
    def _cookie(answer: Response) -> Response:
        wish = request.args.get("language")
        if wish in words.LANGUAGES:
            cookies.put(answer, cookies.LANGUAGE, wish, LANGUAGE_KEPT)
        return answer


def _answer_errors(app: Flask, settings: Settings, texts: Mapping[str, Any]) -> None:
    def answer(code: str, status: int, detail: Any, more: Mapping[str, Any]) -> Response:
        title = str(TITLES.get(status, TITLES[500]))
        said = str(detail) if detail else title
        if wants_json():
            return problem(code, status, title, said, base_url=settings.base_url, **more)
        page = render_template("error.html", status=status, title=title, detail=said, code=code)
        made = Response(page, status=status, content_type="text/html; charset=utf-8")
        if "retry_after" in more:
            made.headers["Retry-After"] = str(more["retry_after"])
        return made

    @app.errorhandler(DojangError)
    def _ours(error: DojangError) -> Response:
        text = texts.get(error.code)
        detail = str(text) % dict(error.facts) if text else ""
        status = status_of(error)
        if status in REFUSALS:
            route = request.url_rule.rule if request.url_rule else "-"
            about = {"code": error.code, "method": request.method, "route": route}
            security_log.tell("request.refused", who=g.get("told_who", ""), **about)
        return answer(error.code, status, detail, error.facts)

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        status = error.code or 500
        if status < 400 and error.response is not None:
            return error.response  # type: ignore[return-value]  # a redirect of the router
        made = answer(f"http_{status}", status, "", {})
        if status == 405:
            made.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or [])
        return made

    @app.errorhandler(Exception)
    def _fault(error: Exception) -> Response:
        log.error(
            "fault in %s of request %s: %s",
            request.endpoint,
            g.get("request_id"),
            type(error).__name__,
            exc_info=error,
        )
        return answer("fault", 500, "", {"request_id": g.get("request_id")})


def _tell_health(app: Flask, ready: Callable[[], bool], notes: Callable[[], Sequence[str]]) -> None:
    @app.get("/healthz")
    def _alive() -> Response:
        return jsonify(status="alive")

    @app.get("/readyz")
    def _ready() -> Response:
        good = ready()
        said = list(notes())
        more = {"notes": said} if said else {}
        answer = jsonify(status="ready" if good else "not ready", **more)
        answer.status_code = 200 if good else 503
        if said:  # for a gateway that asks several and hands on one answer
            answer.headers[NOTES_HEADER] = ", ".join(said)
        return answer


def _log_requests(app: Flask) -> None:
    """One line a request, with the route instead of the path: no token, number or name."""

    @app.before_request
    def _begin() -> None:
        g.request_id = uuid.uuid4().hex
        logs.begin_request(g.request_id, str((request.view_args or {}).get("application_id", "")))
        g.began = time.perf_counter()

    @app.after_request
    def _end(answer: Response) -> Response:
        ms = (time.perf_counter() - g.get("began", time.perf_counter())) * 1000
        route = request.url_rule.rule if request.url_rule else "-"
        log.info("%s %s %d %.0f ms %s", request.method, route, answer.status_code, ms, g.request_id)
        return answer
