"""Letters of recommendation, end to end: asked for, written, sealed, delivered, checked (REC).

The same journey on the embedded default and in earnest, over the published API alone.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import docx
import pytest

from services.demo import Person
from tests.parts.product import Embedded, InEarnest, Product
from tests.people import Cast, Sent
from tests.test_journeys import words_of

LETTERS = {
    "ko": "한서윤 학생을 삼 년 동안 지도하였습니다.\n\n맡은 일을 끝까지 해내는 학생입니다.",
    "en": "I have known this student for three years.\n\nI recommend them without reservation.",
}
OFFICER = "sua.moon"  # Student Affairs


@pytest.fixture(scope="module", params=["embedded", "in earnest"])
def product(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    """A running Dojang."""
    folder = tmp_path_factory.mktemp("letters")
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
    """The people at the running product."""
    return Cast(product.url)


def ask(cast: Cast, student: Person, language: str, **more: Any) -> Sent:
    """A student asks Professor Kowalska for a letter."""
    found = student.ask("GET", "/api/v1/professors", params={"q": "Kowalska"})
    answers = {
        "professor": found[0]["id"],
        "language": language,
        "delivery": "handed",
        "purpose": "A doctoral program",
        "recipient": "Admissions Committee",
        "institution": "Rhine University of Technology",
        **more,
    }
    seen = cast.mailbox.seen()
    body = {"kind": "recommendation_letter", "answers": answers, "submit": True}
    made = student.ask("POST", "/api/v1/applications", json=body)
    return Sent(student, made["id"], made["number"], seen)


def sign(link: str, cast: Cast, letter: dict[str, str]) -> Any:
    """The professor keeps the letter, looks at it and signs what was shown."""
    professor = Person(cast.url)
    kept = professor.ask("PUT", f"{link}/letter", json=letter)
    assert professor.request("GET", f"{link}/paper").status_code == 303
    body = {
        "decision": "approve",
        "shown": kept["shown"],
        "signature": {"typed": "Marta Kowalska"},
    }
    return professor.ask("POST", link, json=body)


def sealed(cast: Cast, sent: Sent) -> dict[str, Any]:
    """The office seals it; the case when the paper is there, as the office sees it."""
    office = cast.signed_in(OFFICER)
    path = f"/api/v1/desk/applications/{sent.id}"
    office.ask("POST", f"{path}/decision", json={"decision": "approve"})
    for _ in range(600):
        case = office.ask("GET", f"/api/v1/applications/{sent.id}")
        if case["state"] == "issued":
            return dict(case)
        assert case["state"] == "approved", case["failure"]
    raise AssertionError("no letter")


def pdf_of(person: Person, number: str) -> bytes:
    """The file, as somebody who may have it gets it."""
    answer = person.request("GET", f"/api/v1/documents/{number}/file")
    assert answer.status_code == 303, answer.text
    return person.request("GET", answer.headers["Location"]).content


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_letter_goes_from_the_students_request_to_the_hands_of_the_student(
    cast: Cast, language: str
) -> None:
    student = cast.signed_in("2025-3107")
    sent = ask(cast, student, language, purpose=f"In {language}")
    link = cast.link(sent, "letter_request")
    signed = sign(link, cast, {"body": LETTERS[language], "position": "Professor"})
    assert signed["state"] == "at_desk"
    cast.mail(sent, "letter_signed", to="marta.kowalska")
    written = cast.mail(sent, "letter_written")
    assert "/a/" not in written["text"]
    case = sealed(cast, sent)
    number = case["documents"][0]["number"]
    assert cast.case(sent)["documents"] == [], "it is not the student's before it is handed over"
    refused = student.request("GET", f"/api/v1/documents/{number}/file")
    assert refused.status_code == 404
    office = cast.signed_in(OFFICER)
    path = f"/api/v1/desk/applications/{sent.id}/delivery"
    office.ask("POST", path, json={"how": "handed"})
    assert number in cast.mail(sent, "letter_delivered", to="s20253107")["text"]
    assert cast.case(sent)["delivery"]["how"] == "handed"
    pdf = pdf_of(student, number)
    text = words_of(pdf)
    for word in (LETTERS[language].split("\n")[0][:12], "Marta Kowalska", number, sent.number):
        assert word in text
    anybody = Person(cast.url)
    checked = anybody.ask(
        "POST", "/api/v1/verify", files={"file": ("letter.pdf", pdf, "application/pdf")}
    )
    assert checked["verdict"] == "authentic"
    shown = str(anybody.ask("GET", f"/api/v1/verify/{number}"))
    assert "한서윤" not in shown
    assert "Kowalska" not in shown


def test_a_mailed_letter_is_its_recipients_alone(cast: Cast) -> None:
    student = cast.signed_in("2025-3107")
    sent = ask(cast, student, "en", delivery="mailed", mail_address="Templergraben 1, Aachen")
    link = cast.link(sent, "letter_request")
    sign(link, cast, {"body": LETTERS["en"], "position": "Professor"})
    number = sealed(cast, sent)["documents"][0]["number"]
    office = cast.signed_in(OFFICER)
    path = f"/api/v1/desk/applications/{sent.id}/delivery"
    office.ask("POST", path, json={"how": "mailed", "reference": "EE 123 456 789 KR"})
    told = cast.mail(sent, "letter_delivered", to="s20253107")
    assert "EE 123 456 789 KR" in told["text"]
    assert student.request("GET", f"/api/v1/documents/{number}/file").status_code == 404
    assert words_of(pdf_of(office, number))
    twice = office.request("POST", path, json={"how": "handed"})
    assert twice.status_code == 409


def test_a_letter_of_a_word_file_runs_over_pages_and_closes_with_its_words(cast: Cast) -> None:
    student = cast.signed_in("2025-3107")
    sent = ask(cast, student, "en", purpose="Two pages")
    link = cast.link(sent, "letter_request")
    document = docx.Document()
    for n in range(9):
        document.add_paragraph(f"Paragraph {n}. " + "She measured what nobody had measured. " * 8)
    data = io.BytesIO()
    document.save(data)
    professor = Person(cast.url)
    taken = professor.ask(
        "POST", f"{link}/letter/file", files={"file": ("letter.docx", data.getvalue())}
    )
    assert taken["letter"]["pages"] == 2
    signed = sign(link, cast, {**{k: taken["letter"][k] for k in ("body", "position")}})
    assert signed["state"] == "at_desk"
    office = cast.signed_in(OFFICER)
    number = sealed(cast, sent)["documents"][0]["number"]
    pdf = pdf_of(office, number)
    import pypdf

    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    assert len(pages) == 2
    assert "Paragraph 0" in pages[0]
    assert "Sincerely yours" in pages[1]
    assert "measured" in pages[1], "the close does not stand alone"


def test_a_letter_passed_on_by_its_professor_is_begun_anew_by_another(cast: Cast) -> None:
    student = cast.signed_in("2025-3107")
    sent = ask(cast, student, "en", purpose="Passed on")
    link = cast.link(sent, "letter_request")
    Person(cast.url).ask("PUT", f"{link}/letter", json={"body": "Secret first thoughts."})
    assert cast.decide(link, "not_mine").status_code == 200
    office = cast.signed_in(OFFICER)
    other = office.ask("GET", "/api/v1/desk/professors", params={"q": "Weber"})[0]
    step = f"/api/v1/desk/applications/{sent.id}/steps/1/professor"
    office.ask("POST", step, json={"professor_id": other["id"]})
    second = cast.link(sent, "letter_request")
    shown = Person(cast.url).ask("GET", second)
    assert shown["step"]["who"] == "Daniel Weber"
    assert shown["letter"]["body"] == ""
    assert cast.decide(second, "decline", reason="I do not know this student.").status_code == 200
    assert cast.case(sent)["state"] == "declined"
