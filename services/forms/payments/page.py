"""What the pages of payments say: what can be entered, what cannot and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext as _n

from services.forms.pages.badges import Badge
from services.forms.payments.reading import COLUMNS
from services.forms.payments.tables import BankFileRow
from services.forms.payments.taking import FileView, Told
from services.forms.payments.weighing import KNOWN, REFUSED, TAKEN, UNREADABLE
from services.forms.people.cells import semester as semester_of
from services.forms.people.values import Period
from services.forms.rules import tell, tell_transfers
from services.forms.rules.installments import Due
from shared import say

ROWS_SHOWN = 100
LOOKED_AT = Badge("yours", "pen", _l("To be entered"))
ENTERED = Badge("good", "check", _l("Entered"))
STATES: Mapping[str, Any] = {
    TAKEN: _l("Taken"),
    KNOWN: _l("Entered before"),
    REFUSED: _l("Not taken"),
    UNREADABLE: _l("Cannot be read"),
}


@dataclass(frozen=True)
class Row:
    """A line of the file in a table."""

    n: int
    who: str
    krw: str
    what: str
    when: str
    why: Sequence[str]
    rule: str = ""


def files_page(rows: Sequence[BankFileRow], error: str = "") -> dict[str, Any]:
    """The upload, and what was sent in before."""
    return {
        "columns": ",".join(COLUMNS),
        "error": error,
        "errors": [{"href": "#file", "words": error}] if error else [],
        "files": [
            {
                "href": f"/desk/payments/{row.id}",
                "when": say.full_moment(row.created_at),
                "badge": ENTERED if row.entered_at else LOOKED_AT,
                "lines": _n("%(num)s line", "%(num)s lines", len(row.lines)),
            }
            for row in rows
        ],
    }


def file_page(view: FileView) -> dict[str, Any]:
    """One file, line by line."""
    by_state = {state: [one for one in view.lines if one.state == state] for state in STATES}
    wrong = sorted((*by_state[UNREADABLE], *by_state[REFUSED]), key=lambda one: one.n)
    return {
        "base": f"/desk/payments/{view.id}",
        "badge": ENTERED if view.entered_at else LOOKED_AT,
        "heading": _heading(view),
        "lead": _lead(view),
        "facts": _facts(view),
        "may_enter": view.entered_at is None and bool(by_state[TAKEN]),
        "may_discard": view.entered_at is None,
        "taken": len(by_state[TAKEN]),
        "wrong_rows": _rows(wrong),
        "taken_rows": _rows(by_state[TAKEN]),
        "known": len(by_state[KNOWN]),
        "shown_wrong": _shown(wrong),
        "shown_taken": _shown(by_state[TAKEN]),
    }


def csv_of(view: FileView) -> tuple[Sequence[str], list[Sequence[str]]]:
    """Headings and rows of the result as a sheet."""
    headings = (
        _("Line"), _("Transaction"), _("Account"), _("Amount"), _("Time"), _("Student number"),
        _("Semester"), _("Payment"), _("Result"), _("Reason"),
    )  # fmt: skip
    rows: list[Sequence[str]] = [
        (
            str(one.n), one.transaction, one.account, str(one.krw or ""),
            one.at.isoformat() if one.at else "", one.student_number, one.semester,
            _part(one), str(STATES[one.state]), " ".join(_why(one)),
        )
        for one in view.lines
    ]  # fmt: skip
    return headings, rows


def _heading(view: FileView) -> str:
    counts = view.counts
    taken, wrong = counts[TAKEN], counts[REFUSED] + counts[UNREADABLE]
    if view.entered_at:
        return str(_n("%(num)s payment entered", "%(num)s payments entered", taken))
    if not wrong and not taken:
        return str(_("Everything was entered before"))
    if not wrong:
        return str(_n("%(num)s can be entered", "All %(num)s can be entered", taken))
    return str(_("%(taken)s can be entered, %(wrong)s cannot", taken=taken, wrong=wrong))


def _lead(view: FileView) -> str:
    if view.entered_at:
        return str(_("Sent in again, this file changes nothing."))
    return str(_("Nothing is entered yet. Look at it once more, then enter it."))


def _facts(view: FileView) -> list[tuple[str, str]]:
    facts = [
        (str(_("Sent in")), say.full_moment(view.created_at)),
        (str(_("Lines")), str(len(view.lines))),
        (str(_("Taken together")), say.money(view.taken_krw)),
    ]
    if view.entered_at:
        facts.insert(1, (str(_("Entered")), say.full_moment(view.entered_at)))
    return facts


def _rows(lines: Sequence[Told]) -> list[Row]:
    return [_row(one) for one in lines[:ROWS_SHOWN]]


def _row(one: Told) -> Row:
    return Row(
        n=one.n,
        who=one.student_number or one.account or "–",
        krw=say.money(one.krw) if one.krw is not None else "–",
        what=" · ".join(filter(None, (_semester(one), _part(one)))),
        when=say.full_moment(one.at) if one.at else "–",
        why=_why(one),
        rule=next((why["rule"] for why in one.why if why["rule"].startswith("TUI")), ""),
    )


def _why(one: Told) -> list[str]:
    return [
        f"{why['column']}: {why['message']}" if why["column"]
        else " ".join(filter(None, (why["message"], why["remedy"])))
        for why in one.why
    ]  # fmt: skip


def _semester(one: Told) -> str:
    return str(tell.semester(semester_of(one.semester))) if one.semester else ""


def _part(one: Told) -> str:
    if one.part is None or one.at is None:
        return ""
    day = one.at.date()
    return str(tell_transfers.part(Due(one.part, one.krw or 0, Period(day, day))))


def _shown(lines: Sequence[Told]) -> str:
    if len(lines) <= ROWS_SHOWN:
        return ""
    return str(_("The first %(shown)s of %(total)s; the CSV has all.", shown=ROWS_SHOWN,
                 total=len(lines)))  # fmt: skip
