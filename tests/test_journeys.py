"""What people see, end to end, on the embedded default and in earnest.

The same journeys walk `./run`'s one process with SQLite and the built-in queue,
and each department apart on RabbitMQ, PostgreSQL and SMTP.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import pypdf
import pytest

from services import demo
from services.demo import Person
from services.forms.people.demo import accounts
from tests.parts.product import Embedded, InEarnest, Product
from tests.people import Cast

ACCOUNTS = accounts()


@pytest.fixture(scope="module", params=["embedded", "in earnest"])
def product(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    """A running Dojang; the journeys of this module share it, each with students of its own."""
    folder = tmp_path_factory.mktemp("product")
    made: Product
    if request.param == "embedded":
        made = Embedded(folder)
    else:
        rabbitmq = request.getfixturevalue("rabbitmq")
        made = InEarnest(folder, rabbitmq, request.getfixturevalue("postgres"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def cast(product: Product) -> Cast:
    """The people of the journeys at the running product."""
    return Cast(product.url)


def words_of(pdf: bytes) -> str:
    """The text of a PDF with its white space folded."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_waiver_goes_from_the_students_screen_to_the_verified_paper(
    product: Product, language: str
) -> None:
    lines: list[str] = []
    walked = demo.walk(product.url, ACCOUNTS, language, lines.append)
    assert walked.verdict == "authentic"
    assert len(lines) == 8
    text = words_of(walked.pdf)
    assert walked.number in text
    assert "EA-2026-0001" in text
    found = Person(product.url).ask("GET", f"/api/v1/verify/{walked.number}")
    assert found["status"] == "issued"
    assert walked.number in str(found)


def test_a_returned_application_is_sent_again_and_signed_anew(cast: Cast) -> None:
    sent = cast.send(cast.applicant())
    first = cast.link(sent)
    assert cast.decide(first).status_code == 200
    second = cast.link(sent)
    assert cast.decide(second, "return").status_code == 422, "a return needs its reason"
    assert cast.decide(second, "return", reason="서류를 붙여 주세요").status_code == 200
    assert "서류를 붙여 주세요" in cast.mail(sent, "returned")["text"]
    case = cast.case(sent)
    assert case["state"] == "returned"
    path = f"/api/v1/applications/{sent.id}"
    answers = {**case["answers"], "reasons": "사유를 더 자세히 적습니다."}
    sent.student.ask("PUT", path, json={"answers": answers})
    sent.student.ask("POST", f"{path}/submit", json={})
    assert cast.decide(first).status_code == 410, "what was signed before is void"
    cast.sign_both(sent)
    assert cast.case(sent)["state"] == "at_desk"
    assert cast.at_desk(sent, "approve").status_code == 200
    document = cast.issued(sent)
    assert "사유를 더 자세히 적습니다." in words_of(cast.pdf(sent, document["number"]))


def test_a_professors_decline_ends_it_and_everybody_hears_why(cast: Cast) -> None:
    sent = cast.send(cast.applicant())
    assert cast.decide(cast.link(sent)).status_code == 200
    assert cast.decide(cast.link(sent), "decline", reason="규정에 맞지 않습니다").status_code == 200
    assert cast.case(sent)["state"] == "declined"
    told = [cast.mail(sent, "declined") for _ in range(3)]
    assert len({mail["to"] for mail in told}) == 3
    assert all("규정에 맞지 않습니다" in mail["text"] for mail in told)


def test_a_withdrawn_application_is_withdrawn_for_everybody(cast: Cast) -> None:
    sent = cast.send(cast.applicant())
    link = cast.link(sent)
    sent.student.ask("POST", f"/api/v1/applications/{sent.id}/withdraw", json={})
    assert cast.case(sent)["state"] == "withdrawn"
    assert cast.decide(link).status_code == 410
    again = cast.send(sent.student)
    assert again.number != sent.number
    sent.student.ask("POST", f"/api/v1/applications/{again.id}/withdraw", json={})


def test_not_my_student_goes_to_the_office_which_gives_it_to_somebody(cast: Cast) -> None:
    sent = cast.send(cast.applicant())
    assert cast.decide(cast.link(sent), "not_mine").status_code == 200
    case = cast.case(sent)
    assert (case["state"], case["steps"][0]["state"]) == ("in_approval", "unassigned")
    cast.mail(sent, "unassigned")
    desk = cast.officer()
    professors = desk.ask("GET", "/api/v1/desk/professors", params={"q": "Kowalska"})
    step = f"/api/v1/desk/applications/{sent.id}/steps/1"
    desk.ask("POST", f"{step}/professor", json={"professor_id": professors[0]["id"]})
    cast.sign_both(sent)
    assert cast.case(sent)["state"] == "at_desk"
    assert cast.at_desk(sent, "decline", reason="기한이 지났습니다").status_code == 200


def test_a_corrected_address_gets_a_new_link_and_the_old_one_says_so(cast: Cast) -> None:
    sent = cast.send(cast.applicant())
    old = cast.link(sent)
    step = f"/api/v1/desk/applications/{sent.id}/steps/1"
    cast.officer().ask("POST", f"{step}/address", json={"email": "right@dojang.example"})
    mail = cast.mail(sent, "approval_request", to="right@dojang.example")
    assert "/a/" in mail["text"]
    gone = Person(cast.url).request("GET", old)
    assert (gone.status_code, gone.json()["type"].split("/")[-1]) == (410, "link_replaced")
    sent.student.ask("POST", f"/api/v1/applications/{sent.id}/withdraw", json={})


def test_one_professor_in_both_offices_signs_once_and_stands_twice(cast: Cast) -> None:
    sent = cast.send(cast.applicant(professors=1))
    link = cast.link(sent)
    shown = Person(cast.url).request("GET", link).json()
    assert shown["step"]["roles"] == ["advisor", "campus_professor"]
    assert cast.decide(link, signature={"typed": "Once Signed"}).status_code == 200
    assert cast.case(sent)["state"] == "at_desk"
    assert cast.at_desk(sent, "approve").status_code == 200
    text = words_of(cast.pdf(sent, cast.issued(sent)["number"]))
    assert text.count("Once Signed") == 2


def test_the_office_may_grant_less_and_never_more(cast: Cast) -> None:
    sent = cast.send(cast.applicant("en"))
    cast.sign_both(sent)
    assert cast.at_desk(sent, "approve", granted="full").status_code == 422
    assert cast.at_desk(sent, "approve", granted="one_third", reference="EA-7").status_code == 200
    document = cast.issued(sent)
    text = words_of(cast.pdf(sent, document["number"]))
    assert "Granted in part" in text
    assert "1/3 reduction" in text
    assert "EA-7" in text


def test_a_revoked_paper_says_so_to_whoever_checks_it(cast: Cast) -> None:
    sent = cast.send(cast.applicant("en"))
    cast.sign_both(sent)
    assert cast.at_desk(sent, "approve").status_code == 200
    number = cast.issued(sent)["number"]
    pdf = cast.pdf(sent, number)
    revoke = {"reason": "A secret reason.", "code": "error"}
    cast.officer().ask("POST", f"/api/v1/documents/{number}/revoke", json=revoke)
    cast.mail(sent, "revoked")
    public = Person(cast.url)
    by_number = public.ask("GET", f"/api/v1/verify/{number.lower().replace('-', ' ')}")
    assert by_number["status"] == "revoked"
    by_file = public.ask("POST", "/api/v1/verify", files={"file": ("p.pdf", pdf)})
    assert by_file["verdict"] == "revoked"
    assert "secret" not in str(by_number) + str(by_file)


def test_what_was_signed_is_what_was_shown(cast: Cast) -> None:
    sent = cast.send(cast.applicant())
    link = cast.link(sent)
    stale = cast.decide(link, shown="0" * 64)
    assert stale.status_code == 409
    assert cast.case(sent)["steps"][0]["state"] != "approved"
    body = {"kind": "tuition_waiver", "answers": cast.answers(sent.student, "다시"), "submit": True}
    second = sent.student.request("POST", "/api/v1/applications", json=body)
    assert second.status_code == 409
    assert second.json()["application_id"] == sent.id
    sent.student.ask("POST", f"/api/v1/applications/{sent.id}/withdraw", json={})


def test_a_code_comes_by_sms_to_who_prefers_it(cast: Cast) -> None:
    account = next(one for one in reversed(ACCOUNTS) if one["role"] == "student")
    person = Person(cast.url)
    person.sign_in(account, cast.mailbox, channel="sms")
    assert person.request("GET", "/api/v1/applications").status_code == 200
