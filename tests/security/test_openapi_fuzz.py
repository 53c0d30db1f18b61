"""Requests made at random from the published OpenAPI document, as everybody: none is a fault.

Schemathesis draws the requests, right and wrong ones; each goes to the whole product as every
role in turn. An answer is never 5xx, and status, media type, headers and body are those that the
document has. The draw is the same at every run. `DOJANG_FUZZ_EXAMPLES=200` draws more for each
operation than the suite has time for (CONTRIBUTING.md).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.openapi import merged
from tests.security.fuzzed import Scene, set_up
from tests.security.house import open_house

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
    phases=(Phase.generate,),  # what is stored changes what comes next: nothing to shrink
    suppress_health_check=list(HealthCheck),
)


# Hypothesis says so of strategies that it prints for itself when a draw of theirs is rejected.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Generating overly large repr:hypothesis.errors.HypothesisWarning"
)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A product of their own, which they may spoil."""
    with open_house(tmp_path_factory.mktemp("fuzz") / "data") as house:
        yield set_up(house)


@st.composite
def requests(draw: st.DrawFn, scene: Scene, label: str) -> Any:
    """A request: as drawn, to what is there, with a right body or one that is right in part."""
    operation = OPERATIONS[label]
    right, wrong = (
        operation.as_strategy(generation_mode=mode)
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
    )
    case = draw(right | wrong)
    names = [one.name for one in operation.path_parameters if one.name in scene.values]
    if names and draw(st.sampled_from([True, True, False])):
        there = {name: draw(st.sampled_from(scene.values[name])) for name in names}
        case.path_parameters = {**(case.path_parameters or {}), **there}
    if label in scene.right and draw(st.booleans()):
        kept = _a_part(draw, case.body) if draw(st.booleans()) else {}
        case.body = {**scene.right[label], **kept}
        case.headers = {}
        case.query = {}
    return case


def _a_part(draw: st.DrawFn, body: Any) -> dict[str, Any]:
    """One member of a body."""
    names: Sequence[str] = sorted(body) if isinstance(body, dict) else []
    return {name: body[name] for name in names[:1] if draw(st.booleans())}


@pytest.mark.parametrize("label", OPERATIONS)
def test_no_request_of_anybody_is_a_fault_or_answered_as_nobody_wrote_down(
    scene: Scene, label: str
) -> None:
    faults: list[str] = []  # collected: what is stored meanwhile answers a second try otherwise

    @DRAWN
    @given(requests(scene, label))
    def ask(case: Any) -> None:
        for role in asking(scene, label):
            found = fault(scene, case, role)
            if found:
                faults.append(found)

    ask()
    assert not faults, "\n".join(faults)


def asking(scene: Scene, label: str) -> list[str]:
    """The roles; passes are worth something at the template desk alone."""
    there = "/desk/templates" in label
    return [role for role in scene.roles if there or not role.startswith("pass")]


def fault(scene: Scene, case: Any, role: str) -> str:
    """What is wrong with the answer to a request as somebody."""
    headers = scene.headers(role)
    network = {"REMOTE_ADDR": scene.network()}
    answer = case.call(app=scene.house.gateway, headers=headers, environ_overrides=network)
    if answer.status_code in (204, 401):
        scene.forget(role)
    try:
        case.validate_response(answer, checks=CHECKS, headers=headers)
    except FailureGroup as found:
        return f"as {role}: {found}"
    return ""
