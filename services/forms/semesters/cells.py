"""The data of a semester as people write them: the same cells as in the import's semesters.csv."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from services.forms.catalog.kind import Text
from services.forms.people.cells import BadCell
from services.forms.people.sheets import BY_NAME, Column
from services.forms.people.values import Period, SemesterData, Window
from shared.clock import SEOUL
from shared.errors import Refused

COLUMNS = {name: one for name, one in BY_NAME["semesters"].columns.items() if name != "semester"}
LISTED = ("payment_periods", "windows", "degree_credits", "refund_ladder", "closed_days")
LABELS: Mapping[str, Text] = {
    "first_day": _l("First day"),
    "last_day": _l("Last day"),
    "tuition_krw": _l("Tuition (KRW)"),
    "payment_periods": _l("Payment periods"),
    "windows": _l("Application periods"),
    "post_coursework_krw": _l("Fee after the coursework (KRW)"),
    "degree_credits": _l("Least credits for a degree"),
    "refund_ladder": _l("Refund ladder"),
    "closed_days": _l("Days without business"),
}
HINTS: Mapping[str, Text] = {
    "payment_periods": _l("One a line, P1 first: 2022-08-16..2022-09-05 (TUI-07)."),
    "windows": _l(
        "One a line, Korean time: due_date_extension 2022-08-29T00:00..2022-09-05T14:00 (EXT-01)."
    ),
    "degree_credits": _l("One a line: masters 24 (TRM-02)."),
    "refund_ladder": _l(
        "One a line, before which day which share: 30 1, then 60 2/3, then 90 1/2. Empty: that of "
        "the pages (REF-01)."
    ),
    "closed_days": _l("One a line, beside the holidays of Korea: 2022-10-04."),
}


def read(typed: Mapping[str, str]) -> dict[str, Any]:
    """Values by column. Raises Refused("bad_semester", wrong={column: sentence})."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, column in COLUMNS.items():
        try:
            values[name] = _value(column, _cell(name, typed.get(name, "")))
        except BadCell as bad:
            wrong[name] = str(bad.message)
    if not wrong and values["last_day"] < values["first_day"]:
        wrong["last_day"] = str(_l("is before %(column)s", column=LABELS["first_day"]))
    if wrong:
        raise Refused("bad_semester", "a cell cannot be read", wrong=wrong)
    return values


def _cell(name: str, typed: str) -> str:
    """Lines are what semicolons are in the import."""
    if name not in LISTED:
        return typed.strip()
    lines = (line.strip() for line in typed.replace(";", "\n").splitlines())
    return "; ".join(filter(None, lines))


def _value(column: Column, cell: str) -> Any:
    if cell:
        return column.read(cell)
    if not column.optional:
        raise BadCell(_l("is empty"))
    return column.empty


def write(data: SemesterData | None) -> dict[str, str]:
    """The cells as they would be typed; empty for a semester that is not on record."""
    if data is None:
        return dict.fromkeys(COLUMNS, "")
    return {
        "first_day": data.first_day.isoformat(),
        "last_day": data.last_day.isoformat(),
        "tuition_krw": "" if data.tuition_krw is None else str(data.tuition_krw),
        "payment_periods": "\n".join(_period(one) for one in data.payment_periods),
        "windows": "\n".join(_window(*one) for one in sorted(data.windows.items())),
        "post_coursework_krw": (
            "" if data.post_coursework_krw is None else str(data.post_coursework_krw)
        ),
        "degree_credits": "\n".join(f"{name} {n}" for name, n in data.degree_credits.items()),
        "refund_ladder": "\n".join(f"{one.before_day} {one.share}" for one in data.refund_ladder),
        "closed_days": "\n".join(one.isoformat() for one in data.closed_days),
    }


def _period(one: Period) -> str:
    return f"{one.first_day.isoformat()}..{one.last_day.isoformat()}"


def _window(name: str, one: Window) -> str:
    opens, closes = (
        at.astimezone(SEOUL).replace(tzinfo=None).isoformat(timespec="minutes")
        for at in (one.opens, one.closes)
    )
    return f"{name} {opens}..{closes}"
