"""When something can be asked for, told to the second, and how long that still is."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import pgettext as _p

from services.forms.applications.values import Span
from shared import say
from shared.clock import SEOUL

MINUTE, HOUR, DAY = 60, 3600, 86_400


def told(span: Span) -> str:
    """Opens at …; open until … (2 d 3 h left); closed since …; any time: of which choice."""
    return of_choice(span, _told(span))


def of_choice(span: Span, when: str) -> str:
    """General leave · Open until …; where it is of all choices, nothing is named."""
    return str(_("%(which)s · %(when)s", which=span.of, when=when)) if span.of else when


def _told(span: Span) -> str:
    if span.opens and span.state == "not_yet":
        return str(_("Opens on %(when)s (Korean time)", when=instant(span.opens)))
    if span.closes is None or span.seconds_left is None:
        return str(_("Any time"))
    if span.state == "closed":
        return str(_("Closed since %(when)s (Korean time)", when=ending(span.closes)))
    figures = {"when": ending(span.closes), "left": remaining(span.seconds_left)}
    return str(_("Open until %(when)s (Korean time), %(left)s left", **figures))


def instant(at: datetime) -> str:
    """Mon 5 September 2022, 14:00:00."""
    return _said(say.full_day(at), at.astimezone(SEOUL).strftime("%H:%M:%S"))


def ending(at: datetime) -> str:
    """The same; midnight is 24:00:00 of the day that ends with it."""
    if at.astimezone(SEOUL).strftime("%H:%M:%S") == "00:00:00":
        return _said(say.full_day(say.last_moment(at)), "24:00:00")
    return instant(at)


def _said(day: str, clock: str) -> str:
    return str(_p("instant", "%(day)s, %(clock)s") % {"day": day, "clock": clock})


def remaining(seconds: int) -> str:
    """2 d 3 h; 3 h 12 min; 12 min 5 s."""
    minutes, hours, days = seconds // MINUTE, seconds // HOUR, seconds // DAY
    if days:
        return str(_("%(days)s d %(hours)s h", days=days, hours=hours % 24))
    if hours:
        return str(_("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes % 60))
    return str(_("%(minutes)s min %(left)s s", minutes=minutes, left=seconds % MINUTE))
