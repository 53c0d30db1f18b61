"""What was found in a template: a code, how grave, and where in the document it stands.

A finding is made in a limited child and kept as JSON; its sentence is written when somebody reads
it, in their language (`sentences.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

BLOCK, NOTE = "block", "note"
TEXT_MOST = 80  # characters of a paragraph that are shown as its place
FINDINGS_MOST = 200


@dataclass(frozen=True)
class Place:
    """Where in a document: `part` is body, header, footer, notes, properties, file, form or page.

    Numbers count from 1, 0 is none. `name` is the file in the package or the form field.
    """

    part: str
    name: str = ""
    paragraph: int = 0
    table: int = 0
    row: int = 0
    page: int = 0
    text: str = ""

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value}


WHOLE = Place("file")


@dataclass(frozen=True)
class Finding:
    """`code` (snake_case, never changes meaning), `severity` block | note, figures for the text."""

    code: str
    severity: str = BLOCK
    place: Place = WHOLE
    facts: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "severity": self.severity,
            "place": self.place.as_json(),
            "facts": self.facts,
        }

    @classmethod
    def read(cls, row: dict[str, Any]) -> Finding:
        return cls(row["code"], row["severity"], Place(**row["place"]), dict(row["facts"]))


class Unsafe(Exception):
    """A file is not looked at further: what it holds is dangerous, or it cannot be read at all."""

    def __init__(self, code: str, place: Place = WHOLE, **facts: Any) -> None:
        super().__init__(code)
        self.finding = Finding(code, BLOCK, place, facts)


def blocks(findings: Iterable[Finding]) -> bool:
    """Whether a template with these cannot be published."""
    return any(finding.severity == BLOCK for finding in findings)


def shortened(text: str) -> str:
    """A paragraph's words, as many as show where one is."""
    words = " ".join(text.split())
    return words if len(words) <= TEXT_MOST else words[: TEXT_MOST - 1] + "…"
