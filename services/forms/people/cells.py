"""Read one cell of a CSV file: text in, value out, or a sentence that says what is wrong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from flask_babel import lazy_gettext as _l

from services.forms.people.register import EMAIL
from services.forms.people.values import TERMS, Period, Semester, Window
from services.forms.rules.finding import Text
from shared.clock import SEOUL

Read = Callable[[str], Any]
IDENTIFIER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{1,39}")
SEMESTER = re.compile(r"(\d{4})-(spring|fall)")
SHARE = re.compile(r"[01]|[1-9][0-9]{0,2}/[1-9][0-9]{0,2}")
PHONE = re.compile(r"\+?[0-9][0-9 ()-]{3,30}")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
UNFIT = ("Cc", "Cs", "Co", "Cn")


class BadCell(Exception):
    """The cell cannot be understood; `message` is for whoever wrote the file."""

    def __init__(self, message: Text) -> None:
        super().__init__("bad cell")
        self.message = message


def text(most: int) -> Read:
    """Plain text of at most so many characters, composed (NFC), without control characters."""

    def read(cell: str) -> str:
        composed = unicodedata.normalize("NFC", cell)
        if len(composed) > most:
            raise BadCell(
                _l("has %(is)s characters; at most %(most)s fit", **{"is": len(cell)}, most=most)
            )
        if any(unicodedata.category(letter) in UNFIT for letter in composed):
            raise BadCell(_l("holds control characters"))
        return composed

    return read


def identifier(cell: str) -> str:
    """A code or number that people say and sign in with."""
    return _matching(IDENTIFIER, cell, _l("is not 2 to 40 letters, digits, dots or hyphens"))


def email(cell: str) -> str:
    """One plain address."""
    return _matching(EMAIL, cell, _l("is not one plain e-mail address"))


def phone(cell: str) -> str:
    """A telephone number, international or not; may be empty."""
    return cell and _matching(PHONE, cell, _l("is not a telephone number"))


def one_of(values: Sequence[str]) -> Read:
    """One of a few words."""

    def read(cell: str) -> str:
        if cell not in values:
            raise BadCell(_l("is none of %(values)s", values=", ".join(values)))
        return cell

    return read


def matching(pattern: str, message: Text) -> Read:
    """Text of a fixed shape."""
    shape = re.compile(pattern)
    return lambda cell: _matching(shape, cell, message)


def number(least: int, most: int) -> Read:
    """A whole number without separators."""

    def read(cell: str) -> int:
        if not (cell.isascii() and cell.isdigit() and least <= int(cell) <= most):
            raise BadCell(
                _l("is not a whole number from %(least)s to %(most)s", least=least, most=most)
            )
        return int(cell)

    return read


def day(cell: str) -> date:
    """2022-09-01."""
    try:
        return date.fromisoformat(_matching(DAY, cell, _NOT_A_DAY))
    except ValueError:
        raise BadCell(_NOT_A_DAY) from None


def semester(cell: str) -> Semester:
    """2022-fall."""
    found = SEMESTER.fullmatch(cell)
    if not found:
        raise BadCell(_l("is not a semester such as 2022-spring or 2022-fall"))
    return Semester(int(found[1]), TERMS[TERMS.index(found[2])])


def periods(cell: str) -> tuple[Period, ...]:
    """`2022-08-16..2022-09-05; 2022-10-03..2022-10-07`, in their order, P1 first (TUI-07)."""
    found = tuple(Period(*_pair(part, day)) for part in _parts(cell))
    ends = [end for period in found for end in (period.first_day, period.last_day)]
    if ends != sorted(ends):
        raise BadCell(_l("has periods that are not one after the other"))
    return found


def counts(names: Sequence[str], most: int) -> Read:
    """`masters 24; doctoral 36`: a whole number for each name."""

    def read(cell: str) -> Mapping[str, int]:
        found = {}
        for part in _parts(cell):
            name, _, count = part.partition(" ")
            found[one_of(names)(name)] = number(0, most)(count.strip())
        return found

    return read


def ladder(cell: str) -> list[list[Any]]:
    """`30 1; 60 2/3; 90 1/2`: before which day which share, later days less (REF-01)."""
    found: list[list[Any]] = []
    for part in _parts(cell):
        before, _, share = part.partition(" ")
        day_number = number(1, 366)(before)
        if not SHARE.fullmatch(share.strip()) or Fraction(share.strip()) > 1:
            raise BadCell(_l("has a share that is no fraction such as 2/3, at most 1"))
        found.append([day_number, str(Fraction(share.strip()))])
    shares = [Fraction(share) for _day, share in found]
    if [day for day, _share in found] != sorted({day for day, _share in found}) or (
        shares != sorted(shares, reverse=True)
    ):
        raise BadCell(_l("has rows that are not in the order of their days, with less each time"))
    return found


def days(cell: str) -> list[str]:
    """`2022-10-04; 2022-10-05`, as ISO 8601."""
    return sorted({day(part).isoformat() for part in _parts(cell)})


def windows(cell: str) -> Mapping[str, Window]:
    """`due_date_extension 2022-08-29T00:00..2022-09-05T14:00`, Seoul time; several with `;`."""
    found: dict[str, Window] = {}
    for part in _parts(cell):
        name, _, span = part.partition(" ")
        opens, closes = _pair(span.strip(), _minute)
        if opens >= closes or not name.replace("_", "").isalnum():
            raise BadCell(_l("has a window that does not open before it closes"))
        found[name] = Window(opens, closes)
    return found


_NOT_A_DAY = _l("is not a day such as 2022-09-01")


def _matching(shape: re.Pattern[str], cell: str, message: Text) -> str:
    if not shape.fullmatch(cell):
        raise BadCell(message)
    return cell


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _pair(part: str, read: Callable[[str], Any]) -> tuple[Any, Any]:
    first, dots, last = part.partition("..")
    if not dots:
        raise BadCell(_l("is not written as first..last"))
    return read(first.strip()), read(last.strip())


def _minute(cell: str) -> datetime:
    wrong = BadCell(_l("is not a time such as 2022-09-05T14:00 (Seoul)"))
    try:
        at = datetime.fromisoformat(cell)
    except ValueError:
        raise wrong from None
    if at.tzinfo is not None:
        raise wrong
    return at.replace(tzinfo=SEOUL)
