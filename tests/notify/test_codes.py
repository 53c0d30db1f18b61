"""Verification codes: sent at once, checked once, kept nowhere; the same over HTTP and within."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text
from werkzeug.serving import make_server

from services.notify.app import create_app
from services.notify.channels.interface import UNHURRIED, Accepted, Outgoing, Patience
from services.notify.codes import hotp
from services.notify.limits import wait_after
from services.notify.parts import Parts
from services.notify.tables import VerificationSend
from shared.clock import StandingClock
from shared.errors import Permanent, TryLater
from shared.inside import bearer
from tests.notify.office import NOW, RING, open_office
from tests.parts.postgres import PostgresServer

ADDRESSES = {"email": "seo@dojang.example", "sms": "010-0000-0042"}
CALLS = "/internal/verifications"


@dataclass
class Phone:
    """forms' side of the call, and the person's: what arrived."""

    client: httpx.Client
    parts: Parts
    clock: StandingClock

    def start(self, name: str = "v1", person: str = "p1", **more: Any) -> httpx.Response:
        body = {"verification_id": name, "purpose": "sign_in", "person": person, "language": "ko",
                "addresses": ADDRESSES, **more}  # fmt: skip
        return self.client.post(CALLS, json=body)

    def send(self, name: str = "v1", channel: str = "email") -> httpx.Response:
        return self.client.post(f"{CALLS}/{name}/send", json={"channel": channel})

    def check(self, code: str, name: str = "v1") -> dict[str, Any]:
        answer = self.client.post(f"{CALLS}/{name}/check", json={"code": code})
        assert answer.status_code == 200
        found: dict[str, Any] = answer.json()
        return found

    def codes(self) -> list[str]:
        assert self.parts.mailbox is not None
        found = [re.search(r"\b\d{6}\b", mail.text) for mail in self.parts.mailbox.all()]
        return [one[0] for one in found if one]

    def sent_code(self, name: str = "v1", channel: str = "email") -> str:
        assert self.send(name, channel).status_code == 200
        return self.codes()[-1]


@contextmanager
def calling(parts: Parts, how: str) -> Iterator[httpx.Client]:
    app, headers = create_app(parts), {"Authorization": bearer(RING)}
    if how == "within":
        transport = httpx.WSGITransport(app=app)
        with httpx.Client(transport=transport, base_url="http://127.0.0.1", headers=headers) as one:
            yield one
        return
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    try:
        with httpx.Client(base_url=url, headers=headers, trust_env=False) as one:
            yield one
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(params=["within", "http"])
def phone(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Phone]:
    clock = StandingClock(NOW)
    parts = open_office(f"sqlite:///{tmp_path}/notify.sqlite", clock=clock)
    with calling(parts, request.param) as client:
        yield Phone(client, parts, clock)
    parts.database.close()


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[Phone]:
    clock = StandingClock(NOW)
    parts = open_office(f"sqlite:///{tmp_path}/notify.sqlite", clock=clock)
    with calling(parts, "within") as client:
        yield Phone(client, parts, clock)
    parts.database.close()


def test_hotp_gives_the_values_of_rfc_4226_appendix_d() -> None:
    values = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
              "399871", "520489"]  # fmt: skip
    assert [hotp(b"12345678901234567890", count) for count in range(10)] == values


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_a_code_is_sent_and_the_right_one_verifies_once(phone: Phone, channel: str) -> None:
    started = phone.start()
    assert (started.status_code, started.json()["channels"]) == (201, ["email", "sms"])
    sent = phone.send(channel=channel)
    assert sent.status_code == 200
    assert sent.json()["channel"] == channel
    assert datetime.fromisoformat(sent.json()["expires_at"]) == NOW + timedelta(minutes=10)
    [code] = phone.codes()
    assert phone.check(f" {code[:3]} {code[3:]} ") == {
        "verified": True, "checks_left": 4, "reason": ""
    }  # fmt: skip
    assert phone.check(code)["reason"] == "used"
    assert phone.send().status_code == 410


def test_starting_again_changes_nothing(phone: Phone) -> None:
    phone.start()
    code = phone.sent_code()
    assert phone.start().status_code == 201
    assert phone.check(code)["verified"]


def test_five_checks_and_no_more_whatever_is_sent_again(phone: Phone) -> None:
    phone.start()
    code = phone.sent_code()
    wrong = "000000" if code != "000000" else "000001"
    assert [phone.check(wrong)["checks_left"] for _ in range(5)] == [4, 3, 2, 1, 0]
    assert phone.check(code) == {"verified": False, "checks_left": 0, "reason": "no_checks_left"}
    assert phone.check(phone.sent_code())["reason"] == "no_checks_left"


def test_only_the_newest_code_counts(inside: Phone) -> None:
    inside.start()
    first, second = inside.sent_code(), inside.sent_code()
    assert first != second
    assert inside.check(first)["reason"] == "wrong"
    assert inside.check(second)["verified"]


def test_a_code_is_good_for_ten_minutes(inside: Phone) -> None:
    inside.start()
    code = inside.sent_code()
    inside.clock.advance(timedelta(minutes=10))
    assert inside.check(code) == {"verified": False, "checks_left": 5, "reason": "expired"}
    fresh = inside.sent_code()
    inside.clock.advance(timedelta(minutes=9, seconds=59))
    assert inside.check(fresh)["verified"]


def test_before_the_first_send_there_is_nothing_to_check(inside: Phone) -> None:
    inside.start()
    assert inside.check("000000")["reason"] == "not_sent"


def test_a_code_belongs_to_its_verification(inside: Phone) -> None:
    inside.start("v1", "p1")
    inside.start("v2", "p2")
    first, second = inside.sent_code("v1"), inside.sent_code("v2")
    assert first != second
    assert not inside.check(first, "v2")["verified"]


def test_the_sixth_send_to_a_person_waits_and_says_how_long(phone: Phone) -> None:
    for number in range(6):
        phone.start(f"v{number}", "p1")
    phone.start("other", "p2")
    for number in range(5):
        assert phone.send(f"v{number}", "sms" if number % 2 else "email").status_code == 200
        phone.clock.advance(timedelta(minutes=1))
    refused = phone.send("v5")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, str(10 * 60))
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert phone.send("other").status_code == 200
    phone.clock.advance(timedelta(minutes=10))
    assert phone.send("v5").status_code == 200
    assert phone.send("v5").status_code == 429


def test_verified_sends_do_not_count(inside: Phone) -> None:
    for number in range(12):
        inside.start(f"v{number}", "p1")
        assert inside.check(inside.sent_code(f"v{number}"), f"v{number}")["verified"]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_five_sends_at_once_are_not_six(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path}/notify.sqlite"
    if kind == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.url()
    parts = open_office(url)
    with calling(parts, "http") as client, ThreadPoolExecutor(10) as many:
        phone = Phone(client, parts, StandingClock(NOW))
        names = [f"v{number}" for number in range(10)]
        for name in names:
            phone.start(name, "p1")
        statuses = [answer.status_code for answer in many.map(phone.send, names)]
    assert sorted(statuses) == [200] * 5 + [429] * 5
    parts.database.close()


class Broken:
    """A channel that does not work."""

    def __init__(self, error: TryLater | Permanent) -> None:
        self.error = error

    def send(self, outgoing: Outgoing, patience: Patience = UNHURRIED) -> Accepted:
        assert patience.total_s < 10
        raise self.error


@pytest.mark.parametrize("error", [TryLater("server_unreachable"), Permanent("no_provider")])
def test_where_one_channel_is_away_the_other_is_offered_and_nothing_is_counted(
    tmp_path: Path, error: TryLater | Permanent
) -> None:
    parts = open_office(f"sqlite:///{tmp_path}/n.sqlite", channels={"email": Broken(error)})
    with calling(parts, "within") as client:
        phone = Phone(client, parts, StandingClock(NOW))
        phone.start()
        for _ in range(7):
            answer = phone.send()
            assert answer.status_code == 503
            assert answer.json()["type"].endswith("/problems/channel_unavailable")
        assert phone.check(phone.sent_code(channel="sms"))["verified"]
    parts.database.close()


def test_a_mail_server_that_hangs_is_left_within_the_callers_patience(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mail = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        parts = open_office(f"sqlite:///{tmp_path}/n.sqlite", DOJANG_MAIL=mail)
        with calling(parts, "within") as client:
            phone = Phone(client, parts, StandingClock(NOW))
            phone.start()
            assert phone.send().status_code == 503
        parts.database.close()


def test_no_code_is_in_the_database_or_the_mailbox_table(
    inside: Phone, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    inside.start()
    code = inside.sent_code()
    inside.check("000001")
    inside.check(code)
    for path in tmp_path.glob("notify.sqlite*"):
        assert code.encode() not in path.read_bytes()
    assert code not in caplog.text
    assert "seo@dojang.example" not in caplog.text
    with inside.parts.database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM mailbox")) == 0
        assert session.scalar(text("SELECT email FROM verifications")) == ""


def test_yesterdays_verifications_are_forgotten(inside: Phone) -> None:
    inside.start("v1")
    inside.sent_code("v1")
    inside.clock.advance(timedelta(days=1, seconds=1))
    inside.start("v2")
    assert inside.client.post(f"{CALLS}/v1/check", json={"code": "1"}).status_code == 404


@pytest.mark.parametrize("header", ["", "Bearer wrong", "Bearer ", "Basic abc"])
def test_only_departments_are_admitted(inside: Phone, header: str) -> None:
    inside.start()
    for path, body in ((CALLS, {}), (f"{CALLS}/v1/send", {"channel": "sms"}),
                       (f"{CALLS}/v1/check", {"code": "1"})):  # fmt: skip
        answer = inside.client.post(path, json=body, headers={"Authorization": header})
        assert answer.status_code == 401
    assert inside.codes() == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("", {}, 422),
        ("", {"verification_id": "v"}, 422),
        ("", [], 422),
        ("/v1/send", {"channel": "pigeon"}, 422),
        ("/v1/send", {"channel": "key_id"}, 422),
        ("/v1/send", {}, 422),
        ("/v1/check", {"code": 5}, 422),
        ("/v1/check", {"code": "1" * 101}, 422),
        ("/none/send", {"channel": "sms"}, 404),
        ("/none/check", {"code": "1"}, 404),
    ],
)
def test_a_wrong_call_is_refused_with_a_problem(
    inside: Phone, path: str, body: Any, status: int
) -> None:
    inside.start()
    answer = inside.client.post(CALLS + path, json=body)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_somebody_without_a_phone_has_one_channel_and_without_both_none(inside: Phone) -> None:
    assert inside.start("a", addresses={"email": "seo@dojang.example"}).json()["channels"] == [
        "email"
    ]
    assert inside.send("a", "sms").status_code == 422
    assert inside.start("b", addresses={"email": None, "sms": ""}).status_code == 422


@pytest.mark.parametrize("code", ["", "６２３４５６", "abc", "-12345", "１", "\x00"])
def test_what_is_no_code_is_simply_wrong(inside: Phone, code: str) -> None:
    inside.start()
    inside.sent_code()
    assert inside.check(code)["reason"] == "wrong"


def test_a_code_that_does_not_arrive_can_go_another_way(inside: Phone) -> None:
    inside.start()
    assert inside.send(channel="email").json()["others"] == ["sms"]
    assert inside.send(channel="sms").json()["others"] == ["email"]
    inside.start("mail alone".replace(" ", "-"), "p2", addresses={"email": "a@dojang.example"})
    assert inside.send("mail-alone").json()["others"] == []


def test_an_id_begun_for_one_person_and_purpose_is_not_anothers(inside: Phone) -> None:
    inside.start("v1", "p1")
    assert inside.start("v1", "p2").status_code == 409
    assert inside.start("v1", "p1", purpose="sign_letter").status_code == 409


def test_the_text_message_ends_with_the_line_that_binds_the_code_to_our_site(
    inside: Phone,
) -> None:
    inside.start()
    code = inside.sent_code(channel="sms")
    assert inside.parts.mailbox is not None
    last = inside.parts.mailbox.all()[-1].text.splitlines()[-1]
    assert last == f"@dojang.example #{code}"


@pytest.mark.parametrize("spelling", ["010-0000-0042", "010 0000 0042", "01000000042"])
def test_five_codes_to_one_number_whoever_they_are_for(inside: Phone, spelling: str) -> None:
    for number in range(5):
        inside.start(f"v{number}", f"p{number}")
        assert inside.send(f"v{number}", "sms").status_code == 200
    inside.start("v5", "p5", addresses={"sms": spelling, "email": "other@dojang.example"})
    assert inside.send("v5", "sms").status_code == 429
    assert inside.send("v5", "email").status_code == 200


def test_a_block_of_numbers_is_not_ordered_one_by_one(inside: Phone) -> None:
    def statuses(block: str, count: int, start: int) -> list[int]:
        found = []
        for number in range(start, start + count):
            inside.start(f"v{number}", f"p{number}", addresses={"sms": f"{block}{number:04}"})
            found.append(inside.send(f"v{number}", "sms").status_code)
        return found

    assert statuses("+8210-0000-", 61, 0) == [200] * 60 + [429]
    assert statuses("+8210-0001-", 1, 100) == [200]


def test_a_campus_behind_one_address_gets_its_codes_and_a_flood_from_there_does_not(
    inside: Phone,
) -> None:
    def send(name: str, network: str) -> int:
        addresses = {"email": f"{name}@dojang.example"}
        inside.start(name, f"p-{name}", network=network, addresses=addresses)
        return inside.send(name).status_code

    assert send("first", "campus") == 200
    with inside.parts.database.write() as session:
        [sent] = session.scalars(select(VerificationSend)).all()
        same = {"verification_id": sent.verification_id, "channel": "email", "verified": False,
                "at": sent.at, "network": sent.network}  # fmt: skip
        session.add_all(VerificationSend(person=f"q{n}", **same) for n in range(498))
    assert send("last", "campus") == 200
    assert send("more", "campus") == 429
    assert send("other", "elsewhere") == 200
    inside.clock.advance(timedelta(minutes=15))
    assert inside.send("more").status_code == 200


def test_a_day_has_an_end_of_codes_too(inside: Phone) -> None:
    """Thirty unverified ones, five each quarter of an hour."""
    for number in range(30):
        inside.start(f"v{number}", "p1")
        assert inside.send(f"v{number}").status_code == 200, number
        inside.clock.advance(timedelta(minutes=3))
    inside.clock.advance(timedelta(hours=1))
    inside.start("late", "p1")
    refused = inside.send("late")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 20 * 3600


def test_wrong_codes_slow_down_and_neither_a_new_code_nor_a_new_attempt_starts_again(
    inside: Phone,
) -> None:
    for name in ("v1", "v2"):
        inside.start(name)
        wrong = other_than(inside.sent_code(name))
        for _ in range(5):
            assert inside.check(wrong, name)["reason"] == "wrong"
    inside.start("v3")
    code = inside.sent_code("v3")
    first = inside.client.post(f"{CALLS}/v3/check", json={"code": code})
    assert (first.status_code, first.headers["Retry-After"]) == (429, "30")
    code = inside.sent_code("v3")
    inside.clock.advance(timedelta(seconds=30))
    assert inside.check(other_than(code), "v3") == {
        "verified": False, "checks_left": 4, "reason": "wrong"
    }  # fmt: skip
    second = inside.client.post(f"{CALLS}/v3/check", json={"code": code})
    assert (second.status_code, second.headers["Retry-After"]) == (429, "60")
    inside.clock.advance(timedelta(seconds=60))
    assert inside.check(code, "v3")["verified"], "a wait costs no check, and a right code ends it"
    inside.start("v4")
    assert inside.check(other_than(inside.sent_code("v4")), "v4")["reason"] == "wrong"


def test_a_day_of_guessing_has_room_for_some_hundred_guesses() -> None:
    spent, guesses = timedelta(), 0
    while spent < timedelta(days=1):
        guesses += 1
        spent += wait_after(guesses)
    assert guesses < 120


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_neither_a_number_nor_a_network_is_kept_where_the_limits_count(inside: Phone) -> None:
    inside.start(addresses={"sms": "010-1234-5678"}, network="opaque")
    inside.check(inside.sent_code(channel="sms"))
    with inside.parts.database.read() as session:
        [row] = session.execute(text("SELECT * FROM verification_sends")).mappings().all()
        assert not any("1234" in str(value) for value in row.values() if value != row["at"])
