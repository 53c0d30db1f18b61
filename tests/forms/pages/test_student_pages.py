"""What a student sees and does at the pages."""

from __future__ import annotations

import io

from tests.forms.campus import DESK, HAN, KHOA, Campus
from tests.forms.pages.browser import WAIVER, draft, pdf, send, signed_in, visitor


def test_the_heading_of_the_first_page_says_whether_something_waits(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    assert student.open("/").heading == "한서윤 님, 할 일이 없습니다"


def test_what_was_typed_stays_when_the_form_is_wrong(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    student.open("/apply/tuition_waiver")
    page = student.post("/apply/tuition_waiver", do="preview", **{**WAIVER, "extent": ""})
    assert page.status == 422
    assert WAIVER["reasons"] in page.text
    assert student.open("/apply/tuition_waiver").address.endswith("/edit")
    assert WAIVER["reasons"] in student.page.text


def test_the_error_summary_names_each_field_and_leads_to_it(campus: Campus) -> None:
    student = signed_in(campus, HAN, "en")
    student.open("/apply/tuition_waiver")
    page = student.post("/apply/tuition_waiver", do="preview", year="2022", semester="fall")
    targets = page.tree.xpath('//div[@id="errors"]//a/@href')
    assert targets == ["#extent", "#ground", "#reasons"]
    assert "3 errors" in (page.tree.findtext(".//title") or "")


def test_a_second_click_on_save_makes_no_second_draft(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    begun = student.open("/apply/tuition_waiver")
    for _click in range(2):
        student.page = begun
        student.post("/apply/tuition_waiver", do="save", **WAIVER)
    assert student.open("/").text.count("W-2022-") == 1


def test_a_file_that_is_not_what_its_name_says_is_refused_by_name(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    path = draft(student)
    fake = (io.BytesIO(b"PK\x03\x04" + b"x" * 40), "소득자료.pdf")
    page = student.post(f"{path}/edit", do="save", files=fake, **WAIVER)
    assert page.status == 422
    assert "‘소득자료.pdf’ 파일은 이름과 달리" in page.words
    assert WAIVER["reasons"] in page.text


def test_a_file_can_be_added_seen_and_taken_out(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    path = draft(student)
    page = student.post(f"{path}/edit", do="save", files=pdf(), **WAIVER)
    (href,) = page.tree.xpath('//ul[@class="files"]//a/@href')
    served = student.open(href)
    assert served.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in served.headers["Content-Security-Policy"]
    student.page = page
    page = student.post(f"{path}/edit", remove=href.rsplit("/", 1)[1], **WAIVER)
    assert "재해사실확인서" not in page.text


def test_the_preview_is_the_paper_in_the_students_own_language(campus: Campus) -> None:
    student = signed_in(campus, HAN, "en")
    path = draft(student)
    page = student.open(f"{path}/preview")
    paper = page.tree.xpath('//article[@class="paper"]')[0]
    assert paper.get("lang") == "ko"
    assert "등록금 감면 신청서" in "".join(paper.itertext())


def test_sending_twice_gives_the_same_receipt(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    path = draft(student)
    preview = student.open(f"{path}/preview")
    for _click in range(2):
        student.page = preview
        page = student.post(f"{path}/submit", typed="한서윤")
        assert page.status == 200
        assert "제출했습니다" in page.words
    assert page.heading == "지도교수의 확인을 기다리고 있습니다"


def test_the_status_says_who_has_it_and_until_when(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    send(student)
    assert "윤태호 지도교수" in student.page.words
    assert "9월 15일(목) 18시" in student.page.words


def test_somebody_elses_application_looks_like_none(campus: Campus) -> None:
    path = send(signed_in(campus, HAN))
    assert signed_in(campus, KHOA).open(path).status == 404
    assert signed_in(campus, "sua.moon").open(f"/desk{path}").status == 404
    assert signed_in(campus, DESK).open(f"/desk{path}").status == 200


def test_a_form_without_its_token_changes_nothing(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    path = send(student)
    for headers in ({}, {"Origin": "https://elsewhere.example"}):
        token = student.page.token if headers else ""
        answer = student.raw_post(f"{path}/withdraw", headers, form_token=token)
        assert answer.status_code == 403
    assert student.open(path).heading == "지도교수의 확인을 기다리고 있습니다"


def test_withdrawing_ends_it(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    path = send(student)
    assert student.post(f"{path}/withdraw", reason="").heading == "신청을 철회했습니다"


def test_nobody_is_sent_elsewhere_after_signing_in(campus: Campus) -> None:
    browser = visitor(campus)
    for address in ("//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example"):
        page = browser.open(f"/sign-in?next={address}")
        assert "elsewhere" not in page.hidden("next")
    assert browser.open("/sign-in?next=/desk").hidden("next") == "/desk"


def test_pages_may_run_nothing_and_are_kept_by_no_cache(campus: Campus) -> None:
    page = visitor(campus).open("/sign-in")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["Cache-Control"] == "no-store"


def test_a_refusal_that_leads_to_another_request_has_a_link_to_it(campus: Campus) -> None:
    """ADV-01: a professor of another major is a change of major (MAJ-01)."""
    student = signed_in(campus, HAN, "en")
    form = student.open("/apply/advisor_change")
    (other,) = form.tree.xpath('//option[contains(., "Seo Yu-na · Quantum")]/@value')
    given = {"professor": other, "reason": "My research has turned."}
    page = student.post("/apply/advisor_change", do="preview", **given)
    assert page.status == 422
    assert "Seo Yu-na is of Quantum Information Science" in page.words
    assert page.tree.xpath('//main//a[@href="/apply/major_change"]/text()') == [
        "Ask for this: Change of major or campus"
    ]
    assert student.open("/apply/major_change").status == 200


def test_the_paper_on_the_screen_names_whom_the_student_chose(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    form = student.open("/apply/advisor_change")
    (chosen,) = form.tree.xpath('//option[contains(., "오기태")]/@value')
    given = {"professor": chosen, "reason": "연구 주제가 바뀌었습니다."}
    student.post("/apply/advisor_change", do="preview", **given)
    paper = student.page.tree.xpath('//article[@class="paper"]')[0]
    assert "".join(paper.itertext()).count("오기태") == 2
