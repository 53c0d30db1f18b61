"""Tell what the rules of the due date's extension say (EXT-01 to EXT-05)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from services.forms.people.values import Semester
from services.forms.rules.extension import Dates, Why
from services.forms.rules.finding import Finding, Text
from services.forms.rules.installments import Due
from services.forms.rules.tell import filled, later, semester
from shared.say import day, moment, money


def bad_day(found: Dates, why: Why) -> Finding:
    """EXT-02, EXT-05: which days can be given."""
    first = found.first_installment
    said: dict[Why, Text] = {
        "not_later": _l("That day is not after the present due date."),
        "too_late": _l("That day is after the last payment period of the semester."),
        "not_in_its_period": _l("The first installment is not paid on that day."),
    }
    begins = first.first_day if why == "not_in_its_period" else found.due_now
    ends = first.last_day if why == "not_in_its_period" else found.latest
    choose = (
        _l("Choose a day from %(begins)s to %(ends)s.")
        if why == "not_in_its_period"
        else _l("Choose a day after %(begins)s, %(ends)s at the latest.")
    )
    return Finding(
        "EXT-05" if why == "not_in_its_period" else "EXT-02",
        "block",
        said[why],
        field="pay_on",
        figures={"from": begins, "to": ends},
        remedy=filled(choose, lambda: {"begins": day(begins), "ends": day(ends)}),
    )


def other_due_date(of: Semester, found: Dates) -> Finding:
    """TUI-07: the due date is that of the register."""
    return Finding(
        "TUI-07",
        "block",
        filled(
            _l("Your due date for the %(semester)s is %(day)s."),
            lambda: {"semester": semester(of), "day": day(found.due_now)},
        ),
        field="due_date",
        figures={**of.as_json(), "due_date": found.due_now},
        remedy=_l("Write that day."),
    )


def confirm_in_time(closes: datetime) -> Finding:
    """EXT-03: both professors confirm within the same period, or it lapses."""
    words = _l(
        "Your advisor and the campus representative professor must confirm until %(closes)s too; "
        "what is not confirmed by both then lapses."
    )
    return Finding(
        "EXT-03",
        "note",
        filled(words, lambda: {"closes": moment(closes)}),
        figures={"closes": closes},
        remedy=_l("Apply early, and tell your professors that a link is on its way."),
    )


def not_confirmed(closes: datetime) -> Text:
    """EXT-03: why an application lapsed, for everybody who took part."""
    words = _l("It was not confirmed by both professors until %(closes)s (EXT-03).")
    return filled(words, lambda: {"closes": moment(closes)})


def to_pay(dues: tuple[Due, ...]) -> Finding:
    """EXT-05: what is paid when it is granted."""
    return Finding(
        "EXT-05",
        "note",
        _l("If it is granted, you pay"),
        figures={"payments": [_figures(due) for due in dues]},
        derivation=[_line(due) for due in dues],
    )


def _line(due: Due) -> Text:
    return later(
        lambda: (
            f"{money(due.krw)}: {day(due.period.first_day)}"
            + (
                f" – {day(due.period.last_day)}"
                if due.period.last_day != due.period.first_day
                else ""
            )
        )
    )


def _figures(due: Due) -> dict[str, Any]:
    return {
        "part": due.part,
        "krw": due.krw,
        "from": due.period.first_day,
        "to": due.period.last_day,
    }
