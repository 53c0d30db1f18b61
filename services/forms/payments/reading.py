"""Read the bank's file: four columns, every bad cell named by its line and column.

    transaction,account_number,amount_krw,paid_at
    20220901-000017,700-2025-003107,2500000,2022-09-01 14:03:05

The headings may be Korean, columns stand in any order, further ones count for nothing. Amounts
are whole KRW, thousands may be grouped by commas; times are Seoul's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from services.forms.bulk.reading import Table
from services.forms.people.cells import BadCell
from services.forms.rules.finding import Text
from services.forms.rules.transfers import Transfer
from shared.clock import SEOUL
from shared.errors import Refused

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "transaction": ("transaction", "거래번호"),
    "account_number": ("accountnumber", "가상계좌번호", "계좌번호"),
    "amount_krw": ("amountkrw", "입금액", "금액"),
    "paid_at": ("paidat", "입금일시", "거래일시"),
}
COLUMNS = tuple(HEADINGS)
TRANSACTION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]{0,59}")
ACCOUNT = re.compile(r"[0-9](-?[0-9])*")
ACCOUNT_DIGITS_MOST = 30
AMOUNT = re.compile(r"[1-9]\d*|[1-9]\d{0,2}(,\d{3})+")
AMOUNT_DIGITS_MOST = 12
TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?")
DAY_ALONE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Problem:
    """A cell that cannot be read; `column` is "" for the whole line."""

    column: str
    message: Text


@dataclass(frozen=True)
class Line:
    """A line of the file: the transfer that it tells of, or what is wrong with it."""

    n: int
    transfer: Transfer | None
    problems: Sequence[Problem] = ()


def read(table: Table) -> list[Line]:
    """Every line. Raises Refused("bank_columns", missing=…, twice=…) for wrong headings."""
    places = _places(table.headings)
    return [_line(n, places, len(table.headings), cells) for n, cells in table.rows]


def _places(headings: Sequence[str]) -> Mapping[str, int]:
    found: dict[str, list[int]] = {name: [] for name in HEADINGS}
    for place, heading in enumerate(headings):
        bare = _bare(heading)
        for name, spellings in HEADINGS.items():
            if bare in spellings:
                found[name].append(place)
    wrong = [name for name, places in found.items() if len(places) != 1]
    if wrong:
        raise Refused(
            "bank_columns", "a column is missing or twice", field="file", columns=", ".join(wrong)
        )
    return {name: places[0] for name, places in found.items()}


def _bare(heading: str) -> str:
    composed = unicodedata.normalize("NFKC", heading).casefold()
    return "".join(letter for letter in composed if letter.isalnum())


def _line(n: int, places: Mapping[str, int], width: int, cells: Sequence[str]) -> Line:
    if len(cells) > width and any(cells[width:]):
        return Line(n, None, (Problem("", _l("has more cells than there are headings")),))
    values: dict[str, Any] = {}
    problems = []
    for name, place in places.items():
        cell = unicodedata.normalize("NFKC", cells[place] if place < len(cells) else "").strip()
        try:
            values[name] = READ[name](cell)
        except BadCell as bad:
            problems.append(Problem(name, bad.message))
    if problems:
        return Line(n, None, tuple(problems))
    return Line(n, Transfer(*(values[name] for name in COLUMNS)))


def _transaction(cell: str) -> str:
    if not TRANSACTION.fullmatch(cell):
        raise BadCell(_l("is not the bank’s number of a transfer (letters, digits, - . _ /)"))
    return cell


def _account(cell: str) -> str:
    digits = cell.replace("-", "")
    if not ACCOUNT.fullmatch(cell) or len(digits) > ACCOUNT_DIGITS_MOST:
        raise BadCell(_l("is not an account number such as 700-12-345678"))
    return digits


def _amount(cell: str) -> int:
    digits = cell.replace(",", "")
    if not AMOUNT.fullmatch(cell) or len(digits) > AMOUNT_DIGITS_MOST:
        raise BadCell(_l("is not whole KRW such as 2500000 or 2,500,000"))
    return int(digits)


def _time(cell: str) -> datetime:
    if DAY_ALONE.fullmatch(cell):
        raise BadCell(_l("has no time of day: write it as 2022-09-01 14:03:05 (Seoul)"))
    try:
        if TIME.fullmatch(cell):
            return datetime.fromisoformat(cell).replace(tzinfo=SEOUL)
    except ValueError:
        pass
    raise BadCell(_l("is not a time such as 2022-09-01 14:03:05 (Seoul)"))


READ: Mapping[str, Callable[[str], Any]] = {
    "transaction": _transaction,
    "account_number": _account,
    "amount_krw": _amount,
    "paid_at": _time,
}
