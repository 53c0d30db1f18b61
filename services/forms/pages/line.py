"""The approval line: who signs, in order, as on Korean paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from flask_babel import gettext as _

from shared import say


@dataclass(frozen=True)
class Seat:
    """Somebody's place in the line. `state`: signed | now | to_come."""

    role: str
    name: str
    state: Literal["signed", "now", "to_come"]
    at: datetime | None = None
    by_when: datetime | None = None
    office: bool = False
    behalf: str = ""  # the name, and for whom they act


@dataclass(frozen=True)
class Cell:
    """What the template draws of a seat."""

    role: str
    state: str
    seal: Sequence[str] = ()
    who: str = ""
    cell: str = ""
    when: str = ""


def line(seats: Sequence[Seat], mine: int | None = None) -> list[Cell]:
    """The cells of the line; `mine` is the seat of whoever reads."""
    return [_cell(seat, index == mine) for index, seat in enumerate(seats)]


def _cell(seat: Seat, mine: bool) -> Cell:
    if seat.state == "signed":
        return _sealed(seat)
    if seat.state == "now":
        until = _("by %(day)s", day=say.short_day(seat.by_when)) if seat.by_when else ""
        return Cell(seat.role, "now", cell=_("Your turn") if mine else _("Now"), when=until)
    waits = _("Review") if seat.office else (seat.behalf or seat.name or _("Waiting"))
    return Cell(seat.role, "to_come", cell=waits)


def _sealed(seat: Seat) -> Cell:
    when = say.short_day(seat.at) if seat.at else ""
    if seat.office:
        return Cell(seat.role, "office", [_("OK")], _("approved"), when=when)
    who: Any = _("%(name)s, signed", name=seat.behalf or seat.name)
    return Cell(seat.role, "signed", say.seal_lines(seat.name), who, when=when)
