"""Business days of Korea: weekends, holidays and their substitutes do not count (REC-02)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.rules import business_days, letter

DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))
COUNTS = st.integers(0, 40)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2022, 9, 8), True),
        (date(2022, 9, 9), False),  # Chuseok, Friday to Sunday …
        (date(2022, 9, 12), False),  # … and the Monday in place of the Sunday
        (date(2022, 9, 13), True),
        (date(2026, 9, 24), False),  # Chuseok 2026, Thursday to Saturday
        (date(2026, 9, 28), True),
        (date(2026, 8, 17), False),  # in place of Liberation Day, a Saturday
        (date(2027, 2, 9), False),  # in place of Seollal's Sunday
        (date(2026, 11, 22), False),  # a Sunday
        (date(2026, 12, 25), False),
    ],
)
def test_offices_work_on_weekdays_that_are_no_holiday(day: date, works: bool) -> None:
    assert business_days.is_business_day(day) is works


@pytest.mark.parametrize(
    ("held", "delivered"),
    [
        (date(2022, 9, 6), date(2022, 9, 8)),
        (date(2022, 9, 8), date(2022, 9, 14)),  # over Chuseok and its substitute
        (date(2022, 9, 10), date(2022, 9, 14)),  # held on a holiday
        (date(2026, 8, 13), date(2026, 8, 18)),  # over Liberation Day's substitute
    ],
)
def test_a_letter_is_delivered_within_two_business_days(held: date, delivered: date) -> None:
    assert business_days.after(held, letter.DELIVERY_DAYS) == delivered


@given(DAYS, st.integers(1, 40))
def test_counting_on_lands_on_a_business_day_that_is_so_many_away(day: date, count: int) -> None:
    end = business_days.after(day, count)
    assert business_days.is_business_day(end)
    assert business_days.between(day, end) == count
    assert business_days.between(day, end - timedelta(days=1)) == count - 1


@given(DAYS, st.integers(1, 40))
def test_counting_back_undoes_counting_on(day: date, count: int) -> None:
    start = business_days.before(day, count)
    assert business_days.is_business_day(start)
    last = day if business_days.is_business_day(day) else business_days.after(day, 1)
    assert business_days.after(start, count) == last


@given(DAYS, COUNTS, COUNTS)
def test_days_in_two_goes_are_the_days_in_one(day: date, first: int, then: int) -> None:
    at_once = business_days.after(day, first + then)
    assert business_days.after(business_days.after(day, first), then) == at_once


@given(DAYS, st.integers(0, 60))
def test_the_writer_has_from_one_day_to_the_kinds_own(asked: date, wish: int) -> None:
    wished = asked + timedelta(days=wish)
    days = letter.writing_days(asked, wished)
    assert 1 <= days <= letter.WRITING_DAYS
    if days > 1:  # then the office's two days fit before the wished day
        signed = business_days.after(asked, days)
        assert business_days.after(signed, letter.DELIVERY_DAYS) <= max(
            wished, business_days.after(wished - timedelta(days=1), 1)
        )
