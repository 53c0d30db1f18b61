"""Letters of recommendation (REC-01, REC-02): what stands against asking for one, or signing one.

Readings: the pages name no author and exclude nobody; whoever has studied here
can ask, the student names the professor, and the office delivers within 1 to 2
business days from the day on which it holds the signed letter.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as _n

from services.forms.people.values import Standing
from services.forms.rules import business_days
from services.forms.rules.finding import Finding, Text
from services.forms.rules.tell import STANDS, filled
from shared.fit import Fit
from shared.say import day

WRITING_DAYS = 10  # business days; a setting of the kind, the pages give none
DELIVERY_DAYS = 2  # REC-02
PAGES_MOST = 4


def writing_days(asked: date, wished: date | None) -> int:
    """How many business days the writer has: fewer where the student wishes it sooner (REC-02).

    What is left after the office's two days, and one at the least.
    """
    if wished is None:
        return WRITING_DAYS
    last = business_days.before(wished, DELIVERY_DAYS)
    return max(1, min(WRITING_DAYS, business_days.between(asked, last)))


def not_yet_here(standing: Standing) -> Finding:
    """REC-01: nobody here has taught them yet."""
    return Finding(
        "REC-01",
        "block",
        filled(
            _l("Professors here recommend whom they have taught. %(stands)s"),
            lambda: {"stands": STANDS[standing]},
        ),
        figures={"standing": standing},
        remedy=_l("It is open to you from the first day of your first semester."),
    )


def address_needed() -> Finding:
    """REC-02: what is sent by mail needs an address."""
    return Finding(
        "REC-02",
        "block",
        _l("A letter that is mailed needs the address."),
        field="mail_address",
        remedy=_l("Write the address, or choose that it is handed to you."),
    )


def of_wish(asked: date, wished: date | None) -> list[Finding]:
    """REC-02: a wished day that is over, or leaves very little time; nothing against others."""
    if wished is None:
        return []
    if wished < asked:
        return [wished_in_the_past(wished)]
    soon = business_days.between(asked, wished) < 1 + DELIVERY_DAYS
    return [wished_soon(asked, wished)] if soon else []


def wished_in_the_past(wished: date) -> Finding:
    """REC-02: no letter comes before it is asked for."""
    return Finding(
        "REC-02",
        "block",
        _l("That day is over."),
        field="wished_by",
        figures={"wished_by": wished.isoformat()},
        remedy=_l("Choose a day to come, or leave it empty."),
    )


def delivered_after_signing() -> Finding:
    """REC-02, as the student is told it."""
    return Finding(
        "REC-02",
        "note",
        _l("Student Affairs delivers within 1 to 2 business days of the professor’s signature."),
        figures={"business_days": DELIVERY_DAYS},
    )


def wished_soon(asked: date, wished: date) -> Finding:
    """REC-02: the wish leaves the professor very little time."""
    earliest = business_days.after(asked, 1 + DELIVERY_DAYS)
    return Finding(
        "REC-02",
        "note",
        filled(
            _l("A letter signed on the next business day is delivered by %(day)s."),
            lambda: {"day": day(earliest)},
        ),
        field="wished_by",
        figures={"wished_by": wished.isoformat(), "earliest": earliest.isoformat()},
        remedy=_l("Ask the professor whether it can be done so soon."),
    )


def nothing_written(field: str, label: Text) -> Finding:
    """What a letter lacks."""
    return Finding(
        "REC-01",
        "block",
        filled(_l("Write this first: %(label)s."), lambda: {"label": label}),
        field=field,
    )


def letter_too_long(over: int) -> Finding:
    """A letter has four pages at the most."""
    return Finding(
        "REC-01",
        "block",
        _n(
            "The letter is %(num)s line too long for %(pages)s pages.",
            "The letter is %(num)s lines too long for %(pages)s pages.",
            over,
            pages=PAGES_MOST,
        ),
        field="body",
        figures={"lines_over": over, "pages": PAGES_MOST},
        remedy=_l("Shorten it. What you typed is kept."),
    )


def more_than_a_line(field: str, label: Text) -> Finding:
    """Position, department and contact are a line each."""
    return Finding(
        "REC-01",
        "block",
        filled(_l("%(label)s: longer than a line of the paper."), lambda: {"label": label}),
        field=field,
        remedy=_l("Shorten it."),
    )


def unprintable(field: str, label: Text, fit: Fit) -> Finding:
    """A letter that no face of the paper has."""
    return Finding(
        "REC-01",
        "block",
        filled(
            _l("%(label)s: no font of the paper has %(missing)s."),
            lambda: {"label": label, "missing": " ".join(fit.missing)},
        ),
        field=field,
        figures=_code_points(fit.missing),
        remedy=_l("Write it in other characters."),
    )


def _code_points(letters: Sequence[str]) -> dict[str, Any]:
    return {"missing": [f"U+{ord(letter):04X}" for letter in letters]}
