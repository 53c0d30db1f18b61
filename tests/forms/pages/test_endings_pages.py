"""The desk's page of a case: a second person confirms, a corrected paper is asked for."""

from __future__ import annotations

import re

import pytest

from shared.messages import DocumentFailed, DocumentRequested, DocumentRevocationRequested
from tests.forms.applications.test_endings import (
    DEGREE,
    ENROLLED,
    ENROLLMENT,
    FIRST,
    GRADUATE,
    SECOND,
    WHY,
    Deeds,
    corrected,
    issued,
)
from tests.forms.campus import NUMBER, Campus
from tests.forms.pages.browser import Browser, Page, signed_in
from tests.forms.pages.sound import faults

ASKED = {"code": "error", "reason": WHY, "number": NUMBER}


class Desk:
    """A case of the office at the screens of two of its people."""

    def __init__(self, campus: Campus, kind: str, student: str, language: str = "ko") -> None:
        self.campus = campus
        self.application = issued(campus, kind, student)
        self.path = f"/desk/applications/{self.application}"
        self.first = signed_in(campus, FIRST, language)
        self.second = signed_in(campus, SECOND, language)

    def see(self, who: Browser) -> Page:
        """The case, with nothing wrong with its page."""
        page = who.open(self.path)
        assert faults(page) == []
        return page

    def do(self, who: Browser, what: str, **fields: str) -> Page:
        """Send one of the forms of the document; the page after it."""
        self.see(who)
        path = f"/desk/documents/{NUMBER}/{what}"
        page = who.post(path, application=self.application, **fields)
        return self.see(who) if page.status == 303 else page

    def forms(self, who: Browser) -> set[str]:
        """What can be sent from the case about its document."""
        found = re.findall(rf'action="/desk/documents/{NUMBER}/(\w+)"', self.see(who).text)
        return set(found)


@pytest.fixture(params=["ko", "en"])
def desk(request: pytest.FixtureRequest, campus: Campus) -> Desk:
    return Desk(campus, DEGREE, GRADUATE, request.param)


def test_one_asks_and_the_other_confirms_at_their_own_screens(desk: Desk) -> None:
    assert desk.forms(desk.first) == {"revoke", "replace"}
    asked = desk.do(desk.first, "revoke", **ASKED)
    assert WHY in asked.words
    assert not re.search("확인하고 취소하기|Confirm: revoke it", asked.words)
    assert re.search("요청 거두기|Take it back", asked.words)
    assert desk.forms(desk.first) == {"decision"}

    other = desk.see(desk.second)
    assert re.search("문수아|Moon Su-a", other.words), "who asked is named"
    assert re.search("확인하고 취소하기|Confirm: revoke it", other.words)
    assert desk.campus.said() == []
    done = desk.do(desk.second, "decision", second="confirm")
    assert re.search("취소하고 있습니다|It is being revoked", done.words)
    assert desk.forms(desk.second) == set()
    (said,) = desk.campus.said()
    assert isinstance(said, DocumentRevocationRequested)


def test_a_refusal_without_a_reason_is_shown_at_its_field(desk: Desk) -> None:
    desk.do(desk.first, "revoke", **ASKED)
    page = desk.do(desk.second, "decision", second="refuse", number=NUMBER, reason="")
    assert page.status == 422
    assert faults(page) == []
    assert page.tree.xpath('//*[@id="second-reason-1" and @aria-invalid="true"]')
    page = desk.do(desk.second, "decision", second="refuse", number=NUMBER, reason="맞습니다")
    assert "“맞습니다”" in page.words
    assert desk.forms(desk.second) == {"revoke", "replace"}


def test_the_queue_has_a_view_of_what_waits_for_a_second_person(desk: Desk) -> None:
    desk.do(desk.first, "replace", **ASKED)
    page = desk.second.open("/desk?view=second")
    assert faults(page) == []
    assert desk.path in page.text
    assert re.search("다른 담당자의 확인이 필요함|A second person has to confirm", page.words)
    desk.do(desk.second, "decision", second="confirm")
    assert desk.path not in desk.second.open("/desk?view=second").text


def test_a_corrected_paper_is_asked_for_and_its_failure_is_said(campus: Campus) -> None:
    desk = Desk(campus, ENROLLMENT, ENROLLED)
    page = desk.do(desk.first, "replace", **ASKED)
    assert "바로잡은 문서를 만들고 있습니다." in page.words
    request = next(one for one in campus.said() if isinstance(one, DocumentRequested))
    campus.hears(
        DocumentFailed(
            issue_id=request.issue_id,
            application_id=desk.application,
            code="missing_glyph",
            detail={},
        )
    )
    failed = desk.see(desk.first)
    assert "바로잡은 문서를 만들지 못해 이 문서가 그대로 유효합니다" in failed.words
    assert desk.forms(desk.first) == {"revoke", "replace"}


def test_a_paper_that_would_not_be_true_today_is_refused_with_the_rules_sentence(
    campus: Campus,
) -> None:
    desk = Desk(campus, ENROLLMENT, ENROLLED)
    corrected(campus, ENROLLED, standing="on_leave")
    page = desk.do(desk.first, "replace", **ASKED)
    assert page.status == 422
    assert "재학생에게 발급합니다" in page.words or "재학 중인 학생" in page.words
    assert WHY in page.text, "what was typed is kept"


def test_a_confirmation_that_comes_too_late_says_so(desk: Desk) -> None:
    desk.do(desk.first, "revoke", **ASKED)
    Deeds(desk.campus).decide(SECOND, "refuse", "아님")
    page = desk.do(desk.second, "decision", second="confirm")
    assert page.status == 409
    assert re.search("다른 사람이 먼저 처리했습니다|somebody was quicker", page.words)
