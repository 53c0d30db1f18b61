"""Every certificate, from the student's request to the paper that anybody can check.

CRT-01 to CRT-08 on the embedded default, over the published API alone. The
demo's first twelve students are those who take them out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from services import demo
from services.demo import Person
from services.forms.people.demo import accounts
from tests.parts.product import Embedded
from tests.people import Cast
from tests.test_journeys import words_of

TWELVE = [one["id"] for one in accounts() if one["role"] == "student"][:12]
STATEMENTS: Mapping[str, tuple[str, str]] = {
    "certificate_enrollment": ("재학하고 있음을 증명합니다", "is enrolled as a student"),
    "certificate_degree": ("학위를 받았음을 증명합니다", "holds the above degree"),
    "certificate_transcript": ("위와 같이 성적을 증명합니다", "is a true record of the courses"),
    "certificate_completion": ("수료하였음을 증명합니다", "has completed the coursework"),
    "certificate_leave": ("휴학 중임을 증명합니다", "is on leave of absence"),
    "certificate_termination": ("제적되었음을 증명합니다", "ended as stated above"),
    "certificate_conferral": ("학위를 수여하였음을 증명합니다", "has conferred the above degree"),
}
EXPECTED, PAYMENT = "certificate_expected_degree", "certificate_tuition_payment"


@pytest.fixture(scope="module")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    product = Embedded(tmp_path_factory.mktemp("product"))
    try:
        product.start()
        yield Cast(product.url)
    finally:
        product.stop()


def offer(person: Person, kind: str) -> dict[str, Any]:
    kinds = person.ask("GET", "/api/v1/kinds")
    return next(one for one in kinds if one["name"] == kind)


def who_may(cast: Cast, kind: str) -> Person:
    """The first of the twelve to whom it is open."""
    return next(person for login in TWELVE if offer(person := cast.signed_in(login), kind)["open"])


def asked_for(person: Person, kind: str, language: str, **changes: Any) -> Any:
    answers = {**offer(person, kind)["prefill"], "language": language, **changes}
    body = {"kind": kind, "answers": answers, "submit": True}
    return person.request("POST", "/api/v1/applications", json=body)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("kind", STATEMENTS)
def test_a_certificate_is_there_at_once_and_can_be_checked(
    cast: Cast, kind: str, language: str
) -> None:
    student = who_may(cast, kind)
    made = asked_for(student, kind, language)
    assert made.status_code == 201, made.text
    assert made.json()["state"] in ("approved", "issued")
    document = demo.document_of(student, made.json()["id"])
    assert document["language"] == language
    pdf = demo.download(student, document["number"])
    words = words_of(pdf)
    assert STATEMENTS[kind][language == "en"] in words
    assert made.json()["number"] in words
    assert document["number"] in words
    assert_checks(cast, document["number"], pdf)


def assert_checks(cast: Cast, number: str, pdf: bytes) -> None:
    anybody = Person(cast.url)
    by_number = anybody.ask("GET", f"/api/v1/verify/{number}")
    assert by_number["status"] == "issued"
    assert "*" in str(by_number)
    by_file = anybody.ask("POST", "/api/v1/verify", files={"file": ("paper.pdf", pdf)})
    assert by_file["verdict"] == "authentic"
    changed = pdf.replace(b"/Producer", b"/Producex", 1) + b"\n"
    altered = anybody.ask("POST", "/api/v1/verify", files={"file": ("paper.pdf", changed)})
    assert altered["verdict"] != "authentic"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_an_expected_degree_is_verified_by_student_affairs_first(cast: Cast, language: str) -> None:
    student = who_may(cast, EXPECTED)
    made = asked_for(student, EXPECTED, language).json()
    assert made["state"] == "at_desk"
    again = asked_for(student, EXPECTED, language)
    assert (again.status_code, again.json()["application_id"]) == (409, made["id"])
    path = f"/api/v1/desk/applications/{made['id']}/decision"
    approve = {"decision": "approve"}
    assert cast.officer().request("POST", path, json=approve).status_code in (403, 404)
    office = cast.signed_in(
        next(one["id"] for one in accounts() if one["office"] == "student_affairs")
    )
    office.ask("POST", path, json=approve)
    document = demo.document_of(student, made["id"])
    pdf = demo.download(student, document["number"])
    assert {"ko": "받을 예정임을 증명합니다", "en": "is expected to receive"}[language] in words_of(
        pdf
    )
    assert_checks(cast, document["number"], pdf)


def test_the_first_twelve_together_take_out_every_certificate(cast: Cast) -> None:
    for kind in (*STATEMENTS, EXPECTED, PAYMENT):
        assert who_may(cast, kind)


def test_tuition_payment_comes_in_korean_and_is_refused_in_english(cast: Cast) -> None:
    student = who_may(cast, PAYMENT)
    refused = asked_for(student, PAYMENT, "en")
    assert refused.status_code == 422
    (found,) = [one for one in refused.json()["findings"] if one["severity"] == "block"]
    assert (found["rule"], found["field"]) == ("CRT-09", "language")
    made = asked_for(student, PAYMENT, "ko").json()
    document = demo.document_of(student, made["id"])
    pdf = demo.download(student, document["number"])
    assert "등록금을 납입하였음을 증명합니다" in words_of(pdf)
    assert_checks(cast, document["number"], pdf)


def test_one_certificate_does_not_stand_in_the_way_of_the_next(cast: Cast) -> None:
    student = who_may(cast, "certificate_enrollment")
    made = [asked_for(student, "certificate_enrollment", "ko") for _ in range(3)]
    assert [one.status_code for one in made] == [201, 201, 201]
    numbers = {demo.document_of(student, one.json()["id"])["number"] for one in made}
    assert len(numbers) == 3


def test_an_unknown_language_is_refused_by_its_field(cast: Cast) -> None:
    student = who_may(cast, "certificate_enrollment")
    refused = asked_for(student, "certificate_enrollment", "fr")
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["findings"] if one["severity"] == "block"] == [
        "language"
    ]


def test_who_may_not_have_it_hears_why_and_what_to_do(cast: Cast) -> None:
    student = who_may(cast, "certificate_enrollment")
    refused = asked_for(student, "certificate_termination", "ko")
    assert refused.status_code == 422
    (found,) = [one for one in refused.json()["findings"] if one["severity"] == "block"]
    assert found["rule"] == "CRT-07"
    assert found["remedy"]


def test_student_affairs_revokes_a_certificate(cast: Cast) -> None:
    student = who_may(cast, "certificate_leave")
    made = asked_for(student, "certificate_leave", "en").json()
    number = demo.document_of(student, made["id"])["number"]
    office = cast.signed_in(
        next(one["id"] for one in accounts() if one["office"] == "student_affairs")
    )
    revoke = {"reason": "The leave had ended.", "code": "error"}
    office.ask("POST", f"/api/v1/documents/{number}/revoke", json=revoke)
    seen: set[str] = set()
    cast.mailbox.wait(
        seen, lambda m: m["message"] == "revoked" and number in m["subject"] + m["text"]
    )
    assert Person(cast.url).ask("GET", f"/api/v1/verify/{number}")["status"] == "revoked"
