"""Who may take out which certificate, and what stands on it (CRT-01 to CRT-10)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.forms.applications.answers import judge
from services.forms.catalog import BY_NAME, KINDS
from services.forms.catalog.kind import Case
from services.forms.catalog.korean_amount import in_words
from services.forms.people.values import (
    Degree,
    Grade,
    Leave,
    Payment,
    Registration,
    Semester,
    Student,
)
from shared.fit import Papers
from shared.fit.slots import read_slots, without_items
from tests.forms.cast import IN_THE_SEMESTER, ROOT, asking, attended, in_language, seo_yun

PAPERS = Papers(ROOT / "templates")
CERTIFICATES = [kind for kind in KINDS if kind.certificate]
FALL_2022 = Semester(2022, "fall")
DEGREE = Degree("doctoral", "공학박사", "Doctor of Philosophy", date(2022, 8, 19), "박-2022-0007")
LEAVE = Leave("disease", FALL_2022, Semester(2023, "spring"), date(2022, 8, 20))
OWN_OF_CERTS = {
    "document_number", "verify_address", "issued_at", "issue_date", "contact_line",
    "signatory_name",
}  # fmt: skip
GRADES = (
    Grade(Semester(2021, "fall"), "QUA-502", "양자 광학", "Quantum Optics", "전공", 3, "B+", "3.5"),
    Grade(
        Semester(2021, "fall"), "COM-501", "연구 윤리", "Research Ethics", "공통", 2, "A+", "4.5"
    ),
    Grade(Semester(2022, "spring"), "RES-701", "논문 연구", "Thesis Research", "연구", 3, "S"),
    Grade(
        Semester(2021, "spring"), "QUA-501", "양자역학", "Quantum Mechanics", "전공", 3, "F", "0.0"
    ),
)
STUDENTS: Mapping[str, Student] = {
    "admitted": seo_yun(standing="admitted", registrations=()),
    "freshman": seo_yun(registrations=attended(1)),
    "third semester": seo_yun(),
    "on leave": seo_yun(standing="on_leave", leaves=(LEAVE,)),
    "completed": seo_yun(standing="completed", completed_on=date(2022, 8, 20)),
    "graduated": seo_yun(
        standing="graduated",
        completed_on=date(2021, 8, 20),
        ended_on=date(2022, 8, 19),
        degrees=(DEGREE,),
    ),
    "withdrawn": seo_yun(standing="withdrawn", ended_on=date(2022, 5, 14)),
    "expelled": seo_yun(standing="expelled", ended_on=date(2022, 5, 14)),
    "payer": seo_yun(payments=(Payment(FALL_2022, 1, date(2022, 8, 17), 625_000),)),
    "graded": seo_yun(standing="withdrawn", ended_on=date(2022, 5, 14), grades=GRADES),
}
# The rulebook's column "who".
MAY: Mapping[str, set[str]] = {
    "certificate_enrollment": {"freshman", "third semester", "payer"},
    "certificate_degree": {"graduated"},
    "certificate_transcript": {"graded"},
    "certificate_expected_degree": {"third semester", "completed", "payer"},
    "certificate_completion": {"completed", "graduated"},
    "certificate_leave": {"on leave"},
    "certificate_termination": {"withdrawn", "expelled", "graded"},
    "certificate_conferral": {"graduated"},
    "certificate_tuition_payment": {"payer"},
}
RULES = {
    "certificate_enrollment": "CRT-01",
    "certificate_degree": "CRT-02",
    "certificate_transcript": "CRT-03",
    "certificate_expected_degree": "CRT-04",
    "certificate_completion": "CRT-05",
    "certificate_leave": "CRT-06",
    "certificate_termination": "CRT-07",
    "certificate_conferral": "CRT-08",
    "certificate_tuition_payment": "CRT-09",
}
TITLES = {
    "certificate_enrollment": "재학증명서",
    "certificate_degree": "학위증명서",
    "certificate_transcript": "성적증명서",
    "certificate_expected_degree": "학위수여예정증명서",
    "certificate_completion": "수료증명서",
    "certificate_leave": "휴학증명서",
    "certificate_termination": "제적증명서",
    "certificate_conferral": "학위수여증명서",
    "certificate_tuition_payment": "등록금 납입증명서",
}
KOREAN_ONLY = "certificate_tuition_payment"
EACH = pytest.mark.parametrize("kind", CERTIFICATES, ids=lambda kind: kind.name)
IN_EACH_LANGUAGE = pytest.mark.parametrize(
    ("kind", "language"),
    [
        pytest.param(kind, language, id=f"{kind.name}-{language}")
        for kind in CERTIFICATES
        for language in ("ko", "en")
        if (kind.name, language) != (KOREAN_ONLY, "en")
    ],
)
BOTH = pytest.mark.parametrize("language", ["ko", "en"])


def answers(language: str = "ko", **changes: Any) -> dict[str, Any]:
    return {"language": language, "copies": 1, "purpose": "제출용", **changes}


def who_may(name: str) -> Student:
    return STUDENTS[min(MAY[name] - {"graded"} or {"graded"})]


def case_of(student: Student, language: str) -> Case:
    return Case("C-2022-00042", student, answers(language), IN_THE_SEMESTER, (), (), None, language)


def _dotted(values: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, list):
            value = value[0]
        if isinstance(value, Mapping):
            yield from _dotted(value, f"{before}{name}.")
        else:
            yield f"{before}{name}"


def against(name: str, student: Student, **given: Any) -> list[Any]:
    """What stands against it, as a submission would be judged."""
    found = judge(BY_NAME[name], asking(student, room=PAPERS.lines), answers(**given))
    return [finding for finding in found if finding.severity == "block"]


@pytest.mark.parametrize("situation", STUDENTS)
@EACH
def test_each_certificate_is_for_whom_the_rulebook_says(kind: Any, situation: str) -> None:
    with in_language("en"):
        found = against(kind.name, STUDENTS[situation])
        assert (not found) == (situation in MAY[kind.name]), [str(one.message) for one in found]
        for finding in found:
            assert finding.rule == RULES[kind.name]
            assert str(finding.message)
            assert str(finding.remedy)


@EACH
def test_its_korean_title_is_the_rulebooks_and_the_papers(kind: Any) -> None:
    folder = ROOT / "templates" / "documents" / kind.name
    with in_language("ko"):
        assert str(kind.title) == TITLES[kind.name]
    assert json.loads((folder / "fields.json").read_text("utf-8"))["title"]["ko"] == str(
        TITLES[kind.name]
    )


@IN_EACH_LANGUAGE
def test_it_fills_just_the_fields_of_its_paper(kind: Any, language: str) -> None:
    folder = ROOT / "templates" / "documents" / kind.name
    path = max(folder.glob(f"{language}.*layout.json"), key=lambda p: p.stat().st_size)
    slots = read_slots(json.loads(path.read_text("utf-8")))
    fields = {without_items(field) for slot in slots for field in slot.fields}
    with in_language("ko"):
        values = kind.paper(case_of(who_may(kind.name), language))
        shown = dict(kind.shows(case_of(who_may(kind.name), language)))
    assert set(_dotted(values)) == fields - OWN_OF_CERTS
    assert all(values.values())
    assert shown.keys() <= set(_dotted(values))
    labels = json.loads((folder / "fields.json").read_text("utf-8"))["fields"]
    assert fields <= labels.keys()


@pytest.mark.parametrize("kind", [one for one in CERTIFICATES if one.name != KOREAN_ONLY])
def test_korean_and_english_come_from_the_same_facts(kind: Any) -> None:
    student = who_may(kind.name)
    with in_language("ko"):
        papers = {lang: kind.paper(case_of(student, lang)) for lang in ("ko", "en")}
    for same in ("name_ko", "name_en", "student_number"):
        assert papers["ko"][same] == papers["en"][same]
    assert papers["ko"]["birth_date"] == "1996년 1월 1일"
    assert papers["en"]["birth_date"] == "January 1, 1996"
    assert papers["ko"]["issue_number"] == "제 C-2022-00042 호"
    assert papers["en"]["issue_number"] == "No. C-2022-00042"


@IN_EACH_LANGUAGE
def test_its_qr_code_proves_the_name_first_and_what_a_number_shows(
    kind: Any, language: str
) -> None:
    case = case_of(who_may(kind.name), language)
    with in_language("en"):
        proven, values = list(kind.proves(case)), kind.paper(case)
        shown = [field for field, _ in kind.shows(case)]
    assert proven[: len(shown)] == shown
    assert proven[0] == f"name_{language}"
    assert proven[-1] == "birth_date"
    assert {name.split(".")[0] for name in proven} <= values.keys()
    assert ("courses" in proven) == (kind.name == "certificate_transcript")


@EACH
def test_a_number_alone_shows_no_whole_name(kind: Any) -> None:
    with in_language("en"):
        shown = dict(kind.shows(case_of(who_may(kind.name), "ko")))
    assert shown["name_ko"] == "한*윤"
    assert not {"birth_date", "student_number"} & shown.keys()


@EACH
def test_the_paper_is_in_the_language_that_was_asked_for(kind: Any) -> None:
    assert kind.paper_language(answers("en"), "ko") == "en"
    assert kind.paper_language(answers("ko"), "en") == "ko"


@EACH
def test_there_is_no_fee(kind: Any) -> None:
    with in_language("en"):
        found = judge(kind, asking(who_may(kind.name)), answers())
    assert [one.rule for one in found if one.severity == "note"] == ["CRT-10"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"language": "fr"}, {"language": ""}, {"copies": 0}, {"copies": 21}, {"copies": "two"},
        {"purpose": ""}, {"purpose": "두\n줄"}, {"purpose": "x" * 81}, {"purpose": "a\x07"},
    ],
    ids=str,
)  # fmt: skip
def test_an_answer_that_is_none_is_refused_with_its_field(wrong: dict[str, Any]) -> None:
    with in_language("en"):
        found = against("certificate_enrollment", STUDENTS["freshman"], **wrong)
    assert {one.field for one in found} == set(wrong)


@BOTH
def test_a_name_that_no_face_has_is_refused_by_its_letter(language: str) -> None:
    student = replace(STUDENTS["freshman"], name_en="محمد Han")
    with in_language("en"):
        (found,) = against("certificate_enrollment", student, language=language)
    assert found.rule == "CRT-01"
    assert "U+0645" in found.figures["missing"]
    assert "م" in str(found.message)


def test_the_prefilled_form_can_be_sent_as_it_is() -> None:
    kind = BY_NAME["certificate_enrollment"]
    with in_language("en"):
        asks = asking(STUDENTS["freshman"], room=PAPERS.lines)
        found = judge(kind, asks, kind.prefill(asks))
    assert [one.rule for one in found] == ["CRT-10"]


def test_nobody_can_expect_a_degree_before_the_earliest_graduation() -> None:
    early = seo_yun(program="integrative", registrations=attended(5))
    with in_language("en"):
        (found,) = against("certificate_expected_degree", early)
        assert "semester 6" in str(found.message)
        assert not against("certificate_expected_degree", replace(early, program="doctoral"))


def test_a_register_that_is_silent_is_said_not_printed() -> None:
    with in_language("en"):
        for name, student in (
            ("certificate_leave", seo_yun(standing="on_leave")),
            ("certificate_termination", seo_yun(standing="expelled")),
            ("certificate_completion", seo_yun(standing="completed")),
            ("certificate_degree", seo_yun(standing="graduated")),
            ("certificate_expected_degree", seo_yun(standing="completed", registrations=())),
        ):
            (found,) = against(name, student)
            assert "register does not have" in str(found.message)


def test_the_reason_of_a_leave_does_not_stand_on_its_certificate() -> None:
    with in_language("ko"):
        values = BY_NAME["certificate_leave"].paper(case_of(STUDENTS["on leave"], "ko"))
    assert values["leave_period"] == "2022학년도 2학기 ~ 2023학년도 1학기"
    assert "질병" not in str(values)


def test_a_semester_on_leave_is_no_semester_of_study() -> None:
    entries = (*attended(2, last=Semester(2022, "spring")), Registration(FALL_2022, "on_leave"))
    with in_language("ko"):
        values = BY_NAME["certificate_enrollment"].paper(
            case_of(seo_yun(registrations=entries), "ko")
        )
    assert values["standing"] == "재학(제2학기)"


def test_of_several_degrees_the_last_one_is_certified() -> None:
    earlier = replace(DEGREE, level="masters", title_ko="공학석사", conferred_on=date(2019, 2, 20))
    student = replace(STUDENTS["graduated"], degrees=(DEGREE, earlier))
    with in_language("ko"):
        values = BY_NAME["certificate_conferral"].paper(case_of(student, "ko"))
    assert (values["degree_title"], values["degree_number"]) == ("공학박사", "박-2022-0007")


def payer(*payments: tuple[Semester, int, date, int]) -> Student:
    return seo_yun(payments=tuple(Payment(*one) for one in payments))


SPRING_2022 = Semester(2022, "spring")


def tuition(student: Student, **given: Any) -> dict[str, Any]:
    with in_language("en"):
        case = replace(case_of(student, "ko"), answers=answers(**given))
        return dict(BY_NAME[KOREAN_ONLY].paper(case))


def test_tuition_payment_is_refused_in_english_with_the_reason() -> None:
    """CRT-09: Korean only."""
    with in_language("en"):
        (found,) = against(KOREAN_ONLY, STUDENTS["payer"], language="en")
        assert (found.rule, found.field) == ("CRT-09", "language")
        assert "Korean only" in str(found.message)
        assert BY_NAME[KOREAN_ONLY].prefill(asking(seo_yun(language="en")))["language"] == "ko"


@pytest.mark.parametrize("parts", [1, 2, 3, 4])
def test_tuition_payment_says_what_was_paid_also_in_part(parts: int) -> None:
    student = payer(
        *((SPRING_2022, part, date(2022, 2 + part, 3), 625_000) for part in range(1, parts + 1))
    )
    values = tuition(student)
    assert values["total_paid"] == f"{625_000 * parts:,}"
    rows = [values[name]["title"] for name in ("first", "second", "third", "fourth")]
    assert rows[:parts] == [f"분할납부 {part}회차" for part in range(1, parts + 1)]
    assert rows[parts:] == ["― 이하여백 ―", "", "", ""][: 4 - parts]


def test_tuition_payment_is_of_the_last_semester_unless_another_is_asked_for() -> None:
    student = payer(
        (SPRING_2022, 0, date(2022, 2, 20), 2_500_000), (FALL_2022, 1, date(2022, 8, 17), 625_000)
    )
    last = tuition(student)
    assert (last["semester"], last["total_paid_words"]) == (
        "2022학년도 2학기", "금 육십이만오천 원정",
    )  # fmt: skip
    spring = tuition(student, year=2022, semester="spring")
    assert (spring["semester"], spring["total_paid_words"]) == (
        "2022학년도 1학기", "금 이백오십만 원정",
    )  # fmt: skip
    with in_language("en"):
        (unpaid,) = against(KOREAN_ONLY, student, year=2021, semester="fall")
        (half,) = against(KOREAN_ONLY, student, year=2022)
    assert (unpaid.rule, unpaid.field, half.field) == ("CRT-09", "semester", "semester")


def test_a_payment_can_be_certified_after_the_deadline_of_its_period() -> None:
    """TUI-10; P1 of the semester ends on September 5."""
    student, kind = STUDENTS["payer"], BY_NAME[KOREAN_ONLY]
    with in_language("en"):
        (found,) = kind.may_ask(asking(student, IN_THE_SEMESTER.replace(day=5)))
        assert found.rule == "TUI-10"
        assert "6 September" in str(found.remedy)
        assert kind.may_ask(asking(student, IN_THE_SEMESTER.replace(day=6))) == []


@pytest.mark.parametrize(
    ("krw", "words"),
    [
        (0, "영"), (1_000, "일천"), (10_000, "일만"), (437_000, "사십삼만칠천"),
        (1_666_000, "일백육십육만육천"), (2_500_000, "이백오십만"), (100_010_001, "일억일만일"),
    ],
)  # fmt: skip
def test_amounts_in_korean_words(krw: int, words: str) -> None:
    assert in_words(krw) == words


def transcript(language: str, *grades: Grade) -> dict[str, Any]:
    student = replace(STUDENTS["graded"], grades=grades or GRADES)
    with in_language("ko"):
        return BY_NAME["certificate_transcript"].paper(case_of(student, language))


def test_a_transcript_has_every_course_in_order_and_says_where_it_ends() -> None:
    """CRT-03: what the register has, nothing else."""
    rows = transcript("ko")["courses"]
    assert [list(row.values()) for row in rows] == [
        ["2021학년도 1학기", "QUA-501", "양자역학", "전공", "3", "F", "0.0"],
        ["2021학년도 2학기", "COM-501", "연구 윤리", "공통", "2", "A+", "4.5"],
        ["2021학년도 2학기", "QUA-502", "양자 광학", "전공", "3", "B+", "3.5"],
        ["2022학년도 1학기", "RES-701", "논문 연구", "연구", "3", "S", "–"],
        ["", "", "― 이하여백 ―", "", "", "", ""],
    ]
    (first, *_, last) = transcript("en")["courses"]
    assert list(first.values())[:4] == [
        "1st semester 2021",
        "QUA-501",
        "Quantum Mechanics",
        "Major",
    ]
    assert last["title"] == "― End of record ―"


def test_the_totals_of_a_transcript_are_exact() -> None:
    """A failed course counts in the average and earns nothing; one without points does neither."""
    assert transcript("ko")["totals"] == {
        "credits_attempted": "11",
        "credits_earned": "8",
        "credits_counted": "8",
        "points": "19.5",
        "gpa": "2.44",  # 19.5 / 8 = 2.4375
    }
    half = replace(GRADES[0], credits=200, points="0.01")
    assert (
        transcript("ko", half, replace(half, code="x", credits=200, points="0.00"))["totals"]["gpa"]
        == "0.01"
    )  # 0.005, half up


def test_a_transcript_without_points_has_no_average() -> None:
    totals = transcript("en", GRADES[2])["totals"]
    assert (totals["gpa"], totals["points"], totals["credits_earned"]) == ("–", "0", "3")


def test_a_title_that_no_face_prints_is_refused_before_it_is_issued() -> None:
    student = replace(STUDENTS["graded"], grades=(replace(GRADES[0], title_ko="양자 سنة"),))
    with in_language("en"):
        (found,) = against("certificate_transcript", student)
    assert found.rule == "CRT-03"
    assert "U+0633" in found.figures["missing"]


def test_two_hundred_courses_with_the_longest_names_fit() -> None:
    long = replace(GRADES[0], title_ko="가나다라마 " * 10, title_en="The longest title of " * 5)
    grades = tuple(replace(long, code=f"LONG-{n:04d}") for n in range(200))
    with in_language("en"):
        for language in ("ko", "en"):
            student = replace(STUDENTS["graded"], grades=grades)
            assert not against("certificate_transcript", student, language=language)
