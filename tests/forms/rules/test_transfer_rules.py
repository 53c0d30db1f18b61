"""TUI-08, TUI-09: what money that arrives pays, or why it is not taken; TUI-11: who is listed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.people.values import Arrangement, Payment, Period, SemesterData, Student
from services.forms.rules import tell_transfers, watch
from services.forms.rules.transfers import Transfer, Weighed, weigh
from shared.clock import SEOUL
from tests.forms.cast import FALL, FALL_2022, attended, in_language, seo_yun

# TUI-07, the guide's table "Schedules for payment".
WHOLE = replace(
    FALL,
    payment_periods=tuple(
        Period(date(2022, *first), date(2022, *last))
        for first, last in (
            ((8, 16), (9, 5)),
            ((10, 3), (10, 7)),
            ((10, 24), (10, 28)),
            ((11, 21), (11, 25)),
            ((12, 12), (12, 21)),
        )
    ),
)
SEMESTERS = {FALL_2022: WHOLE}
NOW = datetime(2023, 1, 31, tzinfo=SEOUL)
GENERAL = seo_yun()
PAST_MINIMUM = seo_yun(registrations=attended(5, credits=9))  # 1,750,000 by TUI-04
STARTED = seo_yun(payments=(Payment(FALL_2022, 1, date(2022, 8, 20), 625_000),))
EXTENDED = seo_yun(
    arrangements=(Arrangement(FALL_2022, "extension", "E-1", pay_on=date(2022, 11, 3)),)
)


def arrives(
    student: Student,
    krw: int,
    *at: int,
    semesters: dict[object, SemesterData] | None = None,
    now: datetime = NOW,
) -> Weighed:
    transfer = Transfer("T-1", "7001", krw, datetime(*at, tzinfo=SEOUL))  # type: ignore[misc,arg-type]  # date and time
    return weigh(student, semesters or SEMESTERS, transfer, now)  # type: ignore[arg-type]  # by semester


@pytest.mark.parametrize(
    ("student", "krw", "at", "part"),
    [
        (GENERAL, 2_500_000, (2022, 8, 16, 0, 1), 0),
        (GENERAL, 2_500_000, (2022, 9, 3, 12), 0),  # a Saturday
        (GENERAL, 2_500_000, (2022, 9, 5, 23, 58, 59), 0),
        (PAST_MINIMUM, 1_750_000, (2022, 10, 7, 20), 0),
        (STARTED, 625_000, (2022, 10, 3, 9), 2),
        (STARTED, 625_000, (2022, 11, 25, 9), 4),
        (EXTENDED, 2_500_000, (2022, 11, 3, 9), 0),
    ],
)
def test_the_exact_amount_on_a_day_of_its_period_is_taken(
    student: Student, krw: int, at: tuple[int, ...], part: int
) -> None:
    """TUI-09 with the periods of TUI-07; EXT-05 on the designated date."""
    found = arrives(student, krw, *at)
    assert (found.why, found.due and found.due.part) == (None, part)


@pytest.mark.parametrize(
    ("student", "krw", "at", "why"),
    [
        (GENERAL, 2_499_999, (2022, 8, 20, 9), "amount"),
        (GENERAL, 625_000, (2022, 8, 20, 9), "amount"),  # no installments were granted
        (GENERAL, 2_500_000, (2022, 8, 15, 23, 58), "no_semester"),
        (GENERAL, 2_500_000, (2022, 9, 6, 9), "period"),
        (GENERAL, 2_500_000, (2022, 9, 5, 23, 59), "blocked_minutes"),
        (GENERAL, 2_500_000, (2022, 8, 20, 0, 0, 59), "blocked_minutes"),
        (PAST_MINIMUM, 1_750_000, (2022, 8, 20, 9), "period"),  # P2 is theirs
        (PAST_MINIMUM, 2_500_000, (2022, 10, 5, 9), "amount"),
        (STARTED, 625_000, (2022, 10, 10, 9), "period"),
        (EXTENDED, 2_500_000, (2022, 11, 4, 9), "period"),
        (seo_yun(completed_on=date(2022, 8, 20)), 2_500_000, (2022, 9, 1, 9), "not_paying"),
        (seo_yun(registrations=attended(5, credits=None)), 1, (2022, 10, 4, 9), "credits_unknown"),
    ],
)
def test_anything_else_is_refused_with_its_reason(
    student: Student, krw: int, at: tuple[int, ...], why: str
) -> None:
    semesters = {FALL_2022: WHOLE}
    if why == "no_semester":
        semesters = {FALL_2022: replace(WHOLE, tuition_krw=None)}
    assert arrives(student, krw, *at, semesters=semesters).why == why  # type: ignore[arg-type]  # by semester


def test_without_the_first_installment_in_time_the_plan_is_not_valid() -> None:
    """TUI-08."""
    late = seo_yun(payments=(Payment(FALL_2022, 1, date(2022, 9, 6), 625_000),))
    assert arrives(late, 625_000, 2022, 10, 3, 9).why == "plan_not_valid"


def test_what_is_paid_is_not_paid_twice() -> None:
    paid = seo_yun(payments=(Payment(FALL_2022, 0, date(2022, 8, 20), 2_500_000),))
    assert arrives(paid, 2_500_000, 2022, 8, 21, 9).why == "nothing_owed"


def test_money_of_days_to_come_is_refused() -> None:
    now = datetime(2022, 8, 20, 8, tzinfo=SEOUL)
    assert arrives(GENERAL, 2_500_000, 2022, 8, 20, 9, now=now).why == "future"


@given(krw=st.integers(1, 3_000_000), minutes=st.integers(0, 200 * 24 * 60))
def test_nothing_but_the_exact_amount_in_its_time_ever_becomes_a_payment(
    krw: int, minutes: int
) -> None:
    at = datetime(2022, 7, 1, tzinfo=SEOUL) + timedelta(minutes=minutes)
    found = weigh(GENERAL, SEMESTERS, Transfer("T", "7", krw, at), NOW)
    clock = (at.hour, at.minute)
    fits = (
        krw == 2_500_000
        and date(2022, 8, 16) <= at.date() <= date(2022, 9, 5)
        and clock not in ((23, 59), (0, 0))
    )
    assert (found.why is None) == fits


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_reason_is_a_sentence_with_its_figures(language: str) -> None:
    with in_language(language):
        said = [
            tell_transfers.not_taken(
                Transfer("T", "7", 625_000, datetime(2022, 9, 6, 9, tzinfo=SEOUL)),
                replace(arrives(GENERAL, 1, 2022, 9, 5, 9), why=why),
            )
            for why in tell_transfers.MESSAGES
        ]
        texts = [f"{one.message} {one.remedy}" for one in said]
    assert not [text for text in texts if "%(" in text or "None" in text]
    assert "625,000" in texts[0]
    assert "2,500,000" in texts[0]


def test_who_has_not_paid_is_listed_and_stays_as_they_are() -> None:
    """TUI-11: nobody is expelled by the system; the student is a value and stays one."""
    assert watch.unpaid(GENERAL, WHOLE, date(2022, 9, 5)) is None
    found = watch.unpaid(GENERAL, WHOLE, date(2022, 9, 6))
    assert found is not None
    assert [line.due.krw for line in found.lines] == [2_500_000]
    assert found.left_krw == 2_500_000
    assert GENERAL.standing == "enrolled"


def test_a_plan_that_does_not_hold_is_told_beside_what_is_late() -> None:
    """TUI-08, TUI-11."""
    late = seo_yun(payments=(Payment(FALL_2022, 1, date(2022, 9, 6), 625_000),))
    found = watch.unpaid(late, WHOLE, date(2022, 10, 8))
    assert found is not None
    assert [line.due.part for line in found.lines] == [2]
    assert not found.plan_holds
