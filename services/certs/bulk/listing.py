"""The list of an archive: read as forms wrote it, written as it goes into the ZIP."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.certs.database import FOLDER
from shared import words
from shared.errors import Permanent

INDEX = "index.csv"
BOM = "\ufeff"
COLUMNS = 5
# What becomes of a document that was ended between its issue and its packing.
LEFT_OUT = {
    "revoked": "Revoked: not in this ZIP",
    "superseded": "Replaced by a newer one: not in this ZIP",
}


@dataclass(frozen=True)
class Listed:
    """One row: its line in the office's own list, and the document and file, if there is one."""

    row: str
    student_number: str
    number: str
    file: str
    result: str


def read_list(data: bytes) -> tuple[list[str], list[Listed]]:
    """The headings and the rows. Raises Permanent("bad_list")."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    if not rows or any(len(row) != COLUMNS for row in rows):
        raise Permanent("bad_list", "the list of an archive has five columns")
    return rows[0], [Listed(*row) for row in rows[1:]]


def index(
    headings: Sequence[str], rows: Sequence[Listed], left_out: Mapping[str, str], language: str
) -> bytes:
    """The list as it lies in the ZIP: what was left out says why."""
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    writer.writerow(headings)
    catalog = words.catalog((FOLDER / "translations",), language)
    for row in rows:
        file, result = row.file, row.result
        if row.row in left_out:
            file = ""
            result = str(catalog.pgettext("archive", LEFT_OUT[left_out[row.row]]))
        writer.writerow((row.row, row.student_number, row.number, file, result))
    return (BOM + made.getvalue()).encode()
