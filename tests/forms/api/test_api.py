"""Everything over JSON: the contract's routes to the letter, and no input makes a 500."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from services.forms.api.openapi import spec
from services.forms.api.routes import ROUTES
from shared.cookies import SESSION
from shared.messages import DocumentRequested
from tests.forms.applications.test_files import archive, pdf
from tests.forms.applications.test_journey import newest_link
from tests.forms.campus import (
    ANSWERS,
    CODE,
    DESK,
    HAN,
    KHOA,
    NUMBER,
    OTHER_OFFICE,
    PASSWORD,
    Api,
    Campus,
    some_id,
)

WAIVER = {"kind": "tuition_waiver", "answers": ANSWERS, "submit": True}


def problem(answer: Any) -> tuple[int, str]:
    """Status and the last word of a problem's type (RFC 9457)."""
    assert answer.content_type == "application/problem+json", answer.get_data(as_text=True)
    body = answer.json
    assert {"type", "title", "status", "detail"} <= set(body)
    assert body["status"] == answer.status_code
    return answer.status_code, body["type"].rsplit("/", 1)[1]


def sign(api: Api, token: str, **more: Any) -> Any:
    shown = api.get(f"/approvals/{token}").json["shown"]
    body = {"decision": "approve", "signature": {"typed": "윤태호"}, "shown": shown, **more}
    return api.post(f"/approvals/{token}", body)


def test_the_whole_journey_over_json(campus: Campus) -> None:
    student = campus.client(HAN)
    kind = next(one for one in student.get("/kinds").json if one["name"] == "tuition_waiver")
    assert set(kind) >= {
        "name", "title", "open", "findings", "schema", "prefill", "approvers", "window",
    }  # fmt: skip
    assert set(kind["prefill"]) <= set(kind["schema"]["properties"])
    made = student.post("/applications", WAIVER)
    assert made.status_code == 201
    assert set(made.json) == {"id", "number", "state"}
    assert made.json["state"] == "in_approval"
    where = f"/applications/{made.json['id']}"
    anybody = campus.client()
    for _ in range(2):
        assert sign(anybody, newest_link(campus)).status_code == 200
    office = campus.client(DESK)
    assert [one["number"] for one in office.get("/desk/applications").json["applications"]] == [
        made.json["number"]
    ]
    decided = office.post(
        f"/desk/applications/{made.json['id']}/decision",
        {"decision": "approve", "granted": "one_third", "reference": "EA-1"},
    )
    assert (decided.status_code, decided.json["state"]) == (200, "approved")
    campus.issue(next(one for one in campus.said() if isinstance(one, DocumentRequested)))
    found = student.get(where).json
    assert found["state"] == "issued"
    assert found["documents"][0].items() >= {
        "number": NUMBER, "kind": "tuition_waiver", "language": "ko",
    }.items()  # fmt: skip
    assert [set(step) >= {"n", "role", "who", "state", "by_when", "decision", "decided_at"}
            for step in found["steps"]] == [True, True]  # fmt: skip
    file = student.get(f"/documents/{NUMBER}/file?format=pdf")
    assert file.status_code == 303
    assert file.headers["Location"].startswith("/files/")


def test_a_session_needs_the_code_and_ends_with_its_deletion(campus: Campus) -> None:
    api = campus.client()
    opened = api.post("/session", {"id": HAN, "password": PASSWORD}).json
    assert opened["channels"] == ["email", "sms"]
    assert problem(api.post(f"/session/{opened['challenge']}/verify", {"code": "000000"})) == (
        401, "wrong_code",
    )  # fmt: skip
    api.post(f"/session/{opened['challenge']}/send", {"channel": "email"})
    token = api.post(f"/session/{opened['challenge']}/verify", {"code": CODE}).json["token"]
    api.headers["Authorization"] = f"Bearer {token}"
    assert api.get("/applications").status_code == 200
    assert api.send("DELETE", "/session").status_code == 204
    ended = api.get("/applications")
    assert problem(ended) == (401, "not_signed_in")
    assert ended.headers["WWW-Authenticate"] == "Bearer"


def test_until_the_notice_is_accepted_everything_else_is_forbidden(campus: Campus) -> None:
    with campus.write() as session:
        session.execute(text("UPDATE account SET notice_accepted_at = NULL"))
    api = campus.client(HAN)
    for route in ROUTES:
        if route.access != "bearer":
            continue
        path = route.path.replace("<int:n>", "1").replace("<", "").replace(">", "")
        assert problem(api.send(route.method, path)) == (403, "notice_required"), path
    assert api.post("/session/notice").json["notice_accepted"] is True
    assert api.get("/applications").status_code == 200


def test_every_route_but_session_links_and_openapi_wants_a_token(campus: Campus) -> None:
    api = campus.client()
    for route in ROUTES:
        path = route.path.replace("<int:n>", "1").replace("<", "").replace(">", "")
        if route.access != "open":
            assert problem(api.send(route.method, path)) == (401, "not_signed_in"), path
        else:
            # A link is the credential of an approver, and of a professor with many requests.
            assert route.path.startswith(("/session", "/approvals", "/queue")), path


def test_a_page_s_cookie_reads_but_does_not_write(campus: Campus) -> None:
    from services.forms.signin import challenge

    opened = challenge.open_challenge(campus.parts, HAN, PASSWORD, "192.0.2.1").challenge
    challenge.send_code(campus.parts, opened, "email")
    token = challenge.check_code(campus.parts, opened, CODE, "page").token
    client = campus.app.test_client()
    client.set_cookie(SESSION, token)
    assert client.get("/api/v1/applications").status_code == 200
    assert client.post("/api/v1/applications", json=WAIVER).status_code == 401


def test_blocking_findings_are_422_and_the_draft_s_id_is_in_the_answer(campus: Campus) -> None:
    api = campus.client(HAN)
    answer = api.post("/applications", {**WAIVER, "answers": {**ANSWERS, "extent": "half"}})
    assert problem(answer) == (422, "findings")
    draft = answer.json["application_id"]
    assert answer.json["findings"][0]["field"] == "extent"
    assert api.get(f"/applications/{draft}").json["state"] == "draft"
    saved = api.send("PUT", f"/applications/{draft}", {"answers": ANSWERS})
    assert [one["severity"] for one in saved.json["findings"]] == ["note"] * len(
        saved.json["findings"]
    )
    sent = api.post(f"/applications/{draft}/submit")
    assert sent.json.items() >= {"id": draft, "state": "in_approval"}.items()
    assert api.post(f"/applications/{draft}/submit").json == sent.json


def test_a_second_open_one_is_409_names_the_first_and_leaves_no_draft(campus: Campus) -> None:
    api = campus.client(HAN)
    first = api.post("/applications", WAIVER).json["id"]
    second = api.post("/applications", WAIVER)
    assert problem(second) == (409, "open_application")
    assert second.json["application_id"] == first
    assert len(api.get("/applications").json) == 1


def test_ten_at_once_make_one_with_and_without_a_key(campus: Campus) -> None:
    campus.client(HAN)  # everything that is read once is read
    apis = [campus.client(HAN) for _ in range(5)]
    with ThreadPoolExecutor(5) as pool:
        without = list(pool.map(lambda api: api.post("/applications", WAIVER), apis))
    assert sorted(one.status_code for one in without) == [201, 409, 409, 409, 409]
    khoa = {**WAIVER, "answers": {**ANSWERS, "reasons": "A flood."}}
    apis = [campus.client(KHOA) for _ in range(5)]
    with ThreadPoolExecutor(5) as pool:
        keyed = list(pool.map(lambda api: api.post("/applications", khoa, key="k-1"), apis))
    assert {one.status_code for one in keyed} == {201}
    assert len({one.json["id"] for one in keyed}) == 1


def test_the_same_key_gives_the_same_answer_and_with_another_body_422(campus: Campus) -> None:
    api = campus.client(HAN)
    draft = {"kind": "tuition_waiver", "answers": {}}
    first = api.post("/applications", draft, key="one")
    assert api.post("/applications", draft, key="one").json == first.json
    assert problem(api.post("/applications", WAIVER, key="one")) == (422, "key_reused")
    assert api.post("/applications", draft, key="two").json["id"] != first.json["id"]
    other = campus.client(KHOA)
    assert other.post("/applications", draft, key="one").json["id"] != first.json["id"]
    where = f"/applications/{first.json['id']}/attachments"
    made = api.upload(where, "a.pdf", pdf(), key="file")
    assert api.upload(where, "a.pdf", pdf(), key="file").status_code in (201, 422)
    assert made.status_code == 201


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"kind": NaN}', 400),
        (b'{"kind": "tuition_waiver", "answers": ' + b"[" * 100_000, 400),
        (b'{"a":' * 30 + b"1" + b"}" * 30, 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b'{"kind": 7}', 422),
        (b'{"kind": "tuition_waiver", "answers": []}', 422),
        (b'{"kind": "tuition_waiver", "submit": "yes"}', 422),
        (b'{"kind": "tuition_waiver", "extra": 1}', 422),
        (b'{"kind": "no_such_kind", "answers": {}}', 422),
        (b'{"kind": "tuition_waiver", "answers": {"reasons": "a\\u0000b"}}', 422),
        (b'{"kind": "tuition_waiver", "answers": {"reasons": "a\\ud800b"}}', 422),
        (b'{"kind": "tuition_waiver", "answers": {"year": 1e999}}', 422),
        (b'{"kind": "tuition_waiver", "answers": {"salary": 1}}', 422),
        (b"{}", 422),
        (b"", 422),
    ],
)
def test_what_cannot_be_read_is_refused_with_words(campus: Campus, raw: bytes, status: int) -> None:
    api = campus.client(HAN)
    answer = api.send("POST", "/applications", data=raw, content_type="application/json")
    assert problem(answer)[0] == status
    if status == 422:
        assert answer.json.get("field") or answer.json.get("findings")


def test_a_body_that_is_no_json_type_or_is_huge_is_refused(campus: Campus) -> None:
    api = campus.client(HAN)
    form = api.send("POST", "/applications", data=b"a=1", content_type="text/plain")
    assert problem(form)[0] == 415
    huge = json.dumps({"kind": "x" * 300_000}).encode()
    answer = api.send("POST", "/applications", data=huge, content_type="application/json")
    assert problem(answer)[0] == 413


def test_foreign_and_unknown_ids_look_alike(campus: Campus) -> None:
    made = campus.client(HAN).post("/applications", WAIVER).json
    other, office = campus.client(KHOA), campus.client(OTHER_OFFICE)
    for api in (other, office):
        for id_ in (made["id"], some_id(), "' OR 1=1 --", "가나다"):
            for method, path, body in (
                ("GET", f"/applications/{id_}", None),
                ("PUT", f"/applications/{id_}", {"answers": {}}),
                ("POST", f"/applications/{id_}/withdraw", {}),
                ("GET", f"/applications/{id_}/attachments/x", None),
            ):
                assert problem(api.send(method, path, body)) == (404, "no_application"), path
    assert problem(office.post(f"/desk/applications/{made['id']}/decision",
                               {"decision": "approve"})) == (404, "no_application")  # fmt: skip
    assert problem(other.get("/desk/applications")) == (403, "staff_only")
    assert problem(other.get(f"/documents/{NUMBER}")) == (404, "no_document")


def test_a_nul_anywhere_is_refused_before_a_database_is_asked(campus: Campus) -> None:
    api = campus.client(HAN)
    assert problem(api.get("/applications/a%00b")) == (404, "no_such_page")
    assert problem(api.get("/approvals/a%00b")) == (404, "no_such_page")
    office = campus.client(DESK)
    assert problem(office.get("/desk/professors?q=%00")) == (400, "bad_query")
    client = campus.app.test_client()
    assert client.post("/sign-in", data={"id": "a\x00", "password": "b"}).status_code == 400


def test_links_explain_themselves_each_by_a_problem_type_of_its_own(campus: Campus) -> None:
    student, anybody = campus.client(HAN), campus.client()
    made = student.post("/applications", WAIVER).json
    first = newest_link(campus)
    assert problem(anybody.get(f"/approvals/{first}x")) == (404, "unknown_link")
    shown = anybody.get(f"/approvals/{first}").json
    assert set(shown) >= {"application", "shown", "step", "by_when", "documents"}
    assert shown["application"]["answers"] == ANSWERS
    assert problem(sign(anybody, first, shown="0" * 64)) == (409, "shown_changed")
    assert problem(sign(anybody, first, decision="decline")) == (422, "reason_needed")
    assert problem(sign(anybody, first, signature=None)) == (422, "signature_needed")
    assert problem(sign(anybody, first, signature={"typed": "a", "drawn": "b"})) == (
        422, "bad_fields",
    )  # fmt: skip
    assert problem(sign(anybody, first, signature={"drawn": "***"})) == (422, "signature_bad")
    assert sign(anybody, first).json["next"]["role"] == "campus_professor"
    assert problem(anybody.get(f"/approvals/{first}")) == (410, "link_used")
    second = newest_link(campus)
    office = campus.client(DESK)
    assert office.post(f"/desk/applications/{made['id']}/steps/2/link").status_code == 200
    assert problem(anybody.get(f"/approvals/{second}")) == (410, "link_replaced")
    third = newest_link(campus)
    student.post(f"/applications/{made['id']}/withdraw", {"reason": "no longer needed"})
    assert problem(anybody.get(f"/approvals/{third}")) == (410, "link_closed")


def test_a_head_or_get_of_a_link_changes_nothing(campus: Campus) -> None:
    student, anybody = campus.client(HAN), campus.client()
    made = student.post("/applications", WAIVER).json
    token = newest_link(campus)
    before = student.get(f"/applications/{made['id']}").json
    for method in ("GET", "HEAD"):
        assert anybody.send(method, f"/approvals/{token}").status_code == 200
    assert student.get(f"/applications/{made['id']}").json == before
    assert campus.said() == []


def test_a_file_is_an_attachment_that_cannot_act(campus: Campus) -> None:
    api = campus.client(HAN)
    draft = api.post("/applications", {"kind": "tuition_waiver", "answers": {}}).json["id"]
    made = api.upload(f"/applications/{draft}/attachments", "피해 확인서.pdf", pdf())
    assert made.json["name"] == "피해 확인서.pdf"
    served = api.get(made.json["address"].removeprefix("/api/v1"))
    assert served.headers["Content-Type"] == "application/pdf"
    assert served.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in served.headers["Content-Security-Policy"]
    wrong = api.upload(f"/applications/{draft}/attachments", "소득자료.pdf", archive())
    assert problem(wrong) == (422, "upload_disguised")
    assert (wrong.json["name"], wrong.json["is_really"]) == ("소득자료.pdf", "zip")
    assert problem(api.post(f"/applications/{draft}/attachments", {})) == (415, "http_415")
    gone = api.send("DELETE", f"/applications/{draft}/attachments/{made.json['id']}")
    assert gone.status_code == 204


def test_errors_are_said_in_the_reader_s_language(campus: Campus) -> None:
    for language in ("ko", "en"):
        api = campus.client(language=language)
        body = api.post("/session", {"id": "nobody", "password": "nothing here"}).json
        assert body["type"].endswith("/problems/wrong_credentials")
        assert body["detail"]


def test_a_retry_after_is_a_header_too(campus: Campus) -> None:
    api = campus.client()
    for _ in range(10):
        api.post("/session", {"id": HAN, "password": "wrong password"})
    answer = api.post("/session", {"id": HAN, "password": "wrong password"})
    assert problem(answer) == (429, "too_many_tries")
    assert int(answer.headers["Retry-After"]) == answer.json["retry_after"] > 0


def test_the_description_names_every_route_and_every_schema_it_refers_to() -> None:
    made = spec()
    assert made["openapi"] == "3.1.0"
    described = {
        (method.upper(), path) for path, methods in made["paths"].items() for method in methods
    }
    assert len(described) == len(ROUTES)
    text_of_it = json.dumps(made)
    for name in made["components"]["schemas"]:
        assert f"#/components/schemas/{name}" in text_of_it or name == "Problem"


def test_the_published_description_is_served(campus: Campus) -> None:
    answer = campus.app.test_client().get("/api/openapi.json")
    assert answer.status_code == 200
    assert "/api/v1/applications" in answer.json["paths"]
