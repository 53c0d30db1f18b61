"""The one call: forms' client and notify's routes keep one contract, over WSGI as over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import waitress
from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

from services.forms.verifications import HttpVerifications
from shared.errors import NotFound, Permanent, TooMany, TryLater
from shared.inside import admitted
from shared.keys import Keyring
from shared.settings import Settings
from tests.parts.tls import certificate, served_with


def notify(keyring: Keyring) -> Flask:
    """notify's routes as ARCHITECTURE writes them, each case by its id."""
    app = Flask("notify")

    @app.post("/internal/verifications")
    def start() -> Any:
        if not admitted(request.headers.get("Authorization"), keyring):
            return Response(status=401)
        return jsonify(verification_id="v", channels=["email"]), 201

    @app.post("/internal/verifications/<id_>/send")
    def send(id_: str) -> Any:
        if id_ == "many":
            return Response(status=429, headers={"Retry-After": "61"})
        if id_ == "away":
            return jsonify(type="http://x/problems/channel_unavailable"), 503
        if id_ == "broken":
            return Response("<html>", status=500)
        if id_ == "none":
            return Response(status=404)
        return jsonify(channel="email", expires_at="2022-09-06T14:12:00+09:00")

    @app.post("/internal/verifications/<id_>/check")
    def check(id_: str) -> Any:
        right = request.get_json()["code"] == "123456"
        return jsonify(verified=right, checks_left=4, reason="" if right else "wrong")

    return app


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring.open(Settings.read({"DOJANG_DATA": str(tmp_path)}), {})


@pytest.fixture(params=["in process", "over a network"])
def client(request: pytest.FixtureRequest, keyring: Keyring) -> Iterator[HttpVerifications]:
    app = notify(keyring)
    if request.param == "in process":
        made = HttpVerifications("http://notify", keyring, httpx.WSGITransport(app=app))
        yield made
        made.close()
        return
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=2)
    thread = threading.Thread(target=server.run)
    thread.start()
    made = HttpVerifications(f"http://127.0.0.1:{server.effective_port}", keyring)
    yield made
    made.close()
    server.trigger.pull_trigger(server.close)  # by the thread that serves
    thread.join(10)


def test_a_verification_is_started_sent_and_checked(client: HttpVerifications) -> None:
    client.start("v", purpose="sign_in", person="p", language="ko", addresses={"email": "a@b.c"})
    assert client.send("v", "email").expires_at.isoformat() == "2022-09-06T14:12:00+09:00"
    assert client.check("v", "123456").verified
    wrong = client.check("v", "000000")
    assert (wrong.verified, wrong.checks_left, wrong.reason) == (False, 4, "wrong")


def test_each_refusal_is_an_error_of_its_own(client: HttpVerifications) -> None:
    with pytest.raises(TooMany) as many:
        client.send("many", "email")
    assert many.value.facts["retry_after"] == 61
    for id_, code in (("away", "channel_unavailable"), ("broken", "codes_unavailable")):
        with pytest.raises(TryLater) as away:
            client.send(id_, "email")
        assert away.value.code == code
    with pytest.raises(NotFound):
        client.send("none", "email")


def test_a_caller_with_another_secret_is_not_admitted(keyring: Keyring, tmp_path: Path) -> None:
    other = Keyring.open(Settings.read({"DOJANG_DATA": str(tmp_path / "other")}), {})
    client = HttpVerifications("http://n", other, httpx.WSGITransport(app=notify(keyring)))
    with pytest.raises(TryLater):
        client.start("v", purpose="sign_in", person="p", language="ko", addresses={})
    client.close()


def test_nobody_there_is_something_to_try_later(keyring: Keyring) -> None:
    client = HttpVerifications("http://127.0.0.1:9", keyring)
    with pytest.raises(TryLater):
        client.send("v", "email")
    client.close()
    assert not issubclass(TryLater, Permanent)


def test_over_tls_only_whom_our_root_vouches_for_gets_the_secret(
    keyring: Keyring, tmp_path: Path
) -> None:
    ours, foreign = tmp_path / "ours", tmp_path / "foreign"
    for folder in (ours, foreign):
        folder.mkdir()
    pem, other = certificate(ours), certificate(foreign)
    server = make_server("127.0.0.1", 0, notify(keyring), ssl_context=served_with(pem))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"https://127.0.0.1:{server.port}"
    try:
        client = HttpVerifications(url, keyring, roots=pem)
        assert client.check("v", "123456").verified
        client.close()
        for address, roots in ((url, other), (url, None), (url.replace("https", "http"), pem)):
            stranger = HttpVerifications(address, keyring, roots=roots)
            with pytest.raises(TryLater):
                stranger.check("v", "123456")
            stranger.close()
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def test_a_root_for_a_call_without_tls_is_refused() -> None:
    with pytest.raises(Permanent, match="DOJANG_INSIDE_CA"):
        Settings.read({"DOJANG_INSIDE_CA": "ca.pem", "DOJANG_NOTIFY_URL": "http://notify:8000"})
