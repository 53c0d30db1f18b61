"""Ten at once: the same request ten times has one effect, on either database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.security.house import DESK, House

TIMES = 10


def at_once(do: Callable[[int], Any]) -> list[Any]:
    """Ten callers in ten threads."""
    with ThreadPoolExecutor(TIMES) as pool:
        return list(pool.map(do, range(TIMES)))


def statuses(answers: list[Any]) -> Counter[int]:
    """How often each status was answered."""
    return Counter(one.status_code for one in answers)


def history(house: House, login_id: str, application_id: str) -> Counter[str]:
    """What happened to an application, how often."""
    case = house.program(login_id).get(f"/api/v1/applications/{application_id}").json
    return Counter(one["what"] for one in case["history"])


def mails(house: House, name: str, number: str) -> int:
    """How many mails of a name there are about an application."""
    return sum(one["message"] == name and number in one["subject"] + one["text"]
               for one in house.mails())  # fmt: skip


@pytest.fixture(scope="module")
def journey(either_house: House) -> dict[str, Any]:
    """A waiver from its sending to its revocation, every step asked for ten times at once."""
    house = either_house
    login_id = next(house.applicants())
    body, known = house.waiver(login_id, "x", False), house.mail_ids()
    student, office = house.program(login_id), house.program(DESK)
    key = {"Idempotency-Key": "one"}
    found: dict[str, Any] = {"house": house, "login_id": login_id}

    def post(caller: Any, path: str, body: Any, **headers: str) -> Callable[[int], Any]:
        def do(_n: int) -> Any:
            own = house.caller()
            own.headers = {**caller.headers, **headers}
            return own.post(path, json=body)

        return do

    made = at_once(post(student, "/api/v1/applications", body, **key))
    found["created"] = made
    where = f"/api/v1/applications/{made[0].json['id']}"
    found["id"] = made[0].json["id"]
    found["submitted"] = at_once(post(student, f"{where}/submit", {}))
    found["number"] = found["submitted"][0].json["number"]
    for step in ("first", "second"):
        token = house.link(known, found["number"])
        path = f"/api/v1/approvals/{token}"
        shown = house.caller().get(path).json["shown"]
        signed = {"decision": "approve", "shown": shown, "signature": {"typed": "Yoon"}}
        found[step] = at_once(post(house.caller(), path, signed))
    decision = f"/api/v1/desk/applications/{found['id']}/decision"
    found["decided"] = at_once(post(office, decision, {"decision": "approve"}))
    found["document"] = house.document(login_id, found["id"])
    revoke = f"/api/v1/documents/{found['document']}/revoke"
    found["revoked"] = at_once(post(office, revoke, {"code": "error", "reason": "x"}))
    house.mail(known, "revoked", found["number"])
    return found


def test_ten_equal_creations_with_a_key_make_one_draft(journey: dict[str, Any]) -> None:
    assert set(statuses(journey["created"])) == {201}
    assert len({one.json["id"] for one in journey["created"]}) == 1


def test_ten_submissions_are_one(journey: dict[str, Any]) -> None:
    assert set(statuses(journey["submitted"])) == {200}
    assert len({one.json["submitted_at"] for one in journey["submitted"]}) == 1
    assert mails(journey["house"], "receipt", journey["number"]) == 1


@pytest.mark.parametrize("step", ["first", "second"])
def test_ten_signatures_are_one(journey: dict[str, Any], step: str) -> None:
    found = statuses(journey[step])
    assert found[200] == 1
    assert found[410] == TIMES - 1


def test_ten_decisions_make_one_document(journey: dict[str, Any]) -> None:
    assert statuses(journey["decided"]) == {200: 1, 409: TIMES - 1}
    house, who = journey["house"], journey["login_id"]
    case = house.program(who).get(f"/api/v1/applications/{journey['id']}").json
    assert [one["number"] for one in case["documents"]] == [journey["document"]]


def test_ten_revocations_are_one(journey: dict[str, Any]) -> None:
    assert set(statuses(journey["revoked"])) <= {200, 409}
    house = journey["house"]
    assert mails(house, "revoked", journey["number"]) <= 3, "one to each who took part"
    verified = house.caller().get(f"/api/v1/verify/{journey['document']}").json
    assert verified["status"] == "revoked"
    assert history(house, journey["login_id"], journey["id"])["revocation_requested"] <= 1


def test_ten_begun_at_once_leave_one_open(either_house: House) -> None:
    house = either_house
    login_id = next(house.applicants())
    body = house.waiver(login_id, "x")
    student = house.program(login_id)

    def do(_n: int) -> Any:
        own = house.caller()
        own.headers = dict(student.headers)
        return own.post("/api/v1/applications", json=body)

    found = statuses(at_once(do))
    assert found[201] == 1
    assert found[409] == TIMES - 1
    mine = student.get("/api/v1/applications").json
    assert sum(one["state"] == "in_approval" for one in mine) == 1


def test_one_challenge_opens_one_session(either_house: House) -> None:
    house = either_house
    opened = house.caller().post("/api/v1/session", json=house.credentials(DESK)).json
    path, known = f"/api/v1/session/{opened['challenge']}", house.mail_ids()
    house.caller().post(f"{path}/send", json={"channel": "email"})
    code = house.code(known)
    found = at_once(lambda _n: house.caller().post(f"{path}/verify", json={"code": code}))
    assert statuses(found)[200] == 1
    assert statuses(found)[401] == TIMES - 1
