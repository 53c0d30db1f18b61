"""Read a folder of CSV files into rows of values, and name everything that is wrong in them.

UTF-8 (with or without a byte order mark), commas, the header in the first line
(RFC 4180). Nothing here knows the database.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l

from services.forms.people.cells import BadCell
from services.forms.people.sheets import BY_NAME, SHEETS, Column, Sheet
from services.forms.rules.finding import Text

BYTES_MOST = 64 * 1024 * 1024


@dataclass(frozen=True)
class Problem:
    """What is wrong and where: `line` counts from 1, the header being 1; 0 is the whole file."""

    file: str
    line: int
    column: str
    message: Text

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.file, self.line or "", self.column) if part)
        return f"{where}: {self.message}"


@dataclass(frozen=True)
class Row:
    """One line of a file as values by column name; an empty optional cell is None.

    A column that the file does not have (`Column.later`) is not among them.
    """

    line: int
    values: Mapping[str, Any]


@dataclass
class Reading:
    """All rows by sheet name, and the problems found on the way."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_folder(folder: Path) -> Reading:
    """Every `<sheet>.csv` of the folder. A file of another name is a problem, not ignored."""
    reading = Reading()
    if not folder.is_dir():
        reading.problems.append(Problem(folder.name, 0, "", _l("There is no such folder.")))
        return reading
    for path in sorted(folder.glob("*.csv")):
        if path.stem not in BY_NAME:
            known = ", ".join(f"{sheet.name}.csv" for sheet in SHEETS)
            message = _l("is none of the files of an import: %(known)s", known=known)
            reading.problems.append(Problem(path.name, 0, "", message))
    for sheet in SHEETS:
        path = folder / f"{sheet.name}.csv"
        if path.exists():
            reading.rows[sheet.name] = list(_rows(sheet, path, reading.problems))
    if not reading.rows and not reading.problems:
        message = _l("There is no CSV file to import in this folder.")
        reading.problems.append(Problem(folder.name, 0, "", message))
    return reading


def _rows(sheet: Sheet, path: Path, problems: list[Problem]) -> Iterator[Row]:
    """The good rows of a file; what is wrong with the others goes to `problems`."""
    seen: dict[tuple[Any, ...], int] = {}
    for line, cells in _lines(path, problems):
        if line == 1:
            header = cells
            wrong = list(_wrong_header(sheet, path.name, header))
            problems.extend(wrong)
            if wrong:
                return
            continue
        if len(cells) != len(header):
            message = _l(
                "has %(found)s cells where the header has %(wanted)s",
                found=len(cells),
                wanted=len(header),
            )
            problems.append(Problem(path.name, line, "", message))
            continue
        row = _row(sheet, path.name, line, dict(zip(header, cells, strict=True)), problems)
        if row is not None and _is_new(sheet, path.name, row, seen, problems):
            yield row


def _lines(path: Path, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of each row that is not blank; a cell may hold line breaks."""
    try:
        if path.stat().st_size > BYTES_MOST:
            problems.append(Problem(path.name, 0, "", _l("is larger than 64 MB")))
            return
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, strict=True)
            begins = 1
            for cells in rows:
                if any(cell.strip() for cell in cells) or begins == 1:
                    yield begins, [cell.strip() for cell in cells]
                begins = rows.line_num + 1
    except UnicodeDecodeError:
        problems.append(Problem(path.name, 0, "", _l("is not UTF-8; save it as “CSV UTF-8”")))
    except csv.Error:
        message = _l("is not CSV from here on: a quotation mark is open or out of place")
        problems.append(Problem(path.name, begins, "", message))


def _wrong_header(sheet: Sheet, file: str, header: list[str]) -> Iterator[Problem]:
    for name, column in sheet.columns.items():
        if header.count(name) != 1 and not (column.later and name not in header):
            message = _l("must be in the header once")
            yield Problem(file, 1, name, message)
    for name in header:
        if name not in sheet.columns:
            yield Problem(file, 1, name or "?", _l("is no column of this file"))


def _row(
    sheet: Sheet, file: str, line: int, cells: Mapping[str, str], problems: list[Problem]
) -> Row | None:
    values: dict[str, Any] = {}
    before = len(problems)
    for name, column in sheet.columns.items():
        if name not in cells:
            continue
        cell = cells[name]
        try:
            values[name] = _value(column, cell)
        except BadCell as bad:
            problems.append(Problem(file, line, name, bad.message))
    return Row(line, values) if len(problems) == before else None


def _value(column: Column, cell: str) -> Any:
    if cell:
        return column.read(cell)
    if column.optional:
        return column.empty
    raise BadCell(_l("is empty"))


def _is_new(
    sheet: Sheet,
    file: str,
    row: Row,
    seen: dict[tuple[Any, ...], int],
    problems: list[Problem],
) -> bool:
    key = tuple(row.values[name] for name in sheet.key)
    first = seen.setdefault(key, row.line)
    if first != row.line:
        message = _l("is in line %(line)s already", line=first)
        problems.append(Problem(file, row.line, sheet.key[-1], message))
    return first == row.line
