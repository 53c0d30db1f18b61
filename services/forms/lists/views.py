"""The pages of lists: an office sees its own, and takes them as a sheet."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template

from services.forms.applications import on_paper
from services.forms.applications.roles import OFFICES
from services.forms.bars import keeping
from services.forms.lists import kept, showing
from services.forms.lists.kept import Cell, List, Row
from services.forms.lost import removing
from services.forms.pages.frame import dress
from services.forms.parts import Parts
from services.forms.payments.taking import OFFICE as MONEY_OFFICE
from services.forms.signin.current import page_login, signed_in
from shared import say

PATH = "/desk/lists"
ROWS_SHOWN = 200


def blueprint(parts: Parts) -> Blueprint:
    """`/desk/lists`."""
    pages = Blueprint("lists", __name__)
    dress(pages, parts)

    @pages.get(PATH)
    @page_login("staff")
    def lists() -> str:
        person = signed_in()
        with parts.database.read() as session:
            looking = kept.looking(session, parts, person)
            found = [(one, len(one.rows(looking))) for one in kept.of_office(person)]
        return render_template(
            "lists/pages/lists.html",
            office=str(OFFICES[person.office or ""]),
            lists=found,
            money=person.office == MONEY_OFFICE,
            bars=keeping.keeps(parts, person),
            lost=removing.removes(person),
            paper=on_paper.kinds_of(parts, person),
        )

    @pages.get(f"{PATH}/<list_name>")
    @page_login("staff")
    def one(list_name: str) -> str:
        found, rows = _shown(parts, list_name)
        return render_template("lists/pages/list.html", **_page(found, rows))

    @pages.get(f"{PATH}/<list_name>/rows.csv")
    @page_login("staff")
    def as_csv(list_name: str) -> Response:
        return _file(parts, list_name, showing.as_csv, showing.CSV, "csv")

    @pages.get(f"{PATH}/<list_name>/rows.xlsx")
    @page_login("staff")
    def as_xlsx(list_name: str) -> Response:
        return _file(parts, list_name, showing.as_xlsx, showing.XLSX, "xlsx")

    return pages


def _shown(parts: Parts, name: str) -> tuple[List, list[Row]]:
    with parts.database.read() as session:
        found, rows = showing.show(session, parts, signed_in(), name)
        return found, list(rows)


def _file(parts: Parts, name: str, write: Any, media_type: str, ending: str) -> Response:
    found, rows = _shown(parts, name)
    answer = Response(write(found, rows), content_type=media_type)
    day = parts.clock.now().date().isoformat()
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{day}.{ending}"'
    return answer


def _page(found: List, rows: list[Row]) -> dict[str, Any]:
    return {
        "list": found,
        "base": f"{PATH}/{found.name}",
        "columns": [str(one) for one in found.columns],
        "rows": [(row, [_said(cell) for cell in row.cells]) for row in rows[:ROWS_SHOWN]],
        "total": len(rows),
        "shown": min(len(rows), ROWS_SHOWN),
    }


def _said(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell or "–"
    return f"{cell:,}" if isinstance(cell, int) else say.full_day(cell)
