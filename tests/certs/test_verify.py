"""The public check: what a stranger with a number or a file is told."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pikepdf
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from services.certs import number
from services.certs.app import create_app
from shared.messages import DocumentRevocationRequested
from tests.certs.parts import Office, request

NEVER_ISSUED = number.write(7)


@pytest.fixture
def client(office: Office) -> FlaskClient:
    """A stranger's program."""
    return create_app(office.parts).test_client()


def upload(client: FlaskClient, data: bytes, path: str = "/api/v1/verify") -> TestResponse:
    """Send a file."""
    return client.post(path, data={"file": (BytesIO(data), "받은 파일.pdf")})


def verdict(client: FlaskClient, data: bytes) -> dict[str, Any]:
    """What the API says of a file."""
    answer = upload(client, data)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def test_the_file_as_issued_is_authentic_and_says_its_facts_in_full(
    office: Office, client: FlaskClient
) -> None:
    document, pdf = office.issue()

    said = verdict(client, pdf)

    assert said["verdict"] == "authentic"
    assert (said["number"], said["kind"]) == (document.number, "tuition_waiver")
    assert said["sha256"] == document.sha256
    assert {"field": "name", "label": "성명", "value": "한도윤"} in said["facts"]


def test_a_number_is_issued_and_shows_masked_facts_and_is_never_called_authentic(
    office: Office, client: FlaskClient
) -> None:
    document, _ = office.issue()

    answer = client.get(f"/api/v1/verify/{document.number.lower().replace('-', '')}")

    said = answer.get_json()
    assert (answer.status_code, said["status"]) == (200, "issued")
    assert said["number"] == document.number
    assert {"field": "name", "label": "성명", "value": "한○윤"} in said["facts"]
    assert "한도윤" not in answer.text
    assert "authentic" not in answer.text


def test_a_mistyped_number_is_not_a_forged_one(client: FlaskClient) -> None:
    wrong = NEVER_ISSUED[:-1] + "8"

    assert client.get(f"/api/v1/verify/{wrong}").get_json() == {"status": "mistyped"}
    assert client.get("/api/v1/verify/1234").get_json() == {"status": "mistyped"}


def test_a_number_that_was_never_issued_is_unknown(client: FlaskClient) -> None:
    answer = client.get(f"/api/v1/verify/{NEVER_ISSUED}")

    assert (answer.status_code, answer.get_json()["status"]) == (200, "unknown")


@pytest.mark.parametrize("newer", [False, True])
def test_a_document_that_has_ended_says_so_with_its_day_and_public_code(
    office: Office, client: FlaskClient, newer: bool
) -> None:
    document, pdf = office.issue()
    replaced_by = office.issue()[0].number if newer else None
    status = "superseded" if newer else "revoked"

    office.hear(DocumentRevocationRequested(
        number=document.number, code="error", replaced_by=replaced_by
    ))  # fmt: skip

    said = client.get(f"/api/v1/verify/{document.number}").get_json()
    assert (said["status"], said["code"]) == (status, "error")
    assert said["at"] == office.clock.now().isoformat()
    assert verdict(client, pdf)["verdict"] == status


def test_a_file_that_is_no_pdf_is_refused_naming_the_field(client: FlaskClient) -> None:
    answer = upload(client, b"PK\x03\x04 a Word file")

    assert answer.status_code == 422
    assert answer.get_json()["type"].endswith("/problems/not_a_pdf")
    assert answer.get_json()["field"] == "file"


@pytest.mark.parametrize("data", [{}, {"file": "text, no file"}])
def test_no_file_is_refused_naming_the_field(client: FlaskClient, data: dict[str, str]) -> None:
    answer = client.post("/api/v1/verify", data=data)

    assert (answer.status_code, answer.get_json()["field"]) == (422, "file")


def test_a_file_over_twenty_megabytes_is_refused(client: FlaskClient) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7 '
    body = head + bytes(21 * 1024 * 1024) + b"\r\n--b--\r\n"
    answer = client.post(
        "/api/v1/verify",
        input_stream=BytesIO(body),
        content_length=len(body),
        content_type="multipart/form-data; boundary=b",
    )

    assert (answer.status_code, answer.get_json()["field"]) == (422, "file")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"%PDF-1.7\nnothing more", "broken"),
        (b"%PDF-1.7\n" + b"<<" * 50_000, "broken"),
        (b"%PDF-1.7\n" + b"[" * 200_000, "broken"),
    ],
)
def test_a_broken_file_is_unknown_with_the_reason(
    client: FlaskClient, data: bytes, reason: str
) -> None:
    said = verdict(client, data)

    assert (said["verdict"], said["reason"]) == ("unknown", reason)


def test_an_encrypted_copy_is_unknown_with_the_reason(office: Office, client: FlaskClient) -> None:
    _, pdf = office.issue()
    locked = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as opened:
        opened.save(locked, encryption=pikepdf.Encryption(user="secret", owner="secret"))

    said = verdict(client, locked.getvalue())

    assert (said["verdict"], said["reason"]) == ("unknown", "encrypted")


def test_a_file_that_unpacks_to_gigabytes_costs_no_more_than_its_limits(
    client: FlaskClient,
) -> None:
    bomb = pikepdf.new()
    bomb.add_blank_page()
    bomb.pages[0].Contents = bomb.make_stream(b"BT /F 1 Tf (a) Tj ET\n" * 9_000_000)
    packed = BytesIO()
    bomb.save(packed)

    said = verdict(client, packed.getvalue())

    assert said["verdict"] == "unknown"


def test_a_strangers_pdf_is_unknown(client: FlaskClient) -> None:
    blank = pikepdf.new()
    blank.add_blank_page()
    saved = BytesIO()
    blank.save(saved)

    said = verdict(client, saved.getvalue())

    assert (said["verdict"], said["reason"]) == ("unknown", "no_number")


def test_sixty_checks_a_minute_pass_and_more_are_told_when_to_come_back(
    office: Office, client: FlaskClient
) -> None:
    path = f"/api/v1/verify/{NEVER_ISSUED}"
    assert [client.get(path).status_code for _ in range(60)] == [200] * 60

    answer = client.get(path)

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    elsewhere = client.get(path, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 200


def test_known_and_unknown_numbers_ask_the_database_alike(
    office: Office, client: FlaskClient
) -> None:
    document, _ = office.issue()
    asked: list[str] = []
    event.listen(
        office.database.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_rest: asked.append(statement),
    )

    client.get(f"/api/v1/verify/{document.number}")
    known = asked[:]
    asked.clear()
    client.get(f"/api/v1/verify/{NEVER_ISSUED}")

    assert asked == known


def test_the_check_keeps_nothing_of_the_file(
    office: Office, client: FlaskClient, tmp_path: Any
) -> None:
    _, pdf = office.issue()
    before = sorted(path for path in tmp_path.rglob("*") if "files" in path.parts)

    verdict(client, pdf + b"\n%")

    assert sorted(path for path in tmp_path.rglob("*") if "files" in path.parts) == before


def test_an_issue_in_english_is_checked_like_any_other(office: Office, client: FlaskClient) -> None:
    office.hear(asked := request(language="en"))
    document = next(one for one in office.documents() if one.issue_id == asked.issue_id)
    pdf = office.files.get(document.file_id)

    said = verdict(client, pdf)

    assert (said["verdict"], said["language"]) == ("authentic", "en")
