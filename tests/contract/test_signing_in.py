"""Contract "HTTP", sessions: two steps, a bearer token, an end; limits; the privacy notice."""

from __future__ import annotations

import re
import statistics
import time
from pathlib import Path
from typing import Any

import httpx

from tests.contract.asking import CODE, Stranger, account, assert_problem
from tests.parts.product import Embedded


def opened(stranger: Stranger, who: dict[str, Any]) -> dict[str, Any]:
    body = {"id": who["id"], "password": who["password"]}
    answer = stranger.ask("POST", "/api/v1/session", json=body)
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.json())


def sent(stranger: Stranger, challenge: str, channel: str) -> httpx.Response:
    path = f"/api/v1/session/{challenge}/send"
    return stranger.ask("POST", path, json={"channel": channel})


def test_a_right_password_opens_a_challenge_and_tells_the_channels(stranger: Stranger) -> None:
    found = opened(stranger, account("student"))
    assert isinstance(found["challenge"], str)
    assert found["channels"] == ["email", "sms"]


def test_a_code_comes_by_sms_too_and_gives_a_token(stranger: Stranger) -> None:
    who = account("student", 2)
    challenge = opened(stranger, who)["challenge"]
    seen = stranger.cast.mailbox.seen()
    assert sent(stranger, challenge, "sms").status_code in (200, 202)
    message = stranger.cast.mailbox.wait(seen, lambda m: m["message"] == "sign_in_code")
    assert message["channel"] == "sms"
    code = CODE.search(message["text"])
    assert code, "six digits, ungrouped"
    verify = f"/api/v1/session/{challenge}/verify"
    wrong = "000000" if code[0] != "000000" else "111111"
    assert_problem(stranger.ask("POST", verify, json={"code": wrong}), 401)
    right = stranger.ask("POST", verify, json={"code": code[0]})
    assert right.status_code in (200, 201)
    headers = {"Authorization": f"Bearer {right.json()['token']}"}
    assert stranger.get("/api/v1/kinds", **headers).status_code == 200
    assert stranger.ask("POST", verify, json={"code": code[0]}).status_code >= 400, "once"


def test_signing_out_ends_the_session_on_the_server(stranger: Stranger) -> None:
    person = stranger.cast.signed_in(account("student", 3)["id"])
    assert person.request("GET", "/api/v1/kinds").status_code == 200
    assert person.request("DELETE", "/api/v1/session").status_code in (200, 204)
    assert_problem(person.request("GET", "/api/v1/kinds"), 401)
    assert_problem(person.request("POST", "/api/v1/applications", json={}), 401)


def test_the_sixth_unverified_code_is_refused_with_when_to_come_back(stranger: Stranger) -> None:
    who = account("student", 4)
    for _ in range(3):
        challenge = opened(stranger, who)["challenge"]
        assert sent(stranger, challenge, "email").status_code == 200
    for channel in ("sms", "email"):
        assert sent(stranger, challenge, channel).status_code == 200
    sixth = sent(stranger, challenge, "email")
    assert_problem(sixth, 429)
    assert 1 <= int(sixth.headers["Retry-After"]) <= 15 * 60
    assert "challenge" in opened(stranger, who), "a right password always opens a challenge"


def test_verified_codes_do_not_count(stranger: Stranger) -> None:
    who = account("student", 5)
    for _ in range(7):
        challenge = opened(stranger, who)["challenge"]
        seen = stranger.cast.mailbox.seen()
        assert sent(stranger, challenge, "email").status_code == 200
        mail = stranger.cast.mailbox.wait(seen, lambda m: m["message"] == "sign_in_code")
        code = CODE.search(mail["text"])
        assert code
        verify = f"/api/v1/session/{challenge}/verify"
        assert stranger.ask("POST", verify, json={"code": code[0]}).status_code == 200


def test_an_unknown_id_and_a_wrong_password_get_the_same_answer_in_the_same_time(
    stranger: Stranger,
) -> None:
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    said = {}
    ids = {"known": account("student", 6)["id"], "unknown": "2024-0000"}
    for _ in range(6):
        for which, login_id in ids.items():
            body = {"id": login_id, "password": "a wrong password"}
            began = time.perf_counter()
            answer = stranger.ask("POST", "/api/v1/session", json=body)
            took[which].append(time.perf_counter() - began)
            said[which] = (assert_problem(answer, 401), sorted(answer.headers.keys()))
    assert said["known"] == said["unknown"]
    known, unknown = (statistics.median(took[which]) for which in ("known", "unknown"))
    assert 0.5 < known / unknown < 2


def test_writes_need_the_bearer_token_a_cookie_is_not_enough(stranger: Stranger) -> None:
    person = stranger.cast.signed_in(account("student", 2)["id"])
    token = person._headers["Authorization"].split()[1]
    for name in ("dojang_session", "session"):
        answer = stranger.ask(
            "POST", "/api/v1/applications", json={}, headers={"Cookie": f"{name}={token}"}
        )
        assert_problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_wrong_bodies_are_refused_by_field_never_with_a_fault(stranger: Stranger) -> None:
    bodies: list[Any] = [{}, [], 1, None, {"id": 1, "password": 2}, {"id": "x"}, {"id": ["x"]},
                         {"id": "x\x00", "password": "y"}, {"id": "x" * 5000, "password": "y"},
                         {"id": "x", "password": "y" * 5000}]  # fmt: skip
    for body in bodies:
        answer = stranger.ask("POST", "/api/v1/session", json=body)
        assert 400 <= answer.status_code < 500, (body, answer.status_code)
    for path in ("/api/v1/session/nonsense/send", "/api/v1/session/nonsense/verify"):
        for body in ({}, {"channel": "pigeon"}, {"code": "abc"}, {"channel": 1}, {"code": 123456}):
            answer = stranger.ask("POST", path, json=body)
            assert 400 <= answer.status_code < 500, (body, answer.status_code)
    challenge = opened(stranger, account("student"))["challenge"]
    assert_problem(sent(stranger, challenge, "pigeon"), 422)
    verify = f"/api/v1/session/{challenge}/verify"
    for code in ("", "12345", "1234567", "abcdef", "１２３４５６", " ", "1" * 500):
        answer = stranger.ask("POST", verify, json={"code": code})
        assert answer.status_code in (401, 422), (code, answer.status_code)


def test_until_the_notice_is_accepted_everything_else_is_403(
    stranger: Stranger, product: Embedded
) -> None:
    token = invited(stranger, product, account("student", 8)["id"])
    person = {"Authorization": f"Bearer {token}"}
    for path in ("/api/v1/kinds", "/api/v1/applications", "/api/v1/applications/x"):
        assert_problem(stranger.get(path, **person), 403, "notice_required")
    refused = stranger.ask("POST", "/api/v1/applications", json={}, headers=person)
    assert_problem(refused, 403, "notice_required")
    accepted = stranger.ask("POST", "/api/v1/session/notice", headers=person)
    assert accepted.status_code in (200, 201, 204)
    assert stranger.get("/api/v1/kinds", **person).status_code == 200


def invited(stranger: Stranger, product: Embedded, login_id: str) -> str:
    """The token of somebody whose acceptance of the notice was taken off the record."""
    product.stop()
    import sqlite3

    with sqlite3.connect(Path(product.data) / "forms.sqlite") as register:
        tables = register.execute("select name, sql from sqlite_master where type='table'")
        name = next(t for t, sql in tables if "notice_accepted_at" in (sql or ""))
        register.execute(
            f"update {name} set notice_accepted_at = null where login_id = ?", (login_id,)
        )
    register.close()
    product.start()
    person = stranger.cast.signed_in(login_id)
    return re.sub("^Bearer ", "", person._headers["Authorization"])
