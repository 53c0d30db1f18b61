"""Cookies: out of reach of scripts, sent from this site alone; under https bound to this very host.

Under https a name begins with `__Host-`, so that a browser takes it from this host alone, over TLS,
for all of its paths (RFC 6265bis 4.1.3.2): no neighbour below the same domain can plant one.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Response, current_app, request

SESSION, SIGN_IN, DEVICE, UNIVERSITY = "dojang_session", "signin", "device", "university"
DESK = "dojang_desk"  # forms sets it, certs and notify read it
LANGUAGE = "language"  # what somebody chose, signed in or not
VISIT = "visit"  # of somebody who is not signed in: the subject of their form tokens
HTTPS = "DOJANG_HTTPS"  # in an application's configuration


def configured(base_url: str) -> dict[str, bool]:
    """What an application is to be configured with for these functions."""
    return {HTTPS: base_url.startswith("https://")}


def read(name: str) -> str:
    """What the browser sent; "" for nothing."""
    return request.cookies.get(_called(name), "")


def put(answer: Response, name: str, value: str, lasting: timedelta | None = None) -> None:
    """Have the browser keep a value, for as long as it is open unless said."""
    answer.set_cookie(
        _called(name),
        value,
        max_age=None if lasting is None else int(lasting.total_seconds()),
        path="/",
        httponly=True,
        samesite="Lax",
        secure=current_app.config[HTTPS],
    )


def drop(answer: Response, name: str) -> None:
    """Have the browser forget it."""
    answer.delete_cookie(
        _called(name), path="/", httponly=True, samesite="Lax", secure=current_app.config[HTTPS]
    )


def _called(name: str) -> str:
    return f"__Host-{name}" if current_app.config[HTTPS] else name
