"""The one call inside, drawn at random: no fault for a department, nothing for anybody else.

It is published nowhere, so what notify promises forms is written here, as
services/forms/verifications.py reads it.
"""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup

from shared.inside import bearer
from tests.security.house import House
from tests.security.test_openapi_fuzz import CHECKS, DRAWN

PATH = "/internal/verifications"
TEXT: dict[str, Any] = {"type": "string"}
ID = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"}
PROBLEM = {"content": {"application/problem+json": {"schema": {"type": "object"}}}}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _operation(body: dict[str, Any], status: str, answer: dict[str, Any]) -> dict[str, Any]:
    problems = {
        one: {"description": "", **PROBLEM} for one in ("401", "404", "409", "422", "429", "503")
    }
    content = {"application/json": {"schema": answer}}
    return {
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {status: {"description": "", "content": content}, **problems},
    }


ADDRESSES = {"type": "object", "properties": {"email": TEXT, "sms": TEXT}}
START = _object(verification_id=ID, purpose=ID, person=ID, language=ID, addresses=ADDRESSES)
NAMED = [{"name": "id", "in": "path", "required": True, "schema": ID}]
SENT = _object(channel=TEXT, expires_at={"type": "string", "format": "date-time"})
CHECKED = _object(verified={"type": "boolean"}, checks_left={"type": "integer"}, reason=TEXT)
DOCUMENT = schemathesis.openapi.from_dict(
    {
        "openapi": "3.1.0",
        "info": {"title": "inside", "version": "1"},
        "paths": {
            PATH: {"post": _operation(START, "201", _object(verification_id=ID))},
            f"{PATH}/{{id}}/send": {
                "parameters": NAMED,
                "post": _operation(_object(channel={"enum": ["email", "sms"]}), "200", SENT),
            },
            f"{PATH}/{{id}}/check": {
                "parameters": NAMED,
                "post": _operation(_object(code=TEXT), "200", CHECKED),
            },
        },
    }
)
OPERATIONS = {one.ok().label: one.ok() for one in DOCUMENT.get_all_operations()}
THERE = "fuzzed"
# 503 is an answer here: a code that did not leave, and forms offers the other way.
ASKED = [one for one in CHECKS if one is not not_a_server_error]


@pytest.mark.parametrize("label", OPERATIONS)
def test_the_call_inside_answers_departments_as_forms_reads_it_and_nobody_else(
    house: House, label: str
) -> None:
    notify, operation = house.apps["notify"], OPERATIONS[label]
    department = {"Authorization": bearer(house.ground.keyring)}
    right, wrong = (
        operation.as_strategy(generation_mode=mode)
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
    )
    start = {"verification_id": THERE, "purpose": "p", "person": "q", "language": "en"}
    addresses = {"addresses": {"email": "someone@dojang.example"}}
    made = notify.test_client().post(PATH, json={**start, **addresses}, headers=department)
    assert made.status_code in (200, 201)
    faults: list[str] = []

    @DRAWN
    @given(right | wrong, st.booleans())
    def ask(case: Any, there: bool) -> None:
        if there and case.path_parameters:
            case.path_parameters = {"id": THERE}
        for headers in ({}, department):
            answer = case.call(app=notify, headers=headers)
            if not headers and "Authorization" not in (case.headers or {}):
                assert answer.status_code in (401, 404)
            try:
                case.validate_response(answer, checks=ASKED, headers=headers)
            except FailureGroup as found:
                faults.append(str(found))

    ask()
    assert not faults, "\n".join(faults)
