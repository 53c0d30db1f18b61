"""What comes back when somebody leaves, and for which reasons (WDR-01, REF-01 to REF-04)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.people.values import Leave, Payment, Readmission, Student
from services.forms.rules import refund
from tests.forms.cast import FALL, FALL_2022, SEMESTERS, SPRING, seo_yun

ENTRIES = [Payment(FALL_2022, n, date(2022, 9, 1 + n), 625_000) for n in (1, 2)]
TODAY = date(2022, 10, 15)
LEFT = {"standing": "withdrawn", "ended_on": date(2022, 10, 5)}
STUDENTS: Mapping[str, Student] = {
    "permanent_leave": seo_yun(**LEFT, ending_asked_on=date(2022, 9, 28)),
    "leave_of_absence": seo_yun(
        standing="on_leave", leaves=(Leave("general", FALL_2022, FALL_2022, date(2022, 9, 2)),)
    ),
    "cancelled_admission": seo_yun(
        standing="withdrawn",
        admitted_on=FALL.first_day,
        ended_on=date(2022, 8, 20),
        ending_asked_on=date(2022, 8, 18),
    ),
    "integrative_dropped": seo_yun(program="integrative"),
    "expulsion": seo_yun(standing="expelled", ended_on=date(2022, 11, 3)),
    "admission_not_taken_up": seo_yun(standing="admitted", admitted_on=FALL.first_day),
}
# REF-01, REF-02 and the readings: the day that counts for each reason of the page.
DAYS = {
    "permanent_leave": date(2022, 9, 28),
    "leave_of_absence": date(2022, 9, 2),
    "cancelled_admission": date(2022, 8, 18),
    "integrative_dropped": TODAY,
    "expulsion": date(2022, 11, 3),
    "admission_not_taken_up": TODAY,
}


def test_the_reasons_of_the_page_are_all_there() -> None:
    """REF-02."""
    assert tuple(DAYS) == refund.REASONS == tuple(refund.CAUSES)


@pytest.mark.parametrize("reason", refund.REASONS)
def test_a_reason_counts_from_its_own_day(reason: str) -> None:
    """REF-01, REF-02."""
    assert refund.cause(reason, STUDENTS[reason], FALL, TODAY) == DAYS[reason]


@pytest.mark.parametrize("reason", refund.REASONS)
def test_a_reason_that_the_register_does_not_have_is_none(reason: str) -> None:
    """REF-02."""
    for other, student in STUDENTS.items():
        found = refund.cause(reason, student, FALL, TODAY)
        assert (found is not None) == (other == reason), other


def test_who_was_admitted_anew_and_did_not_come_cancelled_an_admission() -> None:
    """REF-04."""
    again = (Readmission(FALL_2022, "RA-2022-00001", 9, "p-yoon"),)
    student = seo_yun(standing="withdrawn", ended_on=date(2022, 8, 20), readmissions=again)
    assert refund.cause("cancelled_admission", student, FALL, TODAY) == date(2022, 8, 20)
    assert refund.cause("permanent_leave", student, FALL, TODAY) is None


@given(days=st.integers(0, 181), paid=st.integers(0, 2))
def test_whoever_leaves_gets_the_share_of_what_was_paid_so_far(days: int, paid: int) -> None:
    """WDR-01, REF-01: installments paid so far."""
    student = seo_yun(payments=tuple(ENTRIES[:paid]))
    on = FALL.first_day + timedelta(days=days)
    found = refund.refunds(student, SEMESTERS, on)
    if on > FALL.last_day or not paid:
        assert found == ()
        return
    ((semester, given_back),) = found
    assert (semester, given_back.paid_krw) == (FALL_2022, 625_000 * paid)
    assert given_back == refund.refund(FALL.first_day, on, 625_000 * paid)


def test_what_was_paid_for_a_semester_to_come_comes_back_whole() -> None:
    """WDR-01, REF-01."""
    both: list[Any] = [
        Payment(SPRING.semester, 0, date(2022, 2, 20), 2_500_000),
        Payment(FALL_2022, 0, date(2022, 8, 17), 2_500_000),
    ]
    found = refund.refunds(seo_yun(payments=tuple(both)), SEMESTERS, date(2022, 8, 25))
    assert [(str(semester), one.krw) for semester, one in found] == [
        ("2022-spring", 0),
        ("2022-fall", 2_500_000),
    ]
