"""Look a list up for somebody of its office, and write it as a sheet."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date

import xlsxwriter
from sqlalchemy.orm import Session

from services.forms.bulk.sheet import written
from services.forms.lists.kept import BY_NAME, Cell, List, Row, looking
from services.forms.parts import Parts
from services.forms.signin.person import Person
from shared.errors import Forbidden, NotFound

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTH_MOST = 60


def show(session: Session, parts: Parts, person: Person, name: str) -> tuple[List, Sequence[Row]]:
    """A list with its rows as of now. Raises Forbidden("staff_only"), NotFound("no_such_list")."""
    if person.role != "staff":
        raise Forbidden("staff_only", "the desk is for staff")
    found = BY_NAME.get(name)
    if found is None or person.office not in found.offices:
        raise NotFound("no_such_list", "no such list of this office")
    return found, found.rows(looking(session, parts, person))


def as_csv(found: List, rows: Sequence[Row]) -> bytes:
    """A CSV that a spreadsheet opens as it is meant, and that runs nothing there."""
    return written([str(one) for one in found.columns], ([_text(c) for c in r.cells] for r in rows))


def as_xlsx(found: List, rows: Sequence[Row]) -> bytes:
    """A workbook: numbers and days are such, every text is text, whatever it begins with."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        text = book.add_format({"quote_prefix": True})  # stays text when the cell is edited
        for column, heading in enumerate(found.columns):
            sheet.write_string(0, column, str(heading), bold)
            sheet.set_column(column, column, _width(str(heading), rows, column))
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row.cells):
                if isinstance(cell, date):
                    sheet.write_datetime(line, column, cell, day)
                elif isinstance(cell, int):
                    sheet.write_number(line, column, cell)
                else:
                    sheet.write_string(line, column, cell, text)
        sheet.freeze_panes(1, 0)
    return made.getvalue()


def _text(cell: Cell) -> str:
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _width(heading: str, rows: Sequence[Row], column: int) -> int:
    """Wide enough for the longest; Hangul is twice as wide."""
    texts = [heading, *(_text(row.cells[column]) for row in rows)]
    return min(WIDTH_MOST, 2 + max(sum(1 + (ch > "\u1100") for ch in text) for text in texts))
