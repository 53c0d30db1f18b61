"""LEA-01 to LEA-09: which leave is open to whom, when and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.people.values import Leave, Program, Registration, Semester
from services.forms.rules import leaves
from services.forms.rules.leaves import LeaveKind
from tests.forms.cast import FALL, FALL_2022, SPRING, attended, seo_yun

SPRING_2023 = FALL_2022.plus(1)
IN_TIME = date(2022, 10, 1)
KINDS = tuple(leaves.RULES)


def why(kind: LeaveKind, today: date = IN_TIME, semesters: int = 1, **student: object) -> set[str]:
    asked = (FALL_2022, FALL_2022.plus(semesters - 1))
    return set(leaves.why_not(seo_yun(**student), kind, asked, FALL, SPRING, today))


@pytest.mark.parametrize(
    ("kind", "program", "most"),
    [
        ("general", "masters", 2),
        ("general", "doctoral", 4),
        ("general", "integrative", 6),
        ("military", "doctoral", None),
        ("birth", "doctoral", 2),
        ("childcare", "doctoral", 4),
        ("start_up", "doctoral", 4),
        ("disease", "doctoral", 2),
        ("other", "masters", 2),
    ],
)
def test_the_table_of_longest_leaves(kind: LeaveKind, program: Program, most: int | None) -> None:
    assert leaves.RULES[kind].semesters(program) == most


def test_the_general_leave_needs_no_document_and_every_special_one_does() -> None:
    assert [kind for kind in KINDS if not leaves.RULES[kind].document] == ["general"]


def test_the_general_leave_opens_on_the_last_day_of_the_semester_before() -> None:
    # 181 days from Sep 1: day ceil(135.75) = 136 is Jan 15.
    assert leaves.general_window(FALL, SPRING) == (date(2022, 8, 31), date(2023, 1, 15))
    assert "outside_window" in why("general", date(2022, 8, 30))
    assert "outside_window" not in why("general", date(2022, 8, 31))
    assert "outside_window" not in why("general", date(2023, 1, 15))
    assert "outside_window" in why("general", date(2023, 1, 16))


@given(st.dates(date(2022, 3, 1), date(2023, 2, 28)), st.sampled_from(KINDS))
def test_every_special_leave_can_be_asked_for_any_time(today: date, kind: LeaveKind) -> None:
    if kind != "general":
        assert "outside_window" not in why(kind, today)


def test_freshmen_take_neither_a_general_nor_a_start_up_leave() -> None:
    first_semester = (Registration(FALL_2022, "enrolled", 9),)
    refused = {kind for kind in KINDS if "freshman" in why(kind, registrations=first_semester)}
    assert refused == {"general", "start_up"}
    assert "freshman" not in why("general", registrations=attended(2))


def test_the_military_leave_is_for_korean_men_and_the_birth_leave_for_women() -> None:
    assert why("military") == {"not_male"}
    assert why("military", sex="male", nationality="VN") == {"not_korean"}
    assert why("military", sex="male") == set()
    assert why("birth") == set()
    assert why("birth", sex="male") == {"not_female"}


def test_a_leave_may_use_the_rest_of_its_kind_and_each_kind_has_its_own() -> None:
    taken = (Leave("general", Semester(2021, "spring"), Semester(2021, "fall"), IN_TIME),)
    assert leaves.rest(seo_yun(leaves=taken), "general") == 2
    assert leaves.rest(seo_yun(leaves=taken), "childcare") == 4
    assert why("general", semesters=2, leaves=taken) == set()
    assert why("general", semesters=3, leaves=taken) == {"too_long"}
    assert leaves.rest(seo_yun(), "military") is None
    assert "too_long" not in why("military", semesters=9, sex="male")


def test_credits_can_be_given_after_more_than_three_quarters() -> None:
    assert not leaves.credits_can_be_given(FALL, date(2023, 1, 15))
    assert leaves.credits_can_be_given(FALL, date(2023, 1, 16))


@given(st.integers(100, 200))
def test_three_quarters_of_any_semester_is_rounded_up(length: int) -> None:
    data = replace(FALL, last_day=date.fromordinal(FALL.first_day.toordinal() + length - 1))
    passed = (leaves.last_day_to_ask(data) - data.first_day).days
    assert 0 <= passed * 4 - length * 3 < 4
