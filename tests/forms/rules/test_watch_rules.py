"""TRM-03, TRM-05, TRM-06: whose maximum term ends, who has not enrolled after the coursework."""

from __future__ import annotations

from datetime import date

import pytest

from services.forms.people.values import Milestone, Registration, Semester
from services.forms.rules import watch
from tests.forms.cast import FALL_2022, attended, seo_yun


@pytest.mark.parametrize(
    ("program", "semesters", "left"),
    [("masters", 7, 1), ("masters", 8, 0), ("masters", 9, -1), ("doctoral", 11, 1),
     ("doctoral", 12, 0), ("integrative", 15, 1), ("integrative", 17, -1)],
)  # fmt: skip
def test_the_maximum_term_is_4_6_and_8_years(program: str, semesters: int, left: int) -> None:
    """TRM-03: past it the student is listed; the system expels nobody."""
    found = watch.near_maximum(seo_yun(program=program, registrations=attended(semesters)),
                               FALL_2022)  # fmt: skip
    assert found is not None
    assert (found.used, found.left) == (semesters, left)
    assert found.most == semesters + left


@pytest.mark.parametrize(("program", "semesters"), [("masters", 6), ("doctoral", 10)])
def test_who_has_more_than_a_semester_left_is_not_listed(program: str, semesters: int) -> None:
    student = seo_yun(program=program, registrations=attended(semesters))
    assert watch.near_maximum(student, FALL_2022) is None


def test_semesters_after_the_coursework_count_and_leaves_do_not() -> None:
    """TRM-05: a master who enrolled in spring 2019 is in the eighth semester, enrolled or not."""
    first = Semester(2019, "spring")
    two = (Registration(first, "enrolled", 9), Registration(first.plus(1), "enrolled", 9))
    student = seo_yun(program="masters", registrations=two, standing="completed")
    found = watch.near_maximum(student, FALL_2022)
    assert found is not None
    assert found.used == 8
    on_leave = tuple(Registration(first.plus(n), "on_leave") for n in (2, 3, 4))
    with_leaves = seo_yun(program="masters", registrations=(*two, *on_leave), standing="completed")
    assert watch.near_maximum(with_leaves, FALL_2022) is None  # 5 of 8


def test_what_the_committee_granted_is_added_to_the_maximum() -> None:
    """TRM-04."""
    granted = (Milestone("term_extension", FALL_2022, "X-1", 2),)
    student = seo_yun(program="masters", registrations=attended(8), milestones=granted)
    assert watch.near_maximum(student, FALL_2022) is None
    longer = seo_yun(program="masters", registrations=attended(9), milestones=granted)
    found = watch.near_maximum(longer, FALL_2022)
    assert found is not None
    assert (found.used, found.most, found.left) == (9, 10, 1)


@pytest.mark.parametrize("standing", ["graduated", "withdrawn", "expelled", "admitted"])
def test_whose_studies_ended_or_have_not_begun_is_not_listed(standing: str) -> None:
    student = seo_yun(program="masters", registrations=attended(9), standing=standing)
    assert watch.near_maximum(student, FALL_2022) is None


@pytest.mark.parametrize(
    ("changes", "listed"),
    [
        ({}, True),
        ({"nationality": "KR"}, False),
        ({"completed_on": None, "standing": "enrolled"}, False),
        ({"standing": "graduated"}, False),
        ({"registrations": (Registration(FALL_2022, "post_coursework"),)}, False),
        ({"registrations": (Registration(FALL_2022, "on_leave"),)}, False),
        ({"registrations": (Registration(FALL_2022.plus(-1), "post_coursework"),)}, True),
    ],
)
def test_international_students_not_enrolled_after_the_coursework(
    changes: dict[str, object], listed: bool
) -> None:
    """TRM-06."""
    student = seo_yun(
        **{
            "nationality": "VN",
            "standing": "completed",
            "completed_on": date(2022, 8, 20),
            "registrations": (),
            **changes,
        }
    )
    assert watch.not_enrolled_after_coursework(student, FALL_2022) is listed
