"""A span for each request that an application answers: its route and status, never its path.

Whoever asks from outside cannot say which trace it belongs to, so each of
their requests begins one; only the calls inside go on with the caller's.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from flask import Flask, Response, g, request
from flask.signals import request_finished, request_started, request_tearing_down

from shared.metrics import METHODS
from shared.traces.span import (
    CASE,
    NO_TRACES,
    TRACEPARENT,
    Facts,
    Kind,
    Traces,
    doing,
    here,
    opaque,
    read,
)

INSIDE = "/internal/"
QUIET = ("/healthz", "/readyz", "/static/")  # asked so often that nobody would find the others


def watch(traces: Traces, app: Flask) -> Flask:
    """Have a span made of each request of an application; gives it back.

    By Flask's signals: the functions before a request are not all called where one answers.
    """
    if traces is NO_TRACES:
        return app

    def begin(_app: Flask, **_more: Any) -> None:
        rule = request.url_rule.rule if request.url_rule else ""
        if not rule.startswith(QUIET):
            parent = read(request.headers.get(TRACEPARENT)) if rule.startswith(INSIDE) else ""
            method = request.method if request.method in METHODS else "_OTHER"
            facts = {"http.request.method": method, **_facts(rule)}
            span = traces.begin(f"{method} {rule}".strip(), Kind.SERVER, facts, parent)
            g.traced = ExitStack()
            g.traced.enter_context(doing(span))

    def finish(_app: Flask, response: Response, **_more: Any) -> None:
        if "traced" in g:
            here().note("http.response.status_code", response.status_code)
            if response.status_code >= 500:
                here().fail(str(response.status_code))

    def end(_app: Flask, **_more: Any) -> None:
        if "traced" in g:
            g.pop("traced").close()

    request_started.connect(begin, app, weak=False)
    request_finished.connect(finish, app, weak=False)
    request_tearing_down.connect(end, app, weak=False)
    return app


def _facts(rule: str) -> Facts:
    facts = {"http.route": rule} if rule else {}
    return {**facts, **opaque(CASE, (request.view_args or {}).get("application_id"))}
