"""How a student takes out a certificate at the pages."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.forms.student import views
from shared.messages import DocumentFailed, DocumentRequested
from tests.forms.campus import HAN, KHOA, NUMBER, Campus
from tests.forms.pages.browser import Browser, Page, signed_in
from tests.forms.pages.sound import faults
from tests.parts.ports import wait_until

GRADUATE, OFFICER = "2021-2015", "sua.moon"
KIND = "/apply/certificate_enrollment"
ASKED = {"language": "en", "copies": "2", "purpose": "비자 신청"}


@pytest.fixture
def student(campus: Campus) -> Browser:
    return signed_in(campus, HAN, "ko")


def issue(student: Browser, **changes: str) -> Page:
    student.open(KIND)
    return student.post(KIND, do="preview", **{**ASKED, **changes})


def requested(campus: Campus) -> DocumentRequested:
    return next(one for one in campus.said() if isinstance(one, DocumentRequested))


def soon_requested(campus: Campus) -> DocumentRequested:
    """The same, as certs sees it: when it comes."""

    def asked_for() -> DocumentRequested | None:
        found = (one for one in campus.said() if isinstance(one, DocumentRequested))
        return next(found, None)

    return wait_until(asked_for, seconds=20, what="a document that is asked for")


def test_home_lists_certificates_apart_and_says_why_one_is_closed(student: Browser) -> None:
    section = student.open("/").tree.xpath('//section[@aria-labelledby="h-cert"]')[0]
    words = " ".join("".join(section.itertext()).split())
    assert "재학증명서" in words
    assert "휴학생에게 발급합니다. 재학 중입니다." in words
    assert section.xpath(f'.//a[@href="{KIND}"]')
    assert not section.xpath('.//a[contains(@href, "certificate_leave")]')


def test_the_form_asks_for_three_things_and_says_what_stands_on_the_paper(
    student: Browser,
) -> None:
    page = student.open(KIND)
    assert {one.get("name") for one in page.tree.xpath("//form//input[@type!='hidden']")} == {
        "language", "copies", "purpose",
    }  # fmt: skip
    assert "한서윤" in page.words
    assert "바로 발급" in page.words
    assert faults(page) == []


def test_a_form_posted_twice_is_one_certificate_and_one_changed_in_between_is_another(
    campus: Campus, student: Browser
) -> None:
    sheet = student.open(KIND).tree.xpath('//input[@name="sheet"]/@value')[0]
    for changes in ({}, {}, {"language": "ko"}):
        student.post(KIND, do="preview", sheet=sheet, **{**ASKED, **changes})
    requests = [one for one in campus.said() if isinstance(one, DocumentRequested)]
    assert [one.language for one in requests] == ["en", "ko"]


def test_a_form_posted_twice_at_once_is_one_certificate(campus: Campus, student: Browser) -> None:
    sheet = student.open(KIND).tree.xpath('//input[@name="sheet"]/@value')[0]
    with ThreadPoolExecutor(4) as clicks:
        pages = list(
            clicks.map(lambda _: student.post(KIND, do="preview", sheet=sheet, **ASKED), range(4))
        )
    assert {page.status for page in pages} == {200}
    assert sum(isinstance(one, DocumentRequested) for one in campus.said()) == 1


def test_somebody_elses_sheet_is_not_taken_over(campus: Campus, student: Browser) -> None:
    sheet = student.open(KIND).tree.xpath('//input[@name="sheet"]/@value')[0]
    student.post(KIND, do="preview", sheet=sheet, **ASKED)
    other = signed_in(campus, KHOA, "en")
    other.open(KIND)
    assert other.post(KIND, do="preview", sheet=sheet, **ASKED).status == 404


def test_a_page_waits_for_the_paper_and_offers_it(campus: Campus, student: Browser) -> None:
    """certs answers while the page is being waited for: the student sees the paper at once."""
    answer = threading.Thread(target=lambda: campus.issue(soon_requested(campus)))
    answer.start()
    page = issue(student)
    answer.join()
    assert page.heading == "증명서가 발급되었습니다"
    assert page.tree.xpath(f'//a[@href="/documents/{NUMBER}/file"]')
    assert "Refresh" not in page.headers
    assert faults(page) == []


def test_a_paper_that_takes_longer_is_looked_for_again_without_scripts(
    campus: Campus, student: Browser
) -> None:
    page = issue(student)
    assert page.heading == "증명서를 만들고 있습니다"
    assert page.headers["Refresh"] == str(views.LOOK_AGAIN_SECONDS)
    assert faults(page) == []
    campus.issue(requested(campus))
    assert student.open(page.address).heading == "증명서가 발급되었습니다"


def test_the_paper_is_in_the_language_asked_for_whoever_asks(
    campus: Campus, student: Browser
) -> None:
    issue(student)
    asked = requested(campus)
    assert (asked.kind, asked.language) == ("certificate_enrollment", "en")
    values = asked.facts["values"]
    assert values["program"] == "Doctoral program"
    assert values["name_ko"] == "한서윤"


def test_only_the_mail_that_it_is_there_is_sent(campus: Campus, student: Browser) -> None:
    campus.said()
    issue(student)
    said = campus.said()
    assert [one.type for one in said] == ["document.requested"]
    campus.issue(said[0])  # type: ignore[arg-type]  # the one above
    assert [one.message for one in campus.mails()] == ["issued"]


def test_what_is_wrong_is_said_at_its_field(student: Browser) -> None:
    page = issue(student, language="", copies="zwei", purpose="")
    assert page.status == 422
    assert page.tree.xpath('//div[@id="errors"]//a/@href') == ["#language", "#copies", "#purpose"]


def test_a_closed_certificate_leads_home(student: Browser) -> None:
    assert student.open("/apply/certificate_leave").address == "/"


def test_a_certificate_that_failed_is_for_student_affairs(campus: Campus, student: Browser) -> None:
    page = issue(student)
    asked = requested(campus)
    campus.said()
    campus.hears(DocumentFailed(
        issue_id=asked.issue_id, application_id=asked.application_id, code="store_full", detail={},
    ))  # fmt: skip
    told = campus.mails("issue_failed")
    assert told
    assert student.open(page.address).heading == "증명서를 만들지 못했습니다"
    office = signed_in(campus, OFFICER, "ko")
    assert asked.application_id in office.open("/desk?view=stuck").text


def test_a_graduate_has_certificates_and_no_waiver(campus: Campus) -> None:
    page = signed_in(campus, GRADUATE, "en").open("/")
    assert page.tree.xpath('//a[@href="/apply/certificate_degree"]')
    assert not page.tree.xpath('//a[@href="/apply/tuition_waiver"]')
