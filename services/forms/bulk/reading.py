"""Read a list as spreadsheets save it: CSV in UTF-8, or in CP949 as Korean Excel writes it.

A byte order mark, semicolons or tabs in place of commas, and lines shorter than the headings
are taken as they come (RFC 4180 otherwise). Nothing here knows a kind or the register.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from shared.errors import Refused

BYTES_MOST = 4 * 1024 * 1024
ROWS_MOST = 10_000
CELL_CHARACTERS_MOST = 1_000
COLUMNS_MOST = 100
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx, .xls
DELIMITERS = ",;\t"
UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Table:
    """The headings, and (line, cells) of each row that is not blank; the headings are line 1."""

    headings: list[str]
    rows: list[tuple[int, list[str]]]


def read_table(data: bytes) -> Table:
    """The table in a file.

    Raises Refused("list_workbook" | "list_encoding" | "list_too_large" | "list_broken" |
    "list_empty" | "list_too_long"), the broken one with its `line`.
    """
    if len(data) > BYTES_MOST:
        raise Refused("list_too_large", "too many bytes", field="file", most=BYTES_MOST)
    text = _text(data)
    lines = _lines(text)
    _line, headings = next(lines, (1, []))
    rows: list[tuple[int, list[str]]] = []
    for line, cells in lines:
        if len(rows) == ROWS_MOST:
            raise Refused("list_too_long", "too many rows", field="file", most=ROWS_MOST)
        rows.append((line, cells))
    if not any(headings) or not rows:
        raise Refused("list_empty", "no headings or no rows", field="file")
    return Table(headings, rows)


def _text(data: bytes) -> str:
    if data.startswith(WORKBOOKS):
        raise Refused("list_workbook", "a workbook, not CSV", field="file")
    codecs = ("utf-16",) if data.startswith(UTF16) else ("utf-8-sig", "cp949")
    for codec in codecs:
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Refused("list_encoding", "neither UTF-8 nor CP949", field="file")


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)  # of none, the comma
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in rows:
            plain = [cell.strip() for cell in cells]
            if any(plain):
                yield begins, _checked(plain, begins)
            begins = rows.line_num + 1
    except csv.Error as error:
        raise Refused("list_broken", "no CSV from here on", field="file", line=begins) from error


def _checked(cells: list[str], line: int) -> list[str]:
    if len(cells) > COLUMNS_MOST or any(len(cell) > CELL_CHARACTERS_MOST for cell in cells):
        raise Refused("list_broken", "a cell without end", field="file", line=line)
    return cells
