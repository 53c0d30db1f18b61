"""Tell what comes back on a day, which row and which figures, and what the nearest others give."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext as _n

from services.forms.rules import refund
from services.forms.rules.finding import Text
from services.forms.rules.refund import Refund, Step
from services.forms.rules.tell import later
from shared.say import day, full_day, money


def share(step: Step) -> Text:
    """All, a fraction, or nothing."""
    if step.share == refund.ALL:
        return later(lambda: str(_("all")))
    return str(step.share) if step.share else later(lambda: str(_("nothing")))


def days(step: Step) -> Text:
    """From when until when a row of the ladder goes."""
    first, last = step.first_day, step.last_day
    if first is None and last is not None:
        return later(lambda: str(_("until %(day)s", day=day(last))))
    if last is None and first is not None:
        return later(lambda: str(_("from %(day)s", day=day(first))))
    assert first is not None  # noqa: S101 – a row is open on one side at most
    assert last is not None  # noqa: S101 – see above
    return later(lambda: str(_("%(first)s to %(last)s", first=day(first), last=day(last))))


def derived(found: Refund, first_day: date) -> Sequence[Text]:
    """REF-01, TUI-05: the day, the row, the sum, then the nearest other cases, nearer first."""
    beside = [one for one in (_earlier(found, first_day), _afterwards(found, first_day)) if one]
    return (
        _place(found, first_day),
        _l("REF-01, %(days)s: %(share)s", days=days(found.step), share=share(found.step)),
        _sum(found),
        *(text for _distance, text in sorted(beside, key=lambda one: one[0])),
    )


def _place(found: Refund, first_day: date) -> Text:
    if found.day < 0:
        return later(
            lambda: str(_("The semester begins only on %(day)s.", day=full_day(first_day)))
        )
    return later(
        lambda: str(
            _(
                "Day %(n)s, counted from the first day of the semester, %(day)s (day 0)",
                n=found.day,
                day=full_day(first_day),
            )
        )
    )


def _sum(found: Refund) -> Text:
    exact = found.exact_krw
    figure = f"{int(exact):,}" if exact.denominator == 1 else f"{float(exact):,.2f}"
    product = f"{found.paid_krw:,} × {found.step.share} = {figure}"
    if exact == found.krw:
        return product
    cut: Text = _l(
        "%(sum)s → truncated below 1,000 (TUI-05): %(waived)s",
        sum=product,
        waived=later(lambda: money(found.krw)),
    )
    return cut


def _earlier(found: Refund, first_day: date) -> tuple[int, Text] | None:
    """Asked two days earlier: KRW 1,666,000 instead of KRW 1,250,000."""
    if found.earlier is None or found.earlier[0].last_day is None:
        return None
    distance = (first_day + timedelta(days=found.day) - found.earlier[0].last_day).days
    krw = found.earlier[1]
    return distance, later(
        lambda: _n(
            "Asked %(num)s day earlier: %(other)s instead of %(krw)s",
            "Asked %(num)s days earlier: %(other)s instead of %(krw)s",
            distance,
            other=money(krw),
            krw=money(found.krw),
        )
    )


def _afterwards(found: Refund, first_day: date) -> tuple[int, Text] | None:
    if found.later is None or found.later[0].first_day is None:
        return None
    distance = (found.later[0].first_day - first_day).days - found.day
    krw = found.later[1]
    return distance, later(
        lambda: _n(
            "Asked %(num)s day later: %(other)s instead of %(krw)s",
            "Asked %(num)s days later: %(other)s instead of %(krw)s",
            distance,
            other=money(krw),
            krw=money(found.krw),
        )
    )
