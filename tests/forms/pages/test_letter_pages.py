"""What student, professor and office see of a letter of recommendation, without scripts."""

from __future__ import annotations

import io
from typing import Any

from sqlalchemy import text

from shared.messages import DocumentRequested
from tests.forms.campus import HAN, Campus
from tests.forms.letters.letters import OFFICE
from tests.forms.letters.test_taking_files import blank_pdf, word_file
from tests.forms.pages.browser import Browser, Page, signed_in, visitor

PROFESSOR = "마르타 코발스카"
LETTER = {
    "body": "성실한 학생입니다.\n\n추천합니다.",
    "position": "교수",
    "department": "",
    "contact": "",
}


def _chosen(page: Page, name: str) -> str:
    """The value of the professor of that name in the list."""
    options = page.tree.xpath("//select[@id='professor']/option")
    return next(str(one.get("value")) for one in options if name in one.text)


def _ask(student: Browser, **more: str) -> str:
    """Fill in the form, look at it and send it; where its status stands."""
    page = student.open("/apply/recommendation_letter")
    answers = {
        "professor": _chosen(page, PROFESSOR),
        "language": "ko",
        "purpose": "박사과정 지원",
        "recipient": "입학위원회",
        "institution": "라인 공과대학교",
        "delivery": "handed",
        **more,
    }
    page = student.post("/apply/recommendation_letter", **answers, do="preview")
    assert page.status == 200, page.words
    base = page.address.rpartition("/")[0]
    page = student.post(f"{base}/submit", typed="한서윤")
    assert page.heading == "추천인의 확인을 기다리고 있습니다"
    return base


def _link(campus: Campus) -> str:
    return f"/a/{campus.token(campus.mails('letter_request')[0])}"


def _signed(campus: Campus, base: str) -> None:
    professor, address = visitor(campus), _link(campus)
    professor.open(address)
    page = professor.post(f"{address}/letter", **LETTER, do="preview")
    assert page.heading == "이대로 서명하시겠습니까?"
    page = professor.post(address, decision="approve", typed=PROFESSOR, shown=page.hidden("shown"))
    assert page.heading == "서명했습니다. 더 하실 일은 없습니다", page.words


def _sealed(campus: Campus, base: str) -> Browser:
    office = signed_in(campus, OFFICE)
    office.open(f"/desk{base}")
    campus.said()
    office.post(f"/desk{base}/decision", decision="approve")
    campus.issue(next(one for one in campus.said() if isinstance(one, DocumentRequested)))
    return office


def test_a_student_chooses_among_the_professors_the_advisor_first(campus: Campus) -> None:
    page = signed_in(campus, HAN).open("/apply/recommendation_letter")
    options = page.tree.xpath("//select[@id='professor']/option/text()")
    assert options[:2] == ["고르세요", "윤태호 (지도교수)"]
    assert options[2:] == sorted(options[2:])
    assert len(options) == 15


def test_nothing_is_chosen_until_somebody_is_named(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    student.open("/apply/recommendation_letter")
    page = student.post("/apply/recommendation_letter", do="preview", purpose="박사과정")
    assert page.status == 422
    assert page.tree.xpath("//select[@id='professor']/@aria-invalid") == ["true"]
    assert page.tree.xpath("//input[@id='purpose']/@value") == ["박사과정"]


def test_the_last_look_names_the_professor_and_has_no_letter(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    page = student.open("/apply/recommendation_letter")
    answers = {"professor": _chosen(page, PROFESSOR), "language": "ko", "purpose": "지원"}
    more = {"recipient": "입학위원회", "delivery": "handed", "wished_by": "2022-09-30"}
    page = student.post("/apply/recommendation_letter", **answers, **more, do="preview")
    assert PROFESSOR in page.words
    assert "2022년 9월 30일(금)" in page.words
    assert "paper.pdf" not in page.text


def test_opening_the_page_to_write_changes_nothing(campus: Campus) -> None:
    _ask(signed_in(campus, HAN))
    address = _link(campus)
    tables = ("application", "approval_step", "letter_draft", "application_trail", "outbox")

    def rows() -> list[Any]:
        with campus.parts.database.read() as session:
            return [
                tuple(row)
                for table in tables
                for row in session.execute(text(f"SELECT * FROM {table}"))
            ]

    before = rows()
    professor = visitor(campus)
    for path in (address, f"{address}/letter"):
        assert professor.open(path).heading == "한서윤 학생이 추천서를 부탁드립니다"
    assert rows() == before


def test_what_was_typed_survives_every_refusal(campus: Campus) -> None:
    _ask(signed_in(campus, HAN))
    professor, address = visitor(campus), _link(campus)
    professor.open(address)
    scan = (io.BytesIO(blank_pdf()), "scan.pdf")
    page = professor.post(f"{address}/letter", **LETTER, file=scan, do="file")
    assert page.status == 422
    assert "그림입니다" in page.words
    assert "성실한 학생입니다." in page.words
    page = professor.post(f"{address}/letter", **{**LETTER, "position": "가" * 101}, do="save")
    assert page.status == 422
    assert page.tree.xpath("//input[@id='position']/@value") == ["가" * 101]
    page = professor.post(f"{address}/letter", **{**LETTER, "position": ""}, do="preview")
    assert (page.status, "먼저 써 주세요: 직위" in page.words) == (422, True)
    assert "성실한 학생입니다." in professor.open(address).words, "it was kept all the same"


def test_a_files_words_are_shown_before_anything_is_signed(campus: Campus) -> None:
    _ask(signed_in(campus, HAN))
    professor, address = visitor(campus), _link(campus)
    professor.open(address)
    upload = (io.BytesIO(word_file("파일에서 온 글입니다.")), "추천서.docx")
    page = professor.post(f"{address}/letter", **LETTER, file=upload, do="file")
    assert "파일의 글을 아래에 넣었습니다" in page.words
    assert "파일에서 온 글입니다." in page.words
    now = {**LETTER, "body": "파일에서 온 글입니다."}
    page = professor.post(f"{address}/letter", **now, do="back")
    assert "성실한 학생입니다." in page.words


def test_the_page_to_sign_shows_the_letter_as_it_will_stand_on_paper(campus: Campus) -> None:
    base = _ask(signed_in(campus, HAN))
    professor, address = visitor(campus), _link(campus)
    professor.open(address)
    page = professor.post(f"{address}/letter", **LETTER, do="preview")
    for words in (
        "한서윤 학생 추천서",
        "입학위원회",
        "추천합니다.",
        "위와 같이 추천합니다.",
        PROFESSOR,
    ):
        assert words in page.words
    stale = professor.post(address, decision="approve", typed=PROFESSOR, shown="0" * 64)
    assert stale.status == 409
    assert "읽으시는 동안 추천서가 바뀌었습니다" in stale.words
    unsigned = professor.post(address, decision="approve", typed="", shown=page.hidden("shown"))
    assert unsigned.status == 422
    del base


def test_declining_needs_a_reason_and_can_be_done_from_the_page(campus: Campus) -> None:
    base = _ask(signed_in(campus, HAN))
    professor, address = visitor(campus), _link(campus)
    shown = professor.open(address).hidden("shown")
    page = professor.post(address, decision="decline", reason="", shown=shown)
    assert page.status == 422
    page = professor.post(address, decision="decline", reason="가르친 적이 없습니다", shown=shown)
    assert page.status == 200
    assert "가르친 적이 없습니다" in signed_in(campus, HAN).open(base).words


def test_a_letter_from_request_to_the_students_hands(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    base = _ask(student)
    _signed(campus, base)
    page = student.open(base)
    assert page.heading == "서명이 끝나 학생과에서 전달합니다"
    assert "9월 8일(목) 18시까지" in page.words
    office = _sealed(campus, base)
    page = office.open("/desk?view=deliver")
    assert "직접 전달하거나 우편 발송" in page.words
    page = student.open(base)
    assert "/documents/" not in page.text
    assert "부서" in student.open("/").words
    office.open(f"/desk{base}")
    page = office.post(f"/desk{base}/delivery", how="handed", day="2022-09-07", reference="")
    assert page.status == 422
    page = office.post(f"/desk{base}/delivery", how="handed", day="2022-09-06", reference="창구")
    assert "학생에게 직접 전달 · 2022년 9월 6일(화) · 창구" in page.words
    page = student.open(base)
    assert page.heading == "추천서를 직접 전달했습니다"
    assert "/documents/" in page.text


def test_a_mailed_letter_shows_its_address_and_stays_with_its_recipient(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    base = _ask(student, delivery="mailed", mail_address="52062 아헨 템플러그라벤 1")
    _signed(campus, base)
    office = _sealed(campus, base)
    page = office.open(f"/desk{base}")
    assert "52062 아헨 템플러그라벤 1" in page.words
    assert page.tree.xpath("//input[@name='how'][@checked]/@value") == ["mailed"]
    office.post(f"/desk{base}/delivery", how="mailed", day="2022-09-06", reference="EE123KR")
    page = student.open(base)
    assert page.heading == "추천서를 우편으로 보냈습니다"
    assert "EE123KR" in page.words
    assert "/documents/" not in page.text
