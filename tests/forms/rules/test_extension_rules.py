"""EXT-01, EXT-02, EXT-05: the window to the second, and which days can be given."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.people.values import Period, Window
from services.forms.rules import extension
from shared.clock import SEOUL
from tests.forms.cast import FALL, attended, seo_yun

WINDOW = Window(datetime(2022, 8, 29, tzinfo=SEOUL), datetime(2022, 9, 5, 14, 0, tzinfo=SEOUL))
GUIDE = replace(
    FALL,
    windows={"due_date_extension": WINDOW},
    payment_periods=(
        Period(date(2022, 8, 16), date(2022, 9, 5)),
        Period(date(2022, 10, 3), date(2022, 10, 7)),
        Period(date(2022, 10, 24), date(2022, 10, 28)),
        Period(date(2022, 11, 21), date(2022, 11, 25)),
        Period(date(2022, 12, 12), date(2022, 12, 21)),
    ),
)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (datetime(2022, 8, 28, 23, 59, 59, tzinfo=SEOUL), "not_yet"),
        (datetime(2022, 8, 29, tzinfo=SEOUL), "open"),
        (datetime(2022, 9, 5, 13, 59, 59, tzinfo=SEOUL), "open"),
        (datetime(2022, 9, 5, 14, 0, tzinfo=SEOUL), "closed"),
    ],
)
def test_the_window_opens_and_closes_at_an_exact_instant(now: datetime, state: str) -> None:
    assert extension.when(GUIDE, now) == state
    assert extension.when(FALL, now) == "missing"


@pytest.mark.parametrize(
    ("pay_on", "installments", "why"),
    [
        (date(2022, 9, 5), False, "not_later"),
        (date(2022, 9, 6), False, None),
        (date(2022, 12, 21), False, None),
        (date(2022, 12, 22), False, "too_late"),
        (date(2022, 10, 2), True, "not_in_its_period"),
        (date(2022, 10, 3), True, None),
        (date(2022, 10, 7), True, None),
        (date(2022, 10, 8), True, "not_in_its_period"),
    ],
)
def test_a_day_up_to_the_last_period_or_one_of_the_first_installments(
    pay_on: date, installments: bool, why: str | None
) -> None:
    dates = extension.dates(seo_yun(), GUIDE)
    assert dates is not None
    assert extension.why_not(dates, pay_on, installments=installments) == why


def test_past_the_minimum_term_and_extended_together_is_still_one_step_later() -> None:
    dates = extension.dates(seo_yun(registrations=attended(5)), GUIDE)
    assert dates is not None
    assert dates.due_now == date(2022, 10, 7)
    assert dates.first_installment == GUIDE.payment_periods[1]
    assert extension.dates(seo_yun(), replace(GUIDE, payment_periods=())) is None


@given(st.dates(date(2022, 8, 1), date(2023, 2, 28)))
def test_a_day_in_full_is_refused_exactly_outside_its_range(pay_on: date) -> None:
    dates = extension.dates(seo_yun(), GUIDE)
    assert dates is not None
    fine = dates.due_now + timedelta(days=1) <= pay_on <= dates.latest
    assert (extension.why_not(dates, pay_on, installments=False) is None) is fine
