"""The same over the API."""

from __future__ import annotations

import io
from typing import Any

import pytest

from services.forms.bulk.worker import Bulk
from shared.messages import DocumentRequested
from tests.forms.bulk.scene import COMMON, KIND, OFFICER, ON_LEAVE, STRANGER
from tests.forms.campus import HAN, Api, Campus

LIST = f"student_number\n{HAN}\n{ON_LEAVE}\n".encode()


@pytest.fixture
def office(campus: Campus) -> Api:
    return campus.client(OFFICER)


def send(api: Api, data: bytes = LIST, key: str | None = None, **form: Any) -> Any:
    fields = {"kind": KIND, **{k: str(v) for k, v in COMMON.items()}, **form}
    sent = {**fields, "file": (io.BytesIO(data), "list.csv")}
    return api.send("POST", "/desk/bulk", None, key, data=sent, content_type="multipart/form-data")


def test_a_program_sends_a_list_and_follows_it_to_its_end(campus: Campus, office: Api) -> None:
    made = send(office)
    assert made.status_code == 201, made.text
    path = f"/desk/bulk/{made.json['id']}"
    assert made.headers["Location"] == f"/api/v1{path}"
    assert made.json["state"] == "checking"
    worker = Bulk(campus.parts)
    worker.drain()
    found = office.get(path).json
    assert (found["state"], found["counts"]["waiting"], found["tell"]) == ("checked", 1, False)
    [row] = office.get(f"{path}/rows?state=refused").json["rows"]
    assert (row["n"], row["student_number"]) == (3, ON_LEAVE)
    assert "휴학" in row["findings"][0]["message"], "in the language of whoever asks"
    assert row["findings"][0]["rule"] == "CRT-01"
    assert [office.post(f"{path}/start").status_code for _ in range(10)] == [200] * 10
    worker.drain()
    [request] = [one for one in campus.said() if isinstance(one, DocumentRequested)]
    campus.issue(request)
    worker.drain()
    found = office.get(path).json
    assert (found["state"], found["archive"]["state"]) == ("done", "asked")
    [row] = office.get(f"{path}/rows?state=issued").json["rows"]
    assert row["document_number"]
    assert office.get(f"{path}/archive").status_code == 409
    assert [one["id"] for one in office.get("/desk/bulk").json] == [found["id"]]


def test_a_key_counts_for_fields_and_file_together(office: Api) -> None:
    first = send(office, key="one")
    again = send(office, key="one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json["id"] == again.json["id"]
    assert send(office, key="one", language="en").status_code == 422
    assert send(office, LIST + b"1\n", key="one").status_code == 422
    assert send(office, key="two").json["id"] != first.json["id"]


@pytest.mark.parametrize(
    ("form", "data", "code"),
    [
        ({"kind": "tuition_waiver"}, LIST, "not_in_bulk"),
        ({"kind": ""}, LIST, "not_in_bulk"),
        ({"language": "fr"}, LIST, "findings"),
        ({}, b"name\nx\n", "list_no_numbers"),
        ({}, b"\xff\x81", "list_encoding"),
        ({}, b"", "list_empty"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_code(
    office: Api, form: dict[str, str], data: bytes, code: str
) -> None:
    refused = send(office, data, **form)
    assert refused.status_code == 422
    assert refused.json["type"].endswith(f"/{code}")
    assert refused.json["detail"]


def test_others_see_nothing_of_it(campus: Campus, office: Api) -> None:
    path = f"/desk/bulk/{send(office).json['id']}"
    stranger, student = campus.client(STRANGER), campus.client(HAN)
    assert stranger.get(path).status_code == 404
    assert stranger.get("/desk/bulk").json == []
    assert stranger.post(f"{path}/start").status_code == 404
    assert student.get(path).status_code == 403
    assert send(student).status_code == 403
    assert campus.client().get(path).status_code == 401


def test_a_list_that_was_not_started_is_thrown_away(office: Api) -> None:
    path = f"/desk/bulk/{send(office).json['id']}"
    assert office.post(f"{path}/cancel").status_code == 204
    assert office.get(path).status_code == 404


def test_the_description_names_every_route_of_it(campus: Campus) -> None:
    described = campus.app.test_client().get("/api/openapi.json").json
    paths = {path for path in described["paths"] if "/desk/bulk" in path}
    assert len(paths) == 8
    body = described["paths"]["/api/v1/desk/bulk"]["post"]["requestBody"]
    properties = body["content"]["multipart/form-data"]["schema"]["properties"]
    assert {"file", "kind", "tell", "language"} <= set(properties)
