"""Who is in the demo, read from its files: needs no database and no running instance."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
PASSWORD = "dojang-demo"  # noqa: S105 – published: the demo never runs in production


def accounts() -> list[dict[str, Any]]:
    """{id, password, role, office, name, language} of everybody; professors sign by link."""
    return [*_all("student"), *_all("professor"), *_all("staff")]


FILES = {
    "student": ("students.csv", "student_number"),
    "professor": ("professors.csv", "code"),
    "staff": ("staff.csv", "login_id"),
}


def _all(role: str) -> Iterator[dict[str, Any]]:
    file, key = FILES[role]
    with (FOLDER / file).open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            yield {
                "id": row[key],
                "password": None if role == "professor" else PASSWORD,
                "role": role,
                "office": row.get("office"),
                "name": row[f"name_{row['language']}"],
                "language": row["language"],
            }
