"""Contract "States" and "HTTP", applications: what a student's program may rely on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.contract.asking import Stranger, account, assert_problem
from tests.people import Cast

KIND = {"name", "title", "open", "findings", "schema", "prefill", "approvers", "window"}
STEP = {"n", "role", "who", "state", "by_when", "decision", "decided_at"}
FINDING = {"rule", "severity", "message", "figures", "remedy"}


def test_kinds_say_everything_that_a_form_needs(stranger: Stranger, cast: Cast) -> None:
    student = cast.applicant("en")
    kinds = student.ask("GET", "/api/v1/kinds")
    assert isinstance(kinds, list)
    assert all(kind.keys() >= KIND for kind in kinds)
    waiver = cast.waiver(student)
    properties = waiver["schema"]["properties"]
    assert {"year", "semester", "extent", "ground", "reasons"} == properties.keys()
    assert set(properties["semester"]["enum"]) == {"spring", "fall"}
    assert set(properties["extent"]["enum"]) == {"full", "two_thirds", "one_third"}
    assert set(properties["ground"]["enum"]) == {"hardship", "promotion_of_learning"}
    assert waiver["prefill"].keys() <= properties.keys()
    assert isinstance(waiver["prefill"]["year"], int)
    assert waiver["prefill"]["semester"] in ("spring", "fall")
    assert [one["role"] for one in waiver["approvers"]] == ["advisor", "campus_professor"]
    assert {"opens", "closes"} <= waiver["window"].keys()


def test_a_closed_kind_is_listed_with_its_reason(stranger: Stranger, cast: Cast) -> None:
    for nth in range(1, 24):
        person = cast.signed_in(_student(nth))
        waiver = cast.waiver(person)
        if waiver["open"]:
            continue
        blocks = [one for one in waiver["findings"] if one["severity"] == "block"]
        assert blocks
        assert all(one["message"] and one["remedy"] for one in blocks)
        assert all(one.keys() >= FINDING for one in blocks)
        refused = person.request("POST", "/api/v1/applications", json=stranger.waiver(person))
        kept = assert_problem(refused, 422)["application_id"]
        assert person.ask("GET", f"/api/v1/applications/{kept}")["state"] == "draft"
        return
    raise AssertionError("the demo has students who may not apply now")


def test_a_draft_is_kept_as_typed_and_sent_when_it_is_right(stranger: Stranger, cast: Cast) -> None:
    student = cast.applicant("ko")
    made = student.request(
        "POST", "/api/v1/applications",
        json={"kind": "tuition_waiver", "answers": {"reasons": "  반만 "}, "submit": False},
    )  # fmt: skip
    assert made.status_code == 201
    assert made.json().keys() >= {"id", "number", "state"}
    assert made.json()["state"] == "draft"
    path = f"/api/v1/applications/{made.json()['id']}"
    assert student.ask("GET", path)["answers"]["reasons"] == "  반만 "
    refused = assert_problem(student.request("POST", f"{path}/submit", json={}), 422)
    assert refused["application_id"] == made.json()["id"]
    blocked = {one.get("field") for one in refused["findings"] if one["severity"] == "block"}
    assert {"year", "semester", "extent", "ground"} <= blocked
    assert student.ask("GET", path)["state"] == "draft", "the draft is kept"
    answers = stranger.waiver(student)["answers"]
    assert student.request("PUT", path, json={"answers": answers}).status_code == 200
    receipt = student.request("POST", f"{path}/submit", json={})
    assert receipt.status_code in (200, 201)
    assert {"id", "number", "state"} <= receipt.json().keys()
    again = student.request("POST", f"{path}/submit", json={})
    assert (again.status_code, again.json()) == (receipt.status_code, receipt.json())
    case = student.ask("GET", path)
    assert {"state", "steps", "findings", "history", "documents"} <= case.keys()
    assert all(step.keys() >= STEP for step in case["steps"])
    second = student.request("POST", "/api/v1/applications", json=stranger.waiver(student))
    assert assert_problem(second, 409)["application_id"] == made.json()["id"]
    assert_problem(student.request("PUT", path, json={"answers": answers}), 409)
    withdrawn = student.request("POST", f"{path}/withdraw", json={})
    assert withdrawn.status_code == 200
    assert student.ask("GET", path)["state"] == "withdrawn"
    assert_problem(student.request("POST", f"{path}/withdraw", json={}), 409)


def test_an_idempotency_key_has_one_effect(stranger: Stranger, cast: Cast) -> None:
    student = cast.applicant("ko")
    body, key = stranger.waiver(student), {"Idempotency-Key": "the-first"}
    first = student.request("POST", "/api/v1/applications", json=body, headers=key)
    second = student.request("POST", "/api/v1/applications", json=body, headers=key)
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    changed = {**body, "answers": {**body["answers"], "reasons": "Another."}}
    other = student.request("POST", "/api/v1/applications", json=changed, headers=key)
    assert_problem(other, 422)
    own = student.request("POST", "/api/v1/applications", json=body)
    assert assert_problem(own, 409)["application_id"] == first.json()["id"]
    path = f"/api/v1/applications/{first.json()['id']}"
    student.ask("POST", f"{path}/withdraw", json={})
    third = student.request("POST", "/api/v1/applications", json=body, headers=key)
    assert third.json() == first.json(), "the key's answer stays"


def test_two_at_once_open_one_application(stranger: Stranger, cast: Cast) -> None:

    student = cast.applicant("en")
    body = stranger.waiver(student)
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda _n: student.request("POST", "/api/v1/applications", json=body),
                     range(4))
        )  # fmt: skip
    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409]
    opened = next(one.json()["id"] for one in answers if one.status_code == 201)
    assert {one.json()["application_id"] for one in answers if one.status_code == 409} == {opened}


def test_somebody_elses_application_is_not_there(stranger: Stranger, cast: Cast) -> None:
    sent = cast.send(cast.applicant("en"))
    other = cast.signed_in(_student(20))
    path = f"/api/v1/applications/{sent.id}"
    requests: list[tuple[str, str, Any]] = [
        ("GET", path, None), ("PUT", path, {"answers": {}}),
        ("POST", f"{path}/submit", {}), ("POST", f"{path}/withdraw", {}),
        ("GET", f"{path}/preview", None), ("GET", f"{path}/attachments/x", None),
    ]  # fmt: skip
    for method, where, body in requests:
        foreign = other.request(method, where, **({"json": body} if body is not None else {}))
        nowhere = other.request(
            method, where.replace(sent.id, "0" * 32), **({"json": body} if body is not None else {})
        )
        assert assert_problem(foreign, 404) == assert_problem(nowhere, 404)
    desk = f"/api/v1/desk/applications/{sent.id}/decision"
    assert_problem(other.request("POST", desk, json={"decision": "approve"}), 403)
    assert_problem(other.request("GET", "/api/v1/desk/applications"), 403)
    early = cast.officer().request("POST", desk, json={"decision": "approve"})
    assert_problem(early, 409)


def _student(nth: int) -> str:

    return str(account("student", nth)["id"])
