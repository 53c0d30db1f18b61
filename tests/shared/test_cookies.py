"""Cookies: for this site and no script; under https bound to this very host (RFC 6265bis)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask, Response

from shared import cookies, web
from shared.settings import Settings


def app(base_url: str) -> Flask:
    made = Flask("cookies")
    made.config.update(cookies.configured(base_url))

    @made.get("/put")
    def put() -> Response:
        answer = Response("")
        cookies.put(answer, cookies.SESSION, "secret", timedelta(hours=1))
        return answer

    @made.get("/drop")
    def drop() -> Response:
        answer = Response("")
        cookies.drop(answer, cookies.SESSION)
        return answer

    @made.get("/read")
    def read() -> str:
        return cookies.read(cookies.SESSION)

    return made


@pytest.mark.parametrize(
    ("base_url", "name", "secure"),
    [("https://dojang.example", "__Host-dojang_session", True),
     ("http://127.0.0.1:8000", "dojang_session", False)],
)  # fmt: skip
def test_it_is_kept_read_and_dropped(base_url: str, name: str, secure: bool) -> None:
    client = app(base_url).test_client()
    said = client.get("/put", base_url=base_url).headers["Set-Cookie"]
    parts = said.split("; ")
    assert parts[0] == f"{name}=secret"
    assert {"HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=3600"} <= set(parts)
    assert ("Secure" in parts, "Domain" in said) == (secure, False)
    assert client.get("/read", base_url=base_url).text == "secret"
    client.get("/drop", base_url=base_url)
    assert client.get("/read", base_url=base_url).text == ""


def test_what_a_neighbour_planted_is_not_read_under_https() -> None:
    address = "https://dojang.example"
    client = app(address).test_client()
    for planted in ("dojang_session", "__host-dojang_session"):
        client.set_cookie(planted, "planted", domain="dojang.example", secure=True)
    assert client.get("/read", base_url=address).text == ""


def test_the_language_is_a_cookie_like_every_other() -> None:
    settings = Settings(base_url="https://dojang.example")
    client = web.build("services.forms", settings=settings, ready=lambda: True).test_client()
    said = client.get("/healthz?language=en", base_url="https://dojang.example")
    parts = said.headers["Set-Cookie"].split("; ")
    assert parts[0] == "__Host-language=en"
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(parts)
