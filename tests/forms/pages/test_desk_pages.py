"""What an office sees and does at its pages."""

from __future__ import annotations

from tests.forms.campus import DESK, HAN, Campus
from tests.forms.pages.browser import link, send, sent_and_signed, sign, signed_in, visitor


def test_the_queue_says_what_waits_for_the_office(campus: Campus) -> None:
    office = signed_in(campus, DESK)
    assert office.open("/desk").heading == "우리 차례인 신청이 없습니다"
    sent_and_signed(campus, signed_in(campus, HAN))
    assert office.open("/desk").heading == "결정할 신청 1건"
    assert "첨부 없음" in office.page.words


def test_the_search_finds_by_number_name_and_student_number(campus: Campus) -> None:
    send(signed_in(campus, HAN))
    office = signed_in(campus, DESK)
    for text in ("W-2022-00001", "한서", "2025-3107"):
        assert "한서윤" in office.open(f"/desk?q={text}").words
    assert office.open("/desk?q=nobody").heading == "신청 0건을 찾았습니다"


def test_the_case_shows_the_sums_behind_the_rules_and_checks_the_chain(campus: Campus) -> None:
    path = sent_and_signed(campus, signed_in(campus, HAN))
    page = signed_in(campus, DESK).open(f"/desk{path}")
    assert "WAI-01" in page.words
    assert "1,666,000" in page.words
    assert "연결값이 모두 맞습니다" in page.words


def test_declining_needs_a_reason_and_keeps_the_choice(campus: Campus) -> None:
    path = sent_and_signed(campus, signed_in(campus, HAN))
    office = signed_in(campus, DESK)
    office.open(f"/desk{path}")
    page = office.post(f"/desk{path}/decision", decision="decline", reason="", reference="학사과-1")
    assert page.status == 422
    assert page.tree.xpath('//input[@id="d-decline"]/@checked')
    assert "학사과-1" in page.text


def test_the_office_may_grant_less_and_the_student_reads_it(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    path = sent_and_signed(campus, student)
    office = signed_in(campus, DESK)
    office.open(f"/desk{path}")
    granted = {"granted": "one_third", "reference": "학사과-1187", "reason": "재원 안에서"}
    page = office.post(f"/desk{path}/decision", decision="approve", **granted)
    assert "결정했습니다" in page.words
    page = student.open(path)
    assert "학사과-1187" in page.words
    assert "재원 안에서" in page.words


def test_a_corrected_address_closes_the_old_link(campus: Campus) -> None:
    path = send(signed_in(campus, HAN))
    old = link(campus)
    office = signed_in(campus, DESK)
    office.open(f"/desk{path}")
    page = office.post(f"/desk{path}/address", step="1", email="new@dojang.example")
    assert "주소를 고치고" in page.words
    assert visitor(campus).open(old).status == 410


def test_a_professor_is_found_by_name_and_asked(campus: Campus) -> None:
    path = send(signed_in(campus, HAN))
    office = signed_in(campus, DESK)
    page = office.open(f"/desk{path}?step=1&professor=민재하")
    (professor,) = page.tree.xpath('//input[@type="radio" and @name="professor"]/@value')
    office.post(f"/desk{path}/professor", step="1", professor=professor)
    assert sign(campus, "민재하").heading == "서명했습니다. 더 하실 일은 없습니다"


def test_pages_of_the_desk_are_not_for_students(campus: Campus) -> None:
    assert signed_in(campus, HAN).open("/desk").status == 403
    assert visitor(campus).open("/desk").heading == "로그인"
