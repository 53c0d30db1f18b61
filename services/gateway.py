"""The embedded default's gateway: three applications in one process, by the table of routes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from werkzeug.test import run_wsgi_app

from services.routes import department
from shared.web import HEADERS, NOTES_HEADER

NOWHERE = {"type": "/problems/http_404", "title": "There is nothing here.", "status": 404}

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Gateway:
    """Hands each request to its department; `/readyz` is all of them, `/internal` nobody."""

    def __init__(self, apps: Mapping[str, Wsgi], ready: Callable[[], bool]) -> None:
        self._apps = apps
        self._ready = ready

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/readyz":
            return self._tell_ready(environ, start_response)
        service = department(path)
        if service is None:
            return _answer(start_response, "404 Not Found", NOWHERE, "application/problem+json")
        return self._apps[service](environ, start_response)

    def _tell_ready(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Ready when the ground is and each department says so; what they note is told on."""
        good, notes = self._ready(), list[str]()
        for app in self._apps.values():
            _, status, headers = run_wsgi_app(app, environ)
            good = good and status.startswith("200")
            notes += [headers[NOTES_HEADER]] if NOTES_HEADER in headers else []
        said: dict[str, Any] = {"status": "ready" if good else "not ready"}
        said |= {"notes": ", ".join(notes).split(", ")} if notes else {}
        return _answer(start_response, "200 OK" if good else "503 Service Unavailable", said)


def _answer(
    start_response: Callable[..., Any],
    status: str,
    body: Mapping[str, Any],
    media_type: str = "application/json",
) -> Iterable[bytes]:
    content = json.dumps(body).encode()
    own = [
        ("Content-Type", media_type),
        ("Content-Length", str(len(content))),
        ("Cache-Control", "no-store"),
    ]
    start_response(status, [*own, *HEADERS.items()])
    return [content]
