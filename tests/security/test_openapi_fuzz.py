"""Requests made at random from the published OpenAPI document, as everybody: none is a fault.

Schemathesis draws the requests, right and wrong ones; each goes to the whole product as every
role in turn. An answer is never 5xx, and status, media type, headers and body are those that the
document has. The draw is the same at every run. `DOJANG_FUZZ_EXAMPLES=200` draws more for each
operation than the suite has time for (CONTRIBUTING.md).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.openapi import merged
from shared.inside import bearer
from tests.security.house import DESK, STAFF, House, open_house

EXAMPLES = int(os.environ.get("DOJANG_FUZZ_EXAMPLES", "4"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
DOCUMENT = schemathesis.openapi.from_dict(merged())
OPERATIONS = {one.ok().label: one.ok() for one in DOCUMENT.get_all_operations()}
DRAWN = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


@dataclass
class Scene:
    """A product where something of everything is there, and what everybody shows at its door."""

    house: House
    values: Mapping[str, list[Any]]
    roles: Mapping[str, Callable[[], dict[str, str]]]
    kept: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: int = 0

    def headers(self, role: str) -> dict[str, str]:
        """What a role shows, new where the session before was ended."""
        if role not in self.kept:
            self.kept[role] = self.roles[role]()
        return self.kept[role]

    def network(self) -> str:
        """An address that has not asked before, so that no limit hides what lies behind."""
        self.asked += 1
        return f"10.{self.asked >> 16 & 255}.{self.asked >> 8 & 255}.{self.asked & 255}"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A waiver that was issued, one that a professor may sign, a draft, and everybody."""
    with open_house(tmp_path_factory.mktemp("fuzz") / "data") as house:
        yield _scene(house)


def _scene(house: House) -> Scene:
    applicants = house.applicants()
    owner, other, third = (next(applicants) for _ in range(3))
    known = house.mail_ids()
    issued = house.apply(owner, file=True)
    for _ in range(2):
        used = house.link(known, issued["number"])
        assert house.sign(used).status_code == 200
    path = f"/api/v1/desk/applications/{issued['id']}/decision"
    assert house.program(DESK).post(path, json={"decision": "approve"}).status_code == 200
    waiting = house.apply(other, file=True)
    link = house.link(known, waiting["number"])
    draft = house.program(third).post(
        "/api/v1/applications", json=house.waiver(third, "Rain.", submit=False)
    )
    cases = [
        house.program(who).get(f"/api/v1/applications/{one['id']}").json
        for who, one in ((owner, issued), (other, waiting))
    ]
    challenge = house.caller().post("/api/v1/session", json=house.credentials(third))
    values = {
        "application_id": [issued["id"], waiting["id"], draft.json["id"]],
        "attachment_id": [one["attachments"][0]["id"] for one in cases],
        "token": [link, used],
        "number": [house.document(owner, issued["id"])],
        "kind": ["tuition_waiver", "transcript", "recommendation"],
        "language": ["ko", "en"],
        "n": [1, 2],
        "semester": ["2022-fall", "2026-spring"],
        "challenge": [challenge.json["challenge"]],
        "list_name": ["unpaid", "lapsing"],
        "department": ["forms", "certs", "notify"],
    }
    return Scene(house, values, _roles(house, owner, other))


def _roles(house: House, owner: str, other: str) -> Mapping[str, Callable[[], dict[str, str]]]:
    """Everybody, and how they get what they show; an approver's link is part of the address."""
    people = {"owner": owner, "student": other, **STAFF, "operator": "operator"}
    roles = {role: _bearer(house, who) for role, who in people.items()}
    return {"nobody": dict, "service": _service(house), "pass": _pass(house), **roles}


def _bearer(house: House, login_id: str) -> Callable[[], dict[str, str]]:
    return lambda: {"Authorization": house.program(login_id).headers["Authorization"]}


def _service(house: House) -> Callable[[], dict[str, str]]:
    return lambda: {"Authorization": bearer(house.ground.keyring)}


def _pass(house: House) -> Callable[[], dict[str, str]]:
    """Of the template desk, for the office of most kinds."""

    def get() -> dict[str, str]:
        given = house.program(DESK).post("/api/v1/desk/pass", json={}).json
        return {"Authorization": f"Bearer {given['pass']}"}

    return get


def drawn(operation: Any, values: Mapping[str, list[Any]]) -> st.SearchStrategy[Any]:
    """Requests of an operation, half of them to what is there."""
    right = operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE)
    wrong = operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)
    there = {
        name: st.sampled_from(values[name])
        for name in (one.name for one in operation.path_parameters)
        if name in values
    }
    return st.tuples(right | wrong, st.just({}) | st.fixed_dictionaries(there))


@pytest.mark.parametrize("label", OPERATIONS)
def test_no_request_of_anybody_is_a_fault_or_answered_as_nobody_wrote_down(
    scene: Scene, label: str
) -> None:
    operation = OPERATIONS[label]

    @DRAWN
    @given(drawn(operation, scene.values))
    def ask(found: Any) -> None:
        case, there = found
        case.path_parameters = {**(case.path_parameters or {}), **there}
        for role in scene.roles:
            _check(scene, case, role)

    ask()


def _check(scene: Scene, case: Any, role: str) -> None:
    headers = scene.headers(role)
    answer = case.call(
        app=scene.house.gateway,
        headers=headers,
        environ_overrides={"REMOTE_ADDR": scene.network()},
    )
    if answer.status_code == 401:
        scene.kept.pop(role)
    try:
        case.validate_response(answer, checks=CHECKS, headers=headers)
    except BaseException as error:
        error.add_note(f"as {role}")
        raise
