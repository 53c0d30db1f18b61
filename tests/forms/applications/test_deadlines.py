"""Whose turn, by when: five business days, a reminder two days before, then the office is told."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import pytest

from services.forms.applications.days import by_when, is_business_day, remind_at
from services.forms.applications.deadlines import Timers, tick
from shared.clock import SEOUL
from tests.forms.applications.test_desk import at_desk
from tests.forms.applications.test_journey import newest_link, see, send, sign
from tests.forms.campus import DESK, Campus


def at(month: int, day: int, hour: int = 9) -> datetime:
    return datetime(2022, month, day, hour, tzinfo=SEOUL)


def go_to(campus: Campus, when: datetime) -> None:
    """Move the clock there and do what is due."""
    campus.clock.advance(when - campus.clock.now())
    tick(campus.parts, campus.clock.now())


def test_five_business_days_pass_over_weekend_and_chuseok() -> None:
    # 9 to 11 September 2022 is Chuseok, 12 its substitute holiday.
    assert by_when(at(9, 6), 5) == at(9, 15, 18)


@pytest.mark.parametrize("day", [date(2022, 9, 12), date(2022, 10, 3), date(2022, 9, 10)])
def test_holidays_and_weekends_are_no_business_days(day: date) -> None:
    assert not is_business_day(day)


def test_the_reminder_comes_two_days_before_and_once(campus: Campus) -> None:
    application = send(campus)
    step = see(campus, application).steps[0]
    assert step.by_when == at(9, 15, 18)
    campus.said()
    go_to(campus, at(9, 13, 17))
    assert campus.said() == []
    go_to(campus, at(9, 13, 18))
    go_to(campus, at(9, 14))
    [mail] = campus.mails()
    assert (mail.message, mail.lane) == ("approval_reminder", "bulk")
    assert mail.links[0]["generation"] == 1  # the same link


def test_after_the_day_the_office_is_told_once_and_nothing_lapses(campus: Campus) -> None:
    application = send(campus)
    token = newest_link(campus)
    go_to(campus, at(9, 15, 19))
    go_to(campus, at(9, 20))
    overdue = campus.mails("overdue")
    assert len(overdue) == 2  # both of the office
    assert all(one.params["who"] for one in overdue)
    assert see(campus, application).state == "in_approval"
    assert sign(campus, token).state == "in_approval"  # the link outlives the day


@pytest.mark.parametrize(
    ("asked", "due", "reminded"),
    [
        (at(9, 13, 18), at(9, 14, 18), at(9, 14, 8)),  # halfway is six in the morning
        (at(9, 13, 22), at(9, 14, 22), at(9, 14, 10)),
        (at(9, 13, 12), at(9, 14, 6), at(9, 13, 21)),  # a night, and the morning too late
        (at(9, 13, 20), at(9, 14, 10), at(9, 14, 8)),
    ],
)
def test_a_reminder_waits_for_the_morning_unless_that_is_too_late(
    asked: datetime, due: datetime, reminded: datetime
) -> None:
    assert remind_at(asked, due) == reminded


def test_who_has_signed_is_not_reminded(campus: Campus) -> None:
    send(campus)
    sign(campus, newest_link(campus))
    sign(campus, newest_link(campus))
    campus.said()
    go_to(campus, at(9, 13, 18))
    assert campus.mails("approval_reminder") == []


def test_a_desk_that_is_late_is_told_too(campus: Campus) -> None:
    application = at_desk(campus)
    campus.said()
    go_to(campus, at(9, 16))
    go_to(campus, at(9, 17))
    assert len(campus.mails("overdue")) == 2
    assert see(campus, application, DESK).state == "at_desk"


def test_a_tick_says_when_it_is_wanted_next(campus: Campus) -> None:
    assert tick(campus.parts, campus.clock.now()) is None
    send(campus)
    assert tick(campus.parts, campus.clock.now()) == at(9, 13, 18)
    assert tick(campus.parts, at(9, 13, 18)) == at(9, 15, 18)


def test_two_ticks_at_once_remind_once(campus: Campus) -> None:
    send(campus)
    campus.said()
    campus.clock.advance(timedelta(days=7, hours=5))
    threads = [
        threading.Thread(target=tick, args=(campus.parts, campus.clock.now())) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(campus.mails("approval_reminder")) == 1


def test_the_timers_keep_deadlines_until_they_are_told_to_stop(campus: Campus) -> None:
    send(campus)
    campus.said()
    campus.clock.advance(timedelta(days=7, hours=5))
    stop = threading.Event()
    thread = threading.Thread(target=Timers(campus.parts).run, args=(stop,))
    seen = campus.parts.bell.rung
    thread.start()
    campus.parts.bell.wait(seen, 20)
    stop.set()
    thread.join(20)
    assert not thread.is_alive()
    assert len(campus.mails("approval_reminder")) == 1
