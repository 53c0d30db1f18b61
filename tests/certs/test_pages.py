"""The pages of certs, as people see them."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from services.certs import number
from services.certs.app import create_app
from shared.cookies import DESK
from shared.links import desk_pass
from shared.messages import DocumentRevocationRequested
from tests.certs.parts import Office


@pytest.fixture
def client(office: Office) -> FlaskClient:
    """A browser."""
    return create_app(office.parts).test_client()


def heading(client: FlaskClient, path: str, language: str) -> str:
    """The h1 of a page: who reads only that knows enough."""
    answer = client.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return re.search("<h1>(.*?)</h1>", answer.text)[1]  # type: ignore[index]


@pytest.mark.parametrize(
    ("language", "form", "issued", "unknown", "mistyped", "revoked"),
    [
        ("ko", "문서가 진본인지 확인합니다", "발급된 번호입니다. 종이와 견주어 보세요",
         "발급한 적이 없는 번호입니다", "번호가 잘못 입력되었습니다", "효력이 없는 문서입니다"),
        ("en", "Is this document authentic?", "This number was issued. Compare the paper",
         "No document has this number", "The number is mistyped", "This document is revoked"),
    ],
)  # fmt: skip
def test_every_state_of_a_number_has_its_heading(
    office: Office, client: FlaskClient, language: str, form: str, issued: str, unknown: str,
    mistyped: str, revoked: str,
) -> None:  # fmt: skip
    document, _ = office.issue()
    assert heading(client, "/verify", language) == form
    assert heading(client, f"/verify/{document.number}", language) == issued
    assert heading(client, f"/verify/{number.write(7)}", language) == unknown
    assert heading(client, "/verify?number=4WZN-8C0P", language) == mistyped

    office.hear(DocumentRevocationRequested(number=document.number, code="error"))

    assert heading(client, f"/verify/{document.number}", language) == revoked


@pytest.mark.parametrize(
    ("language", "authentic", "altered"),
    [("ko", "진본입니다", "고쳐진 파일입니다"), ("en", "Authentic", "This file has been altered")],
)
def test_every_verdict_on_a_file_has_its_heading(
    office: Office, client: FlaskClient, language: str, authentic: str, altered: str
) -> None:
    _, pdf = office.issue()

    for data, said in ((pdf, authentic), (pdf + b"\n%", altered)):
        answer = client.post(
            "/verify",
            data={"file": (BytesIO(data), "a.pdf")},
            headers={"Accept-Language": language},
        )
        assert f"<h1>{said}</h1>" in answer.text


def test_a_typed_number_leads_to_its_own_address(office: Office, client: FlaskClient) -> None:
    document, _ = office.issue()

    answer = client.get("/verify", query_string={"number": document.number.lower()})

    assert (answer.status_code, answer.location) == (303, f"/verify/{document.number}")


def test_a_wrong_file_keeps_the_form_with_the_sentence(client: FlaskClient) -> None:
    answer = client.post("/verify", data={"file": (BytesIO(b"GIF89a"), "a.gif")})

    assert answer.status_code == 422
    assert "PDF 파일이 아닙니다" in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_what_is_typed_is_shown_as_typed_and_never_run(client: FlaskClient) -> None:
    answer = client.get("/verify", query_string={"number": '"><script>alert(1)</script>'})

    assert "<script>" not in answer.text


def test_too_many_checks_are_told_when_to_come_back(client: FlaskClient) -> None:
    for _ in range(60):
        client.get("/verify/1")

    answer = client.get("/verify/1")

    assert answer.status_code == 429
    assert "초 뒤에" in answer.text


def test_staff_with_a_pass_see_the_ledger_and_find_a_number_in_it(
    office: Office, client: FlaskClient
) -> None:
    document, _ = office.issue()
    other, _ = office.issue()
    now, kinds = office.clock.now(), ["tuition_waiver"]
    staff = desk_pass("educational_affairs", "staff-1", now, office.keyring, kinds)
    client.set_cookie(DESK, staff)

    assert document.number in client.get("/desk/ledger").text
    found = client.get("/desk/ledger", query_string={"number": document.number}).text
    assert (document.number in found, other.number in found) == (True, False)
    assert "한도윤" not in found
    assert "tuition_waiver" in client.get("/desk/templates").text


@pytest.mark.parametrize("path", ["/desk/ledger", "/desk/templates"])
def test_without_a_pass_staff_are_led_to_get_one(client: FlaskClient, path: str) -> None:
    client.set_cookie(DESK, "forged.pass")

    answer = client.get(path)

    assert answer.status_code == 303
    assert answer.location.startswith("/desk/pass?next=%2Fdesk")
