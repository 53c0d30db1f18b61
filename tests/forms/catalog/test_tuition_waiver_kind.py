"""The waiver (WAI-01, WAI-02, "Forms as printed"): who may ask, what is answered and printed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from services.forms.catalog import BY_NAME, KINDS
from services.forms.catalog.kind import Answers, Case, Decision, Finding, Signed
from services.forms.people.values import Registration, Semester
from shared.clock import SEOUL
from shared.fit import Papers
from tests.forms.cast import (
    FALL,
    FALL_2022,
    IN_THE_SEMESTER,
    ROOT,
    SEMESTERS,
    SEO_YUN,
    asking,
    attended,
    in_language,
    seo_yun,
)

KIND = BY_NAME["tuition_waiver"]
PAPERS = Papers(ROOT / "templates")
ANSWERS: dict[str, Any] = {
    "year": 2022,
    "semester": "fall",
    "extent": "two_thirds",
    "ground": "hardship",
    "reasons": "지난 7월 집중호우로 온실이 침수되었습니다.",
}


def blocks(findings: list[Finding]) -> list[str]:
    return [finding.rule for finding in findings if finding.severity == "block"]


def judged(answers: Answers = ANSWERS, **asked: Any) -> list[Finding]:
    loaded: dict[str, Any] = KIND.schema().load(answers)
    with in_language("en"):  # whoever reads it: the paper is in the student's
        return KIND.judge(asking(**asked), loaded)


def test_every_kind_is_found_by_its_name() -> None:
    assert {name: kind.name for name, kind in BY_NAME.items()} == {k.name: k.name for k in KINDS}


def test_two_professors_sign_and_educational_affairs_decides() -> None:
    assert [step.role for step in KIND.route] == ["advisor", "campus_professor"]
    assert not any(step.second_factor for step in KIND.route)
    assert KIND.desk is not None
    assert KIND.desk.office == "educational_affairs"
    assert KIND.desk.granted is not None
    assert list(KIND.desk.granted(ANSWERS)) == ["two_thirds", "one_third"]


def test_an_enrolled_student_may_ask_and_finds_the_semester_filled_in() -> None:
    assert KIND.may_ask(asking()) == []
    assert KIND.prefill(asking()) == {"year": 2022, "semester": "fall"}
    assert KIND.semester(ANSWERS) == FALL_2022


def test_it_can_be_asked_for_until_the_semester_ends() -> None:
    assert KIND.window(asking(), ANSWERS) == (None, datetime(2023, 3, 1, tzinfo=SEOUL))
    assert blocks(KIND.may_ask(asking(now=datetime(2023, 2, 28, 23, 59, tzinfo=SEOUL)))) == []
    assert blocks(KIND.may_ask(asking(now=datetime(2023, 3, 1, tzinfo=SEOUL)))) == ["TUI-07"]


def test_the_desk_sees_how_the_amount_came_about() -> None:
    waiver, tuition, documents = judged()
    assert (waiver.rule, tuition.rule, documents.rule) == ("WAI-01", "TUI-01", "WAI-02")
    assert waiver.figures["waived_krw"] == 1_666_000
    assert waiver.figures["left_krw"] == 834_000
    with in_language("en"):
        assert [str(line) for line in waiver.derivation] == [
            "2,500,000 × 2/3 = 1,666,666.67 → truncated below 1,000 (TUI-05): 1,666,000",
            "2,500,000 − 1,666,000 = 834,000 to pay",
        ]
        assert str(tuition.message) == "Tuition of the 2nd semester 2022"
    with in_language("ko"):
        assert str(tuition.message) == "2022학년도 2학기 등록금"
    json.dumps([dict(finding.figures) for finding in judged()])


def test_past_the_minimum_term_the_share_is_of_the_amount_by_credits() -> None:
    student = seo_yun(registrations=attended(5, credits=6))
    waiver, tuition, _ = judged(student=student)
    assert tuition.rule == "TUI-04"
    assert waiver.figures["charged_krw"] == 1_750_000
    assert waiver.figures["waived_krw"] == 1_166_000
    unknown = judged(student=seo_yun(registrations=attended(5, credits=None)))
    assert [finding.rule for finding in unknown] == ["TUI-04", "WAI-02"]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"standing": "expelled"}, "TUI-02"),
        ({"standing": "graduated"}, "TUI-02"),
        ({"standing": "on_leave", "registrations": ()}, "TUI-02"),
        ({"standing": "admitted", "registrations": ()}, "TUI-02"),
        ({"standing": "completed", "registrations": ()}, "TRM-07"),
    ],
)
def test_who_has_no_tuition_to_pay_is_told_why(changes: dict[str, Any], rule: str) -> None:
    student = seo_yun(**changes)
    assert blocks(KIND.may_ask(asking(student))) == [rule]
    assert blocks(judged(student=student)) == [rule]
    assert KIND.abouts(asking(student)) == {}
    for language in ("ko", "en"):
        with in_language(language):
            (finding,) = KIND.may_ask(asking(student))
            assert "%(" not in str(finding.message)
            assert str(finding.remedy)


def test_who_returns_to_the_coming_semester_may_ask_for_that_one() -> None:
    entries = (
        Registration(Semester(2022, "spring"), "on_leave"),
        Registration(FALL_2022, "returning", 9),
    )
    before = asking(
        seo_yun(standing="on_leave", registrations=entries),
        now=datetime(2022, 8, 1, tzinfo=SEOUL),
    )
    assert KIND.may_ask(before) == []
    assert KIND.prefill(before) == {"year": 2022, "semester": "fall"}


def test_a_semester_that_is_over_refuses_and_names_the_one_to_choose() -> None:
    (finding,) = judged({**ANSWERS, "semester": "spring"})
    assert (finding.severity, finding.field) == ("block", "semester")
    with in_language("en"):
        assert str(finding.message) == "The 1st semester 2022 is over."
        assert str(finding.remedy) == "Choose the 2nd semester 2022."


def test_a_semester_without_its_periods_says_what_is_missing() -> None:
    bare = {**SEMESTERS, FALL_2022: replace(FALL, payment_periods=())}
    (finding,) = judged(semesters=bare)
    assert finding.rule == "TUI-07"
    assert finding.figures["missing"] == ["payment_periods"]
    with in_language("en"):
        assert "the payment periods of the 2nd semester 2022" in str(finding.message)
    assert blocks(KIND.may_ask(asking(semesters=bare))) == ["TUI-07"]
    unknown = judged({**ANSWERS, "year": 2031})
    assert unknown[0].figures["missing"] == ["tuition", "payment_periods"]


def test_a_semester_after_the_coming_one_is_too_early() -> None:
    later = Semester(2023, "fall")
    data = replace(FALL, semester=later, first_day=date(2023, 9, 1), last_day=date(2024, 2, 29))
    (finding,) = judged({**ANSWERS, "year": 2023}, semesters={**SEMESTERS, later: data})
    with in_language("en"):
        assert str(finding.message) == "It is too early for the 2nd semester 2023."


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_reasons_are_measured_against_the_papers_box(language: str) -> None:
    student = seo_yun(language=language)
    letters = {"ko": "가나다라마바사 " * 35, "en": "It rained for weeks. " * 26}[language]
    fits = {"student": student, "room": PAPERS.lines}
    assert blocks(judged({**ANSWERS, "reasons": letters}, **fits)) == []
    lines = "\n".join("열 줄" for _ in range(10))
    refused = judged({**ANSWERS, "reasons": lines}, **fits)[-1]
    assert (refused.severity, refused.field) == ("block", "reasons")
    assert refused.figures == {"lines_used": 10, "lines_room": 9}


@pytest.mark.parametrize(
    "name",
    ["Nguyễn Thị Ánh Tuyết", "Олена Шевчук", "鄭海仁", 'Adaeze "Ada" Okafor & <Obi>', "Łukasz Żak"],
)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_name_of_any_script_that_the_fonts_hold_can_be_printed(name: str, language: str) -> None:
    student = seo_yun(name_ko=name, name_en=name, language=language)
    assert blocks(judged(student=student, room=PAPERS.lines)) == []


def test_what_no_font_holds_is_named_and_refused() -> None:
    sun = judged({**ANSWERS, "reasons": "맑음 ☃ 😀"}, room=PAPERS.lines)[-1]
    assert (sun.severity, sun.field) == ("block", "reasons")
    assert sun.figures == {"missing": ["U+2603", "U+1F600"]}
    arabic = judged(student=seo_yun(name_ko="محمد"), room=PAPERS.lines)[-1]
    assert (arabic.severity, arabic.field) == ("block", "name")


def case(**changes: Any) -> Case:
    at = datetime(2022, 9, 10, 10, 2, tzinfo=SEOUL)
    given: dict[str, Any] = {
        "number": "W-2022-00042",
        "student": SEO_YUN,
        "answers": ANSWERS,
        "submitted_at": IN_THE_SEMESTER,
        "attachments": ["피해사실확인서.pdf", "소득.pdf"],
        "signatures": [Signed("applicant", "한서윤", "Han Seo-yun", "한서윤", at)],
        "decision": Decision("one_third", "educational_affairs", at, "학사과-1187"),
        "language": "ko",
    }
    return Case(**{**given, **changes})


def printed(**changes: Any) -> dict[str, Any]:
    with in_language("en"):  # whoever works on it: the paper follows the case
        return KIND.paper(case(**changes))


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_paper_gets_a_value_for_every_field_of_the_template(language: str) -> None:
    sample = json.loads(
        (ROOT / "templates/documents/tuition_waiver/sample.json").read_text("utf-8")
    )[language]
    by_certs = {
        "document_number",
        "verify_address",
        "issued_at",
        "contact_line",
        "seal",
        "long",
        "qr",
    }
    values = printed(language=language)
    assert values.keys() == sample.keys() - by_certs
    for role in ("applicant", "advisor", "campus_professor"):
        assert values[role].keys() == {"name", "drawn", "typed", "signed_at"}


def test_the_korean_paper_is_korean_and_the_english_one_english() -> None:
    korean, english = printed(), printed(language="en")
    assert korean["program"] == "박사과정"
    assert korean["application_date"] == "2022년 9월 10일"
    assert korean["semester_ordinal"] == "2학기"
    assert korean["decision"] == "감면 일부 승인"
    assert korean["applicant"]["signed_at"] == "2022-09-10 10:02"
    assert english["program"] == "Doctoral program"
    assert english["application_date"] == "09.10.2022"
    assert english["semester_ordinal"] == "2nd"
    assert english["decision"] == "Granted in part"
    assert english["extent_granted"] == "1/3 reduction"
    assert english["decision_office"] == "Educational Affairs"
    assert english["decision_date"] == "09.10.2022"


def test_the_boxes_show_what_was_asked_and_why() -> None:
    values = printed()
    ticked = [name for name, value in values.items() if value == "☑"]
    assert ticked == ["box_two_thirds", "box_ground_hardship"]


def test_before_a_decision_its_block_is_empty_and_signatures_wait_with_their_names() -> None:
    values = printed(decision=None, signatures=[])
    assert {values[n] for n in values if n.startswith(("decision", "extent"))} == {""}
    assert values["advisor"] == {"name": "윤태호", "drawn": False, "typed": "", "signed_at": ""}
    nobody = printed(student=seo_yun(advisor=None))
    assert nobody["advisor"]["name"] == ""


def test_not_given_means_granted_as_asked() -> None:
    decided = Decision(None, "educational_affairs", IN_THE_SEMESTER, "EA-1")
    assert printed(decision=decided)["extent_granted"] == "3분의 2 감면"
    assert printed(decision=decided)["decision"] == "감면 승인"


def test_attachments_that_one_line_cannot_hold_are_counted() -> None:
    assert printed()["attachments"] == "피해사실확인서.pdf, 소득.pdf"
    assert printed(attachments=["재해" * 40])["attachments"] == "서류 1건"
    assert printed(attachments=["☃.pdf", "a.pdf"], language="en")["attachments"] == "2 documents"
    assert printed(attachments=[])["attachments"] == ""


def test_the_sentence_is_the_universitys_own() -> None:
    (sentence,) = KIND.sentences(ANSWERS)
    with in_language("en"):
        assert str(sentence) == (
            "I hereby seek approval for the Application for a Tuition Fee Waiver "
            "for the 2nd semester, 2022."
        )
    with in_language("ko"):
        assert str(sentence) == (
            "위와 같은 사유로 2022학년도 2학기 등록금 감면을 신청하오니 승인하여 주시기 바랍니다."
        )


def test_a_stranger_with_the_number_sees_a_masked_name() -> None:
    with in_language("en"):
        shown = KIND.shows(case())
    assert shown == [
        ("name", "한*윤"),
        ("year", "2022"),
        ("semester_ordinal", "2학기"),
        ("decision", "감면 일부 승인"),
        ("extent_granted", "3분의 1 감면"),
        ("decision_date", "2022년 9월 10일"),
    ]
    assert {field for field, _ in shown} <= printed().keys()


def test_each_choice_says_what_it_comes_to() -> None:
    with in_language("en"):
        about = KIND.abouts(asking())["extent"]
        assert str(about["two_thirds"]) == "KRW 1,666,000 waived, KRW 834,000 to pay"


def test_its_qr_code_proves_what_the_number_shows_and_the_whole_name() -> None:
    with in_language("en"):
        proven, values = KIND.proves(case()), KIND.paper(case())
        shown = {field for field, _ in KIND.shows(case())}
    assert set(proven) == shown
    assert proven[0] == "name"
    assert all(values[name] for name in proven)
