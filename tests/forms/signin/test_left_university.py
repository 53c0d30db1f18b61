"""Who signs out at the campus identity provider is signed out here (Back-Channel Logout 1.0)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from services.forms.app import create_app
from services.forms.people import register
from services.forms.signin import sessions
from services.forms.signin.university import LOGOUT_EVENT, Provider
from shared import cookies
from shared.clock import StandingClock
from tests.forms.campus import HAN, Campus
from tests.forms.pages.browser import Browser

KEY = RSAKey.generate_key(2048, parameters={"kid": "k1", "use": "sig", "alg": "RS256"})
SUBJECT, SESSION = "subject-of-han", "their-session"


class Documents(BaseHTTPRequestHandler):
    """What a provider publishes: where things are, and its keys."""

    def do_GET(self) -> None:
        issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        found: dict[str, Any] = {
            "issuer": issuer, "authorization_endpoint": f"{issuer}/auth",
            "token_endpoint": f"{issuer}/token", "jwks_uri": f"{issuer}/jwks",
            "id_token_signing_alg_values_supported": ["RS256"],
        }  # fmt: skip
        if self.path == "/jwks":
            found = {"keys": [KEY.as_dict(private=False)]}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(found).encode())

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Documents)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Door:
    """Forms with that provider, and Han who came from there."""

    campus: Campus
    issuer: str

    def claims(self, **more: Any) -> dict[str, Any]:
        """What a good logout token says."""
        now = int(self.campus.clock.now().timestamp())
        return {
            "iss": self.issuer, "aud": "dojang", "iat": now, "exp": now + 120, "jti": "one",
            "sub": SUBJECT, "sid": SESSION, "events": {LOGOUT_EVENT: {}}, **more,
        }  # fmt: skip

    def says(self, claims: dict[str, Any], key: RSAKey = KEY, **header: str) -> int:
        """The provider posts a token; the status that it gets."""
        head = {"alg": "RS256", "kid": "k1", "typ": "logout+jwt", **header}
        token = jwt.encode(head, claims, key)
        answer = self.campus.app.test_client().post(
            "/sign-in/university/logout", data={"logout_token": token}
        )
        assert answer.headers["Cache-Control"] == "no-store"
        return int(answer.status_code)

    def han(self, subject: str = SUBJECT, session: str = SESSION) -> Browser:
        """A browser of Han's, signed in by the university (or by a code, without a subject)."""
        parts, browser = self.campus.parts, Browser(self.campus.app.test_client(), "en")
        with parts.database.write() as opened:
            account = register.find_account(opened, HAN)
            assert account is not None
            way = sessions.UNIVERSITY if subject else sessions.CODE
            token, _ = sessions.open_session(opened, parts, account, "page", way, subject, session)
        browser.remember(cookies.SESSION, token)
        return browser


@pytest.fixture
def door(campus: Campus, issuer: str) -> Door:
    now = datetime.now(UTC)
    campus.clock.advance(now - campus.clock.now())
    chosen = replace(campus.parts.settings, oidc_issuer=issuer, oidc_client="dojang")
    provider = Provider(chosen, StandingClock(now))
    parts = replace(campus.parts, settings=chosen, provider=provider)
    app = create_app(parts)
    app.testing = True
    return Door(replace(campus, parts=parts, app=app), issuer)


def is_in(browser: Browser) -> bool:
    return browser.open("/account").address == "/account"


@pytest.mark.parametrize("without", ["", "sub", "sid"])
def test_signing_out_there_signs_out_here(door: Door, without: str) -> None:
    browser = door.han()
    assert is_in(browser)
    claims = door.claims()
    claims.pop(without, None)
    assert door.says(claims) == 200
    assert not is_in(browser)
    assert door.says(claims) == 200  # a second one finds nothing to end


def test_other_sessions_stay(door: Door) -> None:
    elsewhere, by_code = door.han(session="another"), door.han("", "")
    assert door.says(door.claims()) == 200
    assert is_in(elsewhere)
    assert is_in(by_code)


def test_a_token_played_again_ends_no_later_session(door: Door) -> None:
    claims = door.claims()
    door.campus.clock.advance(timedelta(minutes=3))
    later = door.han()
    assert door.says(claims) == 200
    assert is_in(later)


BAD: tuple[dict[str, Any], ...] = (
    {"iss": "https://elsewhere.example"},
    {"aud": "another"},
    {"exp": 1},
    {"iat": None},
    {"jti": None},
    {"events": {}},
    {"events": None},
    {"events": {LOGOUT_EVENT: "yes"}},
    {"nonce": "of an ID token"},
    {"sub": None, "sid": None},
    {"sub": 5},
)


@pytest.mark.parametrize("change", BAD, ids=str)
def test_a_token_that_is_not_of_a_logout_ends_nothing(door: Door, change: dict[str, Any]) -> None:
    browser = door.han()
    claims = {name: value for name, value in door.claims(**change).items() if value is not None}
    assert door.says(claims) == 400
    assert is_in(browser)


def test_a_token_that_somebody_else_signed_or_of_another_type_ends_nothing(door: Door) -> None:
    browser = door.han()
    stranger = RSAKey.generate_key(2048, parameters={"kid": "k1"})
    assert door.says(door.claims(), stranger) == 400
    assert door.says(door.claims(), typ="at+jwt") == 400
    post = door.campus.app.test_client().post
    for given in ({}, {"logout_token": "x.y.z"}, {"logout_token": ""}):
        assert post("/sign-in/university/logout", data=given).status_code == 400
    assert is_in(browser)
