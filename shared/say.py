"""How dates, times, money and names are said to people: patterns live in the catalogs.

Every function answers in the language in force (`shared.words`). Dates are
those of Seoul; a pattern is Unicode's (CLDR), so that a translator can change
order and words without touching code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask_babel import get_locale
from flask_babel import ngettext as _n
from flask_babel import pgettext as _p

from shared.clock import SEOUL

NEAR_DAYS = 5


@dataclass(frozen=True)
class Leaf:
    """A day as a sheet of a calendar."""

    iso: str
    head: str
    number: str
    near: bool


def either(*, en: object, ko: object) -> str:
    """Which of two stored texts is read: the catalog says it, with `%(en)s` or `%(ko)s`."""
    return str(_p("of two stored texts", "%(en)s") % {"en": en, "ko": ko})


def named(thing: Any) -> str:
    """The name of a person, campus or major that has `name_ko` and `name_en`."""
    return either(en=thing.name_en, ko=thing.name_ko)


def day(at: date | datetime) -> str:
    """Fri 28 August, 8월 28일(금)."""
    return _shaped(at, _p("date pattern", "EEE d MMMM"))


def full_day(at: date | datetime) -> str:
    """Fri 28 August 2026, 2026년 8월 28일(금)."""
    return _shaped(at, _p("date pattern", "EEE d MMMM y"))


def plain_day(at: date | datetime) -> str:
    """28 August 2026, 2026년 8월 28일."""
    return _shaped(at, _p("date pattern", "d MMMM y"))


def short_day(at: date | datetime) -> str:
    """28 Aug, 8. 28."""
    return _shaped(at, _p("date pattern", "d MMM"))


def moment(at: datetime) -> str:
    """Mon 24 August, 14:05; 8월 24일(월) 14:05."""
    return _shaped(at, _p("date pattern", "EEE d MMMM, HH:mm"))


def full_moment(at: datetime) -> str:
    """Mon 24 August 2026, 14:05; 2026년 8월 24일(월) 14:05."""
    return _shaped(at, _p("date pattern", "EEE d MMMM y, HH:mm"))


def hour(at: datetime) -> str:
    """14:05 and 18:00; 14시 5분 and 18시."""
    if at.astimezone(SEOUL).minute:
        return _shaped(at, _p("date pattern", "HH:mm"))
    return _shaped(at, _p("date pattern, whole hour", "HH:mm"))


def deadline(at: datetime) -> str:
    """Fri 28 August, 18:00; 8월 28일(금) 18시. Midnight is said as the day before it."""
    local = at.astimezone(SEOUL)
    if not local.hour and not local.minute:
        return day(last_moment(at))
    if local.minute:
        return _shaped(at, _p("deadline pattern", "EEE d MMMM, HH:mm"))
    return _shaped(at, _p("deadline pattern, whole hour", "EEE d MMMM, HH:mm"))


def last_moment(at: datetime) -> datetime:
    """The last instant before a deadline: midnight still belongs to the day that ends."""
    return at - timedelta(microseconds=1)


def days_between(now: datetime, at: datetime) -> int:
    """How many calendar days in Seoul from now to a deadline; negative when past."""
    return (last_moment(at).astimezone(SEOUL).date() - now.astimezone(SEOUL).date()).days


def left(at: datetime, now: datetime) -> str:
    """4 days left, today until 18:00, ended on 28 August."""
    if at < now:
        return str(_p("deadline", "ended on %(day)s") % {"day": day(at)})
    days = days_between(now, at)
    if not days:
        return str(_p("deadline", "today until %(hour)s") % {"hour": hour(at)})
    return str(_n("%(num)s day left", "%(num)s days left", days))


def leaf(at: datetime, now: datetime) -> Leaf:
    """The calendar sheet of a deadline; `near` under five days."""
    local = at.astimezone(SEOUL)
    head = _shaped(at, _p("date pattern", "EEE · MMM"))
    return Leaf(local.isoformat(), head, str(local.day), days_between(now, at) < NEAR_DAYS)


def money(krw: int) -> str:
    """KRW 1,666,000; 1,666,000원."""
    amount = format_decimal(krw, locale=get_locale())
    return str(_p("money", "KRW %(amount)s") % {"amount": amount})


def size(count: int) -> str:
    """A file's size: 412 KB, 1.8 MB."""
    if count < 1024 * 1024:
        return f"{max(1, round(count / 1024))} KB"
    return f"{count / 1024 / 1024:.1f} MB"


def seal_lines(name: str) -> list[str]:
    """The two lines inside a seal: 한서/윤인 for a Korean name, HAN/SY for another."""
    letters = name.replace(" ", "")
    if 2 <= len(letters) <= 4 and all("가" <= letter <= "힣" for letter in letters):
        full = letters if len(letters) == 4 else letters + "인"
        return [full[:2], full[2:]]
    words = name.replace("-", " ").split()
    initials = "".join(word[0] for word in words[1:])
    return [line for line in (words[0][:5].upper() if words else "", initials[:4].upper()) if line]


def _shaped(at: date | datetime, pattern: str) -> str:
    locale = get_locale()
    if isinstance(at, datetime):
        return format_datetime(at, pattern, tzinfo=SEOUL, locale=locale)
    return format_date(at, pattern, locale=locale)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "named": named,
    "day": day,
    "full_day": full_day,
    "plain_day": plain_day,
    "short_day": short_day,
    "moment": moment,
    "full_moment": full_moment,
    "hour": hour,
    "deadline": deadline,
    "left": left,
    "leaf": leaf,
    "money": money,
    "filesize": size,
    "seal_lines": seal_lines,
}
