"""Have a stranger's PDF read by a limited child process (`reader.py`), or one of our own here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from services.certs.verify import reader
from shared.limited import Limited

READER = Limited("services.certs.verify.reader")


@dataclass(frozen=True)
class Word:
    """A run of text; x and y in points from the lower left corner of its page (from 0)."""

    page: int
    x: float
    y: float
    text: str
    visible: bool = True


@dataclass(frozen=True)
class Picture:
    """A picture that a page paints: its box in points, a hash of what it holds, and what it says
    as a QR code."""

    page: int
    box: tuple[float, float, float, float]
    digest: str
    code: str = ""


@dataclass(frozen=True)
class Reading:
    """What could be read of a PDF. `problem`: encrypted | broken | too_costly, or None.

    `added` is what hardly a paper of ours carries: annotation | form_field | attachment | script |
    layers | link.
    """

    problem: str | None
    pages: int = 0
    words: tuple[Word, ...] = ()
    pictures: tuple[Picture, ...] = ()
    added: tuple[str, ...] = ()
    title: str = ""

    @cached_property
    def rows(self) -> Mapping[tuple[int, int], Sequence[Word]]:
        """The visible words by page and whole height: a stranger's file may have very many."""
        found: dict[tuple[int, int], list[Word]] = {}
        for word in self.words:
            if word.visible:
                found.setdefault((word.page, int(word.y)), []).append(word)
        return found

    def written(self) -> list[str]:
        """The text in the order in which the file writes it, a line for each height."""
        rows: list[list[Word]] = []
        for word in self.words:
            if not rows or (rows[-1][0].page, round(rows[-1][0].y)) != (word.page, round(word.y)):
                rows.append([])
            rows[-1].append(word)
        return ["".join(word.text for word in row) for row in rows]

    def lines(self) -> list[str]:
        """The text line by line: runs of one height of a page together, from left to right.

        All of it, be it hidden: a scan has its text behind the picture.
        """
        rows: dict[tuple[int, int], list[Word]] = {}
        for word in self.words:
            rows.setdefault((word.page, round(-word.y)), []).append(word)
        return [
            "".join(word.text for word in sorted(rows[row], key=lambda word: word.x))
            for row in sorted(rows)
        ]


def read(data: bytes) -> Reading:
    """Read a PDF in a child; what it cannot do within its limits is `too_costly`.

    Raises TryLater("checks_busy") when too many wait already.
    """
    found = READER.ask(data)
    return Reading("too_costly") if found is None else _plain(found)


def read_own(data: bytes) -> Reading:
    """Read a PDF that we wrote ourselves: no child is needed."""
    return _plain(reader.answer(data))


def _plain(found: dict[str, Any]) -> Reading:
    return Reading(
        found["problem"],
        found.get("pages", 0),
        tuple(Word(*word) for word in found.get("words", ())),
        tuple(Picture(page, tuple(box), *said) for page, box, *said in found.get("pictures", ())),
        tuple(found.get("added", ())),
        found.get("title", ""),
    )
