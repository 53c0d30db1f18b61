"""Handing out files: only to whom forms has given a capability, and never to be run."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from urllib.parse import quote

import docx
import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from services.certs.app import create_app
from services.certs.library import TEMPLATES
from shared.links import file_capability
from tests.certs.parts import Office


@pytest.fixture
def client(office: Office) -> FlaskClient:
    """Whoever follows an address."""
    return create_app(office.parts).test_client()


def address(office: Office, subject: str, form: str, name: str = "") -> str:
    """The address that forms would answer with."""
    return "/files/" + file_capability(subject, form, office.clock.now(), office.keyring, name)


def test_the_pdf_goes_out_byte_for_byte_as_an_attachment_that_no_browser_runs(
    office: Office, client: FlaskClient
) -> None:
    document, pdf = office.issue()

    answer = client.get(address(office, document.number, "pdf"))

    assert answer.data == pdf
    assert answer.content_type == "application/pdf"
    name = quote(f"등록금감면신청서_{document.number}.pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert f"filename*=UTF-8''{name}" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_staff_get_a_working_copy_without_seal_and_signatures(
    office: Office, client: FlaskClient
) -> None:
    document, _ = office.issue(advisor={"name": "서유나", "drawn": False, "typed": "서명한사람",
                                        "signed_at": "2026-08-25 16:40"})  # fmt: skip

    answer = client.get(address(office, document.number, "docx"))

    assert answer.status_code == 200
    assert answer.content_type.endswith("wordprocessingml.document")
    body = docx.Document(BytesIO(answer.data)).element.xml
    assert "한도윤" in body
    assert document.number in body
    assert "서명한사람" not in body


def test_a_stored_file_keeps_its_korean_name(office: Office, client: FlaskClient) -> None:
    stored = office.files.put(b"%PDF-1.7 attached")

    answer = client.get(address(office, stored.file_id, "stored", "재해 사실 확인서.pdf"))

    assert answer.data == b"%PDF-1.7 attached"
    assert quote("재해 사실 확인서.pdf") in answer.headers["Content-Disposition"]


def test_a_stored_page_is_never_shown_as_a_page(office: Office, client: FlaskClient) -> None:
    stored = office.files.put(b"<html><script>alert(1)</script>")

    answer = client.get(address(office, stored.file_id, "stored"))

    assert answer.content_type == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_an_address_works_for_two_minutes(office: Office, client: FlaskClient) -> None:
    document, _ = office.issue()
    path = address(office, document.number, "pdf")

    office.clock.advance(timedelta(seconds=121))

    assert client.get(path).status_code == 410


def test_an_altered_address_is_nothing(office: Office, client: FlaskClient) -> None:
    document, _ = office.issue()
    path = address(office, document.number, "pdf")
    for place in range(len("/files/"), len(path), 9):
        altered = path[:place] + ("A" if path[place] != "A" else "B") + path[place + 1 :]
        assert client.get(altered).status_code == 404


@pytest.mark.parametrize(
    ("subject", "form"),
    [("0000-0000-0000-0007-7", "pdf"), ("../../etc/passwd", "stored"), ("a" * 32, "stored"),
     ("nonsense", "docx"), ("0000-0000-0000-0007-7", "exe")],
)  # fmt: skip
def test_what_is_not_there_is_nothing(
    office: Office, client: FlaskClient, subject: str, form: str
) -> None:
    assert client.get(address(office, subject, form)).status_code == 404


FORMS = [
    (kind, language)
    for kind in sorted(p.name for p in TEMPLATES.iterdir() if not p.name.startswith("certificate_"))
    if kind != "recommendation_letter"
    for language in ("ko", "en")
]


@pytest.mark.parametrize(("kind", "language"), FORMS)
def test_a_blank_form_says_so_and_where_to_hand_it_in_and_is_nobodys(
    office: Office, client: FlaskClient, kind: str, language: str
) -> None:
    where = {"ko": "학사과", "en": "Educational Affairs"}[language]
    capability = file_capability(
        f"{kind}:{language}", "blank", office.clock.now(), office.keyring, office=where
    )
    answer = client.get(f"/files/{capability}")
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    reader = PdfReader(BytesIO(answer.data))
    text = " ".join(reader.pages[0].extract_text().split())
    assert {"ko": "빈 양식", "en": "Blank form"}[language] in text
    assert where in text
    assert "☑" not in text
    assert not re.search(r"\d{4}-\d{2}-\d{2}|[A-Z]-\d{4}-\d", text)
    assert b"/ByteRange" not in answer.data, "unsigned"


@pytest.mark.parametrize(
    ("kind", "language", "words"),
    [
        ("tuition_waiver", "en", "Tuition Fee Waiver for the ________ semester, ________."),
        ("tuition_waiver", "ko", "위와 같은 사유로 ________학년도 ________ 등록금 감면을"),
        ("due_date_extension", "en", "fees for ________, ________ semester, for the reasons"),
        ("due_date_extension", "ko", "위와 같은 사유로 ________학년도 ________ 등록금 납부기한"),
    ],
)
def test_where_the_sentence_names_the_semester_a_blank_form_has_lines_to_write_on(
    office: Office, client: FlaskClient, kind: str, language: str, words: str
) -> None:
    """EXT-04: in its sentence; what has a place of its own on the form stays empty."""
    answer = client.get(address(office, f"{kind}:{language}", "blank"))
    text = " ".join(PdfReader(BytesIO(answer.data)).pages[0].extract_text().split())
    assert words in text
    assert text.count("_" * 8) == 2


def test_there_is_no_blank_form_of_a_certificate_or_of_nothing(
    office: Office, client: FlaskClient
) -> None:
    for subject in ("nothing:ko", "tuition_waiver:fr", "certificate_transcript:ko"):
        assert client.get(address(office, subject, "blank")).status_code == 404
