"""What comes back if a student leaves on a day: the calculator of `/tuition`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from services.forms.people.values import SemesterData
from services.forms.rules import refund, tell_day
from services.forms.rules.dues import Owed
from services.forms.rules.refund import Refund
from shared import say


@dataclass(frozen=True)
class Share:
    """A row of the refund ladder: from when until when, which share, how much."""

    days: str
    share: str
    amount: str
    chosen: bool


def calculator(owed: Owed, data: SemesterData, typed: str | None, today: date) -> dict[str, Any]:
    """The day that was typed, and what it gives; a day that is none is said so."""
    day, wrong = day_of(typed, today)
    shown: dict[str, Any] = {
        "day": typed if typed is not None else today.isoformat(),
        "wrong": wrong,
        "back": "",
        "derived": (),
        "ladder": (),
    }
    if wrong:
        return shown
    found = reckoned(owed, data, day)
    return {
        **shown,
        "back": _back(owed, found, day),
        "derived": [str(line) for line in tell_day.derived(found, data.first_day)],
        "ladder": _ladder(found, data),
    }


def day_of(typed: str | None, today: date) -> tuple[date, str]:
    """The day, today unless typed, and what is wrong with it."""
    if typed is None:
        return today, ""
    try:
        return date.fromisoformat(typed.strip()), ""
    except ValueError:
        return today, str(_("Write a day, like 2026-11-25."))


def reckoned(owed: Owed, data: SemesterData, on: date) -> Refund:
    """REF-01: of what was paid so far; where nothing was, of what is owed."""
    return refund.of_semester(data, on, owed.paid_krw or owed.krw or 0)


def _back(owed: Owed, found: Refund, on: date) -> str:
    if not owed.paid_krw:
        return str(
            _(
                "You have paid nothing yet, so nothing comes back. If you had paid %(paid)s, "
                "%(amount)s of it would.",
                paid=say.money(found.paid_krw),
                amount=say.money(found.krw),
            )
        )
    said: str = _(
        "If you leave or take a leave on %(day)s, %(amount)s of the %(paid)s paid come back.",
        day=say.full_day(on),
        amount=say.money(found.krw),
        paid=say.money(found.paid_krw),
    )
    return said


def _ladder(found: Refund, data: SemesterData) -> Sequence[Share]:
    return [
        Share(
            str(tell_day.days(step)),
            str(tell_day.share(step)),
            say.money(refund.amount(found.paid_krw, step.share)),
            step == found.step,
        )
        for step in refund.ladder(data.first_day, data.refund_ladder)
    ]
