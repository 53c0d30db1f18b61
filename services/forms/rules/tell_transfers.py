"""Tell why money from the bank's file is not taken (TUI-08, TUI-09)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from services.forms.rules.finding import Finding, Text
from services.forms.rules.installments import FULL_PAYMENT, Due
from services.forms.rules.tell import filled, later, semester
from services.forms.rules.transfers import Transfer, Weighed, Why
from shared.say import day, full_moment, money

MESSAGES: Mapping[Why, Text] = {
    "amount": _l("%(krw)s arrived, and %(due)s is %(wanted)s: only the exact amount is taken."),
    "period": _l("%(at)s is not in the period of %(due)s: %(first)s to %(last)s."),
    "blocked_minutes": _l("%(at)s lies in the two minutes from 23:59 in which nothing is taken."),
    "plan_not_valid": _l(
        "The first installment was not paid within its period, so the installment plan is not "
        "valid and %(due)s is not taken."
    ),
    "nothing_owed": _l("All of the %(semester)s is paid already, or nothing is owed for it."),
    "credits_unknown": _l(
        "What is owed for the %(semester)s is not known before credits are registered."
    ),
    "not_paying": _l("The student does not pay tuition for the %(semester)s."),
    "no_semester": _l("No semester with tuition and payment periods is on record for %(at)s."),
    "future": _l("%(at)s has not come yet."),
}
REMEDIES: Mapping[Why, Text] = {
    "amount": _l("Have the bank return it; the student transfers the exact amount."),
    "period": _l("Have the bank return it. The way to another day is the extension (EXT-01)."),
    "blocked_minutes": _l("Have the bank return it; the student transfers it at another time."),
    "plan_not_valid": _l("Decide with the student what is paid, and have the bank return this."),
    "nothing_owed": _l("Have the bank return it."),
    "credits_unknown": _l("Register the credits, then send the file in again."),
    "not_paying": _l("Have the bank return it, or correct the register."),
    "no_semester": _l("Enter the semester’s data first, then send the file in again."),
    "future": _l("Correct the time in the file."),
}
RULES: Mapping[Why, str] = {
    "plan_not_valid": "TUI-08",
    "nothing_owed": "TUI-02",
    "credits_unknown": "TUI-06",
    "not_paying": "TUI-02",
    "no_semester": "TUI-07",
}
FILE_RULE = "FILE"  # what no rule of the university says: the file itself is not right


def not_taken(transfer: Transfer, weighed: Weighed) -> Finding:
    """TUI-08, TUI-09: the reason with its figures, and what the office does."""
    assert weighed.why is not None  # noqa: S101 – asked of what is not taken alone
    return Finding(
        RULES.get(weighed.why, "TUI-09"),
        "block",
        filled(MESSAGES[weighed.why], lambda: _said(transfer, weighed)),
        figures=_figures(transfer, weighed),
        remedy=REMEDIES[weighed.why],
    )


def of_file(message: Text, remedy: Text) -> Finding:
    """What is wrong with a line beside the rules of the university."""
    return Finding(FILE_RULE, "block", message, remedy=remedy)


def part(due: Due) -> Text:
    """Which part of the tuition it is."""
    if due.part == FULL_PAYMENT:
        whole: Text = _l("the whole tuition")
        return whole
    return later(lambda: str(_l("installment %(n)s", n=due.part)))


def _said(transfer: Transfer, weighed: Weighed) -> dict[str, Any]:
    due = weighed.due
    return {
        "krw": money(transfer.krw),
        "at": full_moment(transfer.at),
        "semester": semester(weighed.semester) if weighed.semester else "",
        "due": part(due) if due else "",
        "wanted": money(due.krw) if due else "",
        "first": day(due.period.first_day) if due else "",
        "last": day(due.period.last_day) if due else "",
    }


def _figures(transfer: Transfer, weighed: Weighed) -> dict[str, Any]:
    figures: dict[str, Any] = {"krw": transfer.krw, "at": transfer.at, "why": weighed.why}
    if weighed.due:
        figures |= {
            "part": weighed.due.part,
            "due_krw": weighed.due.krw,
            "from": weighed.due.period.first_day,
            "to": weighed.due.period.last_day,
        }
    return figures
