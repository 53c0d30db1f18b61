"""Tell what the rules of installments say (TUI-06, TUI-08, TUI-13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from services.forms.people.values import Semester, Window
from services.forms.rules.dues import Owed
from services.forms.rules.finding import Finding, Text
from services.forms.rules.installments import Due, WhyNot
from services.forms.rules.tell import filled, later, semester
from services.forms.rules.windows import When
from shared.say import day, full_moment, money

NOT_OPEN: Mapping[When, Text] = {
    "missing": _l("The %(semester)s has no period for asking installments."),
    "not_yet": _l("Installments for the %(semester)s can be asked for from %(opens)s."),
    "closed": _l("Installments for the %(semester)s could be asked for until %(closes)s."),
}
INSTEAD: Mapping[When, Text] = {
    "missing": _l("Ask for an extension of the due date and tick installments, once it is open."),
    "not_yet": _l("From %(opens)s ask for an extension of the due date and tick installments."),
    "open": _l(
        "Ask for an extension of the due date until %(closes)s and tick installments there."
    ),
    "closed": _l("Its extension of the due date was open until %(closes)s: ask the office."),
}
AGAINST: Mapping[WhyNot, Text] = {
    "in_parts": _l("You pay the %(semester)s in installments already."),
    "paid": _l("You have paid the %(semester)s in full."),
    "first_is_over": _l("The period of the first installment of the %(semester)s is over."),
}


def not_open(of: Semester, state: When, window: Window | None, extension: When,
             extended: Window | None) -> Finding:  # fmt: skip
    """TUI-06, TUI-13: outside its period the way leads over the extension of the due date."""
    missed = state != "not_yet"
    return Finding(
        "TUI-13" if missed else "TUI-06",
        "block",
        filled(NOT_OPEN[state], lambda: {"semester": semester(of), **_said(window)}),
        field="semester",
        figures={**of.as_json(), **_instants(window), "extension": extension},
        remedy=filled(INSTEAD[extension], lambda: _said(extended))
        if missed
        else _l("Ask then; what you typed is kept."),
    )


def against(of: Semester, why: WhyNot) -> Finding:
    """TUI-06, TUI-08: what stands against a plan."""
    return Finding(
        "TUI-08" if why == "first_is_over" else "TUI-06",
        "block",
        filled(AGAINST[why], lambda: {"semester": semester(of)}),
        field="semester",
        figures={**of.as_json(), "why": why},
        remedy=_l("Ask for an extension of the due date and tick installments (TUI-13).")
        if why == "first_is_over"
        else _l("There is nothing to ask for."),
    )


def plan(owed: Owed, whole: Due | None) -> Finding:
    """TUI-06, TUI-07: the four parts with their periods, and what paying in full would be."""
    return Finding(
        "TUI-06",
        "note",
        _l("You pay a quarter in each of four periods."),
        figures={
            **owed.semester.as_json(),
            "krw": owed.krw,
            "parts": [
                {"krw": line.due.krw, "from": line.due.period.first_day,
                 "until": line.due.period.last_day}
                for line in owed.lines
            ],
        },
        derivation=[*(_line(line.due) for line in owed.lines), *_in_full(whole)],
    )  # fmt: skip


def after_registration() -> Finding:
    """TUI-06: past the minimum term a quarter of what the credits come to, fixed later."""
    return Finding(
        "TUI-06",
        "note",
        _l("What a quarter comes to is fixed when your courses are registered."),
    )


def first_in_time(first: Due) -> Finding:
    """TUI-08: without the first installment in time there is no plan."""
    return Finding(
        "TUI-08",
        "note",
        filled(
            _l("The plan is valid only if the first installment is paid until %(day)s."),
            lambda: {"day": day(first.period.last_day)},
        ),
        figures={"until": first.period.last_day, "krw": first.krw},
    )


def _line(due: Due) -> Text:
    period = due.period
    return later(lambda: f"{money(due.krw)}: {day(period.first_day)} – {day(period.last_day)}")


def _in_full(whole: Due | None) -> list[Text]:
    if whole is None:
        return []
    words = _l("Paid in full it would be %(krw)s until %(day)s.")
    return [filled(words, lambda: {"krw": money(whole.krw), "day": day(whole.period.last_day)})]


def _said(window: Window | None) -> dict[str, str]:
    if window is None:
        return {}
    return {"opens": full_moment(window.opens), "closes": full_moment(window.closes)}


def _instants(window: Window | None) -> dict[str, Any]:
    return {"opens": window.opens, "closes": window.closes} if window else {}
