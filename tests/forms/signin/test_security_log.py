"""Who came in, who did not, and who was refused what: a line each, with marks for people."""

from __future__ import annotations

import json
import logging

import pytest

from shared.logs import JsonLines
from shared.security_log import NAME, mark
from tests.forms.campus import CODE, DESK, HAN, PASSWORD, Campus


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, NAME)
    return caplog


def events(told: pytest.LogCaptureFixture) -> list[dict[str, str]]:
    """What was told so far, as a program reads it from the JSON lines."""
    lines = [json.loads(JsonLines().format(one)) for one in told.records if one.name == NAME]
    told.clear()
    return [line["about"] for line in lines]


def test_signing_in_and_out_are_told_with_way_and_network(
    campus: Campus, told: pytest.LogCaptureFixture
) -> None:
    who = mark(campus.parts.keyring, HAN)
    api = campus.client(HAN)
    api.send("DELETE", "/session")
    found = events(told)
    assert [one["event"] for one in found] == ["password.right", "session.opened", "session.ended"]
    assert {one["who"] for one in found} == {who}
    assert len({one["from"] for one in found}) == 1
    assert (found[1]["way"], found[1]["use"]) == ("sent", "api")


def test_wrong_passwords_and_codes_are_told_and_when_an_account_is_closed(
    campus: Campus, told: pytest.LogCaptureFixture
) -> None:
    api = campus.client()
    for _ in range(12):
        api.post("/session", {"id": HAN, "password": "wrong"})
    found = [one["event"] for one in events(told)]
    assert found.count("password.wrong") == 10
    assert found.count("password.closed") == 2
    opened = api.post("/session", {"id": DESK, "password": PASSWORD}).json["challenge"]
    api.post(f"/session/{opened}/send", {"channel": "email"})
    api.post(f"/session/{opened}/verify", {"code": "999999"})
    wrong = next(one for one in events(told) if one["event"] == "code.wrong")
    assert (wrong["who"], wrong["code"]) == (mark(campus.parts.keyring, DESK), "wrong_code")


def test_what_somebody_was_not_let_into_is_told_with_who_it_was(
    campus: Campus, told: pytest.LogCaptureFixture
) -> None:
    api = campus.client(HAN)
    events(told)
    assert api.get("/applications/0123456789abcdef0123456789abcdef").status_code == 404
    assert api.get("/desk/applications").status_code == 403
    assert campus.client().get("/applications").status_code == 401
    who = mark(campus.parts.keyring, HAN)
    found = [(one["code"], one["route"], one.get("who", "")) for one in events(told)]
    assert found == [
        ("no_application", "/api/v1/applications/<application_id>", who),
        ("staff_only", "/api/v1/desk/applications", who),
        ("not_signed_in", "/api/v1/applications", ""),
    ]


def test_a_change_of_how_somebody_signs_in_is_told(
    campus: Campus, told: pytest.LogCaptureFixture
) -> None:
    api = campus.client(HAN)
    body = {"current": PASSWORD, "password": "해가 지면 달이 뜬다"}
    assert api.post("/account/password", body).status_code < 300
    assert "account.password_changed" in [one["event"] for one in events(told)]


def test_no_line_says_who_it_is(campus: Campus, told: pytest.LogCaptureFixture) -> None:
    campus.client(HAN)
    campus.client().post("/session", {"id": HAN, "password": "wrong"})
    written = " ".join(one.getMessage() for one in told.records)
    assert "session.opened" in written
    for secret in (HAN, PASSWORD, CODE, "127.0.0.1"):
        assert secret not in written


def test_a_mark_is_the_same_for_the_same_account_and_no_other(campus: Campus) -> None:
    keyring = campus.parts.keyring
    assert mark(keyring, HAN) == mark(keyring, f" {HAN.upper()} ")
    assert mark(keyring, HAN) != mark(keyring, DESK)
