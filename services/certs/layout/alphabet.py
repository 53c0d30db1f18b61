"""Words that need no thought: one line, of one face.

Nearly all of what papers say anew is of this kind (names, numbers, dates, titles of courses), and
set in a fraction of the time. Everything else goes the long way (`overlay.compose`), which says the
same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import cast

from services.certs.layout.overlay import (
    COMBINING,
    OTHER_LANGUAGE,
    Composed,
    at_place,
    opening,
    place,
    spoken,
)
from shared.fit.faces import Typeface
from shared.fit.linebreak import LATIN, own_script
from shared.fit.slots import Cell

Entry = tuple[str, float, int]


class Alphabet(dict[str, Entry | None]):
    """Code, advance (thousandths of the size) and glyph of each character that the first face of a
    script prints; None of the others, found out when first asked. Of no script: of a typeface whose
    scripts have the same first face.

    A line of nothing else that begins with a letter of the script needs no breaking and has one
    face: blanks and signs of no script of their own take that of what stands before them.
    """

    def __init__(self, typeface: Typeface, language: str, script: str | None) -> None:
        super().__init__()
        self._typeface, self._script = typeface, script
        self.other = OTHER_LANGUAGE.get(language)
        self.face, self.is_italic = typeface.first(script or LATIN), typeface.is_italic

    def __missing__(self, character: str) -> Entry | None:
        entry = None
        own = self._script is None or own_script(character) in (self._script, None)
        if own and not COMBINING.match(character):
            found = self._typeface.find(character, [self._script or LATIN])[0]
            if found is not None and found[0].name == self.face:
                entry = f"{found[1]:04x}", found[2], found[1]
        self[character] = entry
        return entry


def in_one_line(cell: Cell, alphabet: Alphabet, words: str) -> Composed | None:
    """The words in the cell's first style; None where they have to go the long way."""
    found = [alphabet[character] for character in words]
    if None in found or words[-1] == " ":
        return None
    codes, advances, glyphs = zip(*cast("list[Entry]", found), strict=True)
    style = cell.styles[0]
    em = style.size / 1000
    width = sum([advance * em for advance in advances])
    if width > cell.right - cell.left:
        return None
    x, y = place(cell, width), style.baselines[0][0]
    shown = [opening(cell.color)]
    for span, first, end in spans(alphabet, words):
        set_at = at_place(alphabet.face, style.size, alphabet.is_italic, x, y)
        shown.append(f"{span}{set_at} <{''.join(codes[first:end])}> Tj{' EMC' if span else ''}")
        x += sum(advances[first:end]) * style.size / 1000
    shown.append("ET")
    texts = dict(zip(glyphs, words, strict=True))
    return Composed("\n".join(shown), ((alphabet.face, texts),))


def spans(alphabet: Alphabet, words: str) -> Sequence[tuple[str, int, int]]:
    """The stretches of words in one language each: (mark before it, first, past the last)."""
    if alphabet.other is None or alphabet.other[0].search(words) is None:
        return (("", 0, len(words)),)
    return list(_stretches(alphabet.other, words))


def _stretches(other: tuple[re.Pattern[str], str], words: str) -> Iterator[tuple[str, int, int]]:
    pattern, language = other
    at = 0
    for match in pattern.finditer(words):
        if match.start() > at:
            yield "", at, match.start()
        at = match.end()
        yield spoken(language), match.start(), at
    if at < len(words):
        yield "", at, len(words)
