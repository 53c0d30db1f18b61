"""The words of a PDF, each with the place where it begins: for comparing two layouts."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf

from services.certs.layout.reading import Pen, product, shows_text
from services.certs.verify.letters import Decoder, decoder

GAP_EM = 0.15  # letters further apart are of two words, without a blank between them


@dataclass(frozen=True)
class Letter:
    """A letter: where it begins, where it ends, how big it is (points)."""

    text: str
    page: int
    x: float
    y: float
    end: float
    size: float


@dataclass(frozen=True)
class Word:
    """A word and where it begins."""

    text: str
    page: int
    x: float
    y: float


class Font:
    """How the strings of a font are read, and how wide its letters are (thousandths)."""

    def __init__(self, font: Any) -> None:
        self.decode: Decoder = decoder(font)
        self.bytes = 2 if font.get("/Subtype") == pikepdf.Name.Type0 else 1
        self._widths: dict[int, float] = {}
        if self.bytes == 2:
            self._widths = dict(widths(list(font.DescendantFonts[0].W)))
        else:
            for step, width in enumerate(font.Widths):
                self._widths[int(font.FirstChar) + step] = float(width)

    def letters(self, codes: bytes) -> Iterator[tuple[str, float]]:
        for at in range(0, len(codes), self.bytes):
            code = codes[at : at + self.bytes]
            yield self.decode(code), self._widths.get(int.from_bytes(code), 1000.0)


def widths(row: list[Any]) -> Iterator[tuple[int, float]]:
    """The widths of a CID font: `first [width …]` and `first last width` (9.7.4.3)."""
    while row:
        if isinstance(row[1], pikepdf.Array):
            first, listed, *row = row
            yield from ((int(first) + step, float(width)) for step, width in enumerate(listed))
        else:
            first, last, width, *row = row
            yield from ((code, float(width)) for code in range(int(first), int(last) + 1))


def words(pdf: bytes) -> list[Word]:
    """The words of all pages, in the order of the page."""
    with pikepdf.Pdf.open(io.BytesIO(pdf)) as document:
        return [
            word for number, page in enumerate(document.pages) for word in of_page(number, page)
        ]


def of_page(number: int, page: Any) -> Iterator[Word]:
    fonts = {str(name): Font(font) for name, font in page.Resources.get("/Font", {}).items()}
    rows: dict[float, list[Letter]] = {}
    for letter in letters(number, page, fonts):
        near = next((y for y in rows if abs(y - letter.y) < 0.5), letter.y)
        rows.setdefault(near, []).append(letter)
    for row in rows.values():
        yield from in_words(sorted(row, key=lambda one: one.x))


def letters(number: int, page: Any, fonts: dict[str, Font]) -> Iterator[Letter]:
    pen, spacing = Pen(), 0.0
    for step in pikepdf.parse_content_stream(page):
        operator, operands = str(step.operator), list(step.operands)
        if operator == "Tc":
            spacing = float(operands[0])
        if not shows_text(pen, operator, operands):
            continue
        at = product(pen.line, pen.ink.matrix)
        x, size, font = at[4], pen.size * at[0], fonts[pen.font]
        for part in operands[0] if operator == "TJ" else operands:
            if not isinstance(part, pikepdf.String):
                x -= float(part) * size / 1000
                continue
            for text, width in font.letters(bytes(part)):
                end = x + width * size / 1000
                yield Letter(text, number, x, at[5], end, size)
                x = end + spacing * at[0]


def in_words(row: Sequence[Letter]) -> Iterator[Word]:
    """A line cut at blanks, and where letters stand apart."""
    word: list[Letter] = []
    for letter in row:
        apart = word and letter.x - word[-1].end > GAP_EM * letter.size
        if word and (apart or not letter.text.strip()):
            yield joined(word)
            word = []
        if letter.text.strip():
            word.append(letter)
    if word:
        yield joined(word)


def joined(word: Sequence[Letter]) -> Word:
    first = word[0]
    return Word("".join(letter.text for letter in word), first.page, first.x, first.y)


def astray(ours: Sequence[Word], theirs: Sequence[Word], tolerance: float) -> list[Word]:
    """The words of one that the other has not within so many points, each matched once."""
    waiting: dict[tuple[int, str], list[Word]] = {}
    for word in theirs:
        waiting.setdefault((word.page, word.text), []).append(word)
    lost = []
    for word in ours:
        others = waiting.get((word.page, word.text), [])
        near = min(others, key=lambda one: distance(one, word), default=None)
        if near is None or distance(near, word) > tolerance:
            lost.append(word)
        else:
            others.remove(near)
    return lost + [word for others in waiting.values() for word in others]


def distance(a: Word, b: Word) -> float:
    return max(abs(a.x - b.x), abs(a.y - b.y))
