"""TRM-01 to TRM-07 and IQE-01: early degrees, the examination, enrolment after it, longer terms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.people.values import Grade, Milestone, Program, Registration, Semester
from services.forms.rules import study, tell_study, terms
from tests.forms.cast import FALL, FALL_2022, attended, in_language, seo_yun

NEEDED = {"masters": 24, "doctoral": 24, "integrative": 48}
DATA = replace(FALL, degree_credits=NEEDED)


def graded(count: int, grade: str = "A0") -> tuple[Grade, ...]:
    """So many courses of three credits, before the fall of 2022."""
    before = FALL_2022.plus(-1)
    return tuple(Grade(before, f"C-{n}", "과목", "Course", "전공", 3, grade) for n in range(count))


@pytest.mark.parametrize(
    ("program", "earliest", "standard"),
    [("masters", 3, 4), ("doctoral", 3, 4), ("integrative", 6, 8)],
)
def test_a_degree_is_early_in_the_last_half_year_or_year_of_the_standard_term(
    program: Program, earliest: int, standard: int
) -> None:
    """TRM-01, TRM-02: 6 months (master's, doctoral), 1 year (integrative)."""
    for number in range(1, standard + 3):
        student = seo_yun(program=program, registrations=attended(number), grades=graded(16))
        why = study.why_not_early(study.early_degree(student, DATA))
        expected = "too_early" if number < earliest else "not_early" if number >= standard else None
        assert why == expected, number


@pytest.mark.parametrize(("courses", "why"), [(4, "too_few_credits"), (5, None), (6, None)])
def test_the_least_credits_are_counted_with_those_of_the_semester(
    courses: int, why: str | None
) -> None:
    """TRM-02: 5 courses of 3 credits and 9 registered are the 24 that a degree needs."""
    student = seo_yun(registrations=attended(3, credits=9), grades=graded(courses))
    found = study.early_degree(student, DATA)
    assert (found.earned, found.registered, found.credits) == (courses * 3, 9, courses * 3 + 9)
    assert study.why_not_early(found) == why


def test_what_was_failed_earns_no_credits() -> None:
    student = seo_yun(registrations=attended(3), grades=graded(8, "F"))
    assert study.early_degree(student, DATA).earned == 0


def test_a_semester_without_its_least_credits_refuses_and_says_so() -> None:
    student = seo_yun(registrations=attended(3), grades=graded(9))
    found = study.early_degree(student, FALL)
    assert study.why_not_early(found) == "credits_unknown"
    with in_language("en"):
        said = tell_study.no_early_degree(found, "credits_unknown")
        assert "least credits" in str(said.message)
        assert "Educational Affairs" in str(said.remedy)


def test_an_early_degree_is_told_with_its_sum() -> None:
    student = seo_yun(registrations=attended(3, credits=9), grades=graded(6))
    told = tell_study.early_degree(study.early_degree(student, DATA))
    assert told.figures["early"] == 1
    with in_language("en"):
        lines = [str(line) for line in told.derivation]
    assert "18 credits earned + 9 registered = 27; 24 needed" in lines


@pytest.mark.parametrize(
    ("number", "program", "why"),
    [
        (1, "integrative", "too_early"),
        (2, "integrative", "too_early"),
        (3, "integrative", None),
        (4, "integrative", None),
        (5, "integrative", "too_late"),
        (3, "doctoral", "other_program"),
    ],
)
def test_the_examination_is_after_two_and_before_four_completed_semesters(
    number: int, program: Program, why: str | None
) -> None:
    """IQE-01."""
    student = seo_yun(program=program, registrations=attended(number))
    assert study.why_no_exam(student, FALL_2022) == why


def test_the_examination_is_passed_once_and_asked_for_once_a_semester() -> None:
    """IQE-01: failed, it can be asked for again in the next semester."""
    student = seo_yun(program="integrative", registrations=attended(4))
    before = Milestone("exam_admitted", FALL_2022.plus(-1))
    assert study.why_no_exam(replace(student, milestones=(before,)), FALL_2022) is None
    now = Milestone("exam_admitted", FALL_2022)
    assert study.why_no_exam(replace(student, milestones=(now,)), FALL_2022) == "admitted"
    passed = Milestone("exam_passed", FALL_2022.plus(-1))
    assert study.why_no_exam(replace(student, milestones=(passed,)), FALL_2022) == "passed"


def after_coursework(semesters: int, enrolled: int = 4, **changes: Any) -> Any:
    """Coursework in the first semesters, nothing but the thesis in the others, up to fall 2022."""
    start = FALL_2022.plus(1 - semesters)
    entries = tuple(Registration(start.plus(n), "enrolled", 9) for n in range(enrolled))
    known = {"standing": "completed", "completed_on": date(2021, 8, 20), "registrations": entries}
    return seo_yun(**{**known, **changes})


def test_semesters_after_the_coursework_count_enrolled_or_not() -> None:
    """TRM-05."""
    student = after_coursework(9)
    assert terms.semesters_towards_maximum(student, FALL_2022) == 9
    entry = Registration(FALL_2022, "post_coursework")
    enrolled = replace(student, registrations=(*student.registrations, entry))
    assert terms.semesters_towards_maximum(enrolled, FALL_2022) == 9


def test_who_is_enrolled_after_the_coursework_is_so_by_the_register() -> None:
    """TRM-07."""
    student = after_coursework(6)
    assert not study.enrolled_after_coursework(student, FALL_2022)
    entry = Registration(FALL_2022, "post_coursework")
    enrolled = replace(student, registrations=(*student.registrations, entry))
    assert study.enrolled_after_coursework(enrolled, FALL_2022)
    assert not study.enrolled_after_coursework(enrolled, FALL_2022.plus(1))


def test_international_students_not_enrolled_after_the_coursework_are_to_be_reported() -> None:
    """TRM-06."""
    student = after_coursework(6, nationality="VN")
    assert study.to_be_reported(student, FALL_2022)
    assert not study.to_be_reported(replace(student, nationality="KR"), FALL_2022)
    assert not study.to_be_reported(replace(student, standing="enrolled"), FALL_2022)
    entry = Registration(FALL_2022, "post_coursework")
    enrolled = replace(student, registrations=(*student.registrations, entry))
    assert not study.to_be_reported(enrolled, FALL_2022)


@pytest.mark.parametrize(
    ("program", "most"), [("masters", 8), ("doctoral", 12), ("integrative", 16)]
)
def test_the_maximum_term_ends_after_four_six_and_eight_years(program: Program, most: int) -> None:
    """TRM-03, and TRM-04: it is extended in the semester in which it ends."""
    for semesters, left in ((most - 1, 1), (most, 0), (most + 1, -1)):
        student = after_coursework(semesters, program=program)
        assert study.semesters_left(student, FALL_2022) == left
        why = study.why_no_longer(student, FALL_2022, 1)
        assert why == ("not_yet" if left > 0 else None)


def extended(*semesters: int) -> tuple[Milestone, ...]:
    return tuple(
        Milestone("term_extension", FALL_2022.plus(-1 - n), f"MT-{n}", count)
        for n, count in enumerate(semesters)
    )


@pytest.mark.parametrize(
    ("before", "asked", "why"),
    [
        ((), 1, None),
        ((), 2, None),
        ((1,), 1, None),
        ((1,), 2, "too_many"),
        ((2,), 1, "used_up"),
        ((1, 1), 1, "used_up"),
    ],
)
def test_all_extensions_together_are_two_semesters(
    before: tuple[int, ...], asked: int, why: str | None
) -> None:
    """TRM-04: the term that was extended ends later by so much."""
    student = after_coursework(12 + sum(before), milestones=extended(*before))
    assert study.semesters_left(student, FALL_2022) == 0
    assert study.why_no_longer(student, FALL_2022, asked) == why


@given(
    st.sampled_from(get_args(Program)),
    st.integers(1, 30),
    st.lists(st.integers(1, 2), max_size=2),
    st.integers(1, 2),
)
def test_no_term_is_ever_longer_than_its_maximum_and_two_semesters(
    program: Program, semesters: int, before: list[int], asked: int
) -> None:
    """TRM-04."""
    granted = extended(*before) if sum(before) <= 2 else ()
    student = after_coursework(semesters, program=program, milestones=granted)
    if study.why_no_longer(student, FALL_2022, asked) is None:
        longest = terms.MAXIMUM_SEMESTERS[program] + terms.EXTENDED_AT_MOST
        term = Milestone("term_extension", FALL_2022, "MT-9", asked)
        after = replace(student, milestones=(*granted, term))
        used = terms.semesters_towards_maximum(after, FALL_2022)
        assert used + study.semesters_left(after, FALL_2022) <= longest


def test_the_fee_after_the_coursework_is_told_where_one_is_set() -> None:
    """TRM-07."""
    with in_language("en"):
        assert "KRW 250,000" in str(tell_study.fee(FALL_2022, 250_000).message)
        assert "No fee" in str(tell_study.fee(FALL_2022, None).message)


def test_whoever_is_past_the_maximum_term_is_led_to_its_extension() -> None:
    """TRM-03, TRM-05: the system expels nobody."""
    over, last, earlier = (tell_study.term_runs(left, 12) for left in (-1, 0, 3))
    assert over.severity == last.severity == "note"
    assert over.leads_to == last.leads_to == "maximum_term_extension"
    assert earlier.leads_to == ""


def test_the_semester_of_an_extension_is_told_with_its_sum() -> None:
    with in_language("en"):
        told = tell_study.longer(Semester(2022, "fall"), 2, 2, 12)
        assert "2nd semester 2023" in str(told.message)
        assert [str(line) for line in told.derivation] == [
            "maximum term 12 semesters, until the 2nd semester 2022",
            "+ 2 = 2nd semester 2023",
        ]
    assert told.figures["rest"] == 0
