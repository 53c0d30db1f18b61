"""Words that need no thought: one line, of one face.

Nearly all of what papers say anew is of this kind (names, numbers, dates, titles of courses), and
set in a fraction of the time. Everything else goes the long way (`overlay.compose`), which says the
same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import inf

from services.certs.layout.overlay import (
    COMBINING,
    OTHER_LANGUAGE,
    Composed,
    opening,
    place,
    setting_in,
    spoken,
)
from shared.fit.faces import Typeface
from shared.fit.linebreak import LATIN, own_script
from shared.fit.slots import Cell


class Advances(dict[str, float]):
    """How wide each character is that the first face of a script prints (thousandths of the size);
    wider than any cell what it does not, found out when first asked."""

    def __init__(self, alphabet: Alphabet) -> None:
        super().__init__()
        self._alphabet = alphabet

    def __missing__(self, character: str) -> float:
        self[character] = self._alphabet.learned(character)
        return self[character]


class Alphabet:
    """Advance, code and glyph of each character that the first face of a script prints. Of no
    script: of a typeface whose scripts have the same first face.

    A line of nothing else that begins with a letter of the script needs no breaking and has one
    face: blanks and signs of no script of their own take that of what stands before them.
    """

    def __init__(self, typeface: Typeface, language: str, script: str | None) -> None:
        self._typeface, self._script = typeface, script
        self.advances = Advances(self)
        self.codes, self.glyphs = dict[str, str](), dict[str, int]()
        self.other = OTHER_LANGUAGE.get(language)
        self.face, self.is_italic = typeface.first(script or LATIN), typeface.is_italic

    def learned(self, character: str) -> float:
        """The advance of a character met for the first time."""
        own = self._script is None or own_script(character) in (self._script, None)
        if own and not COMBINING.match(character):
            found = self._typeface.find(character, [self._script or LATIN])[0]
            if found is not None and found[0].name == self.face:
                self.codes[character], self.glyphs[character] = f"{found[1]:04x}", found[1]
                return found[2]
        return inf


def in_one_line(cell: Cell, alphabet: Alphabet, words: str) -> Composed | None:
    """The words in the cell's first style; None where they have to go the long way."""
    style, advances = cell.styles[0], alphabet.advances
    em = style.size / 1000
    # As `Setter` adds up, so that both ways round alike.
    width = sum([advance * em for advance in map(advances.__getitem__, words)])
    if width > cell.right - cell.left or words[-1] == " ":
        return None
    x, y = place(cell, width), style.baselines[0][0]
    shown, codes = [opening(cell.color)], alphabet.codes
    set_in = setting_in(alphabet.face, style.size, alphabet.is_italic)
    if alphabet.other is None or alphabet.other[0].search(words) is None:
        shown.append(f"{set_in}{x:.3f} {y:.3f} Tm <{''.join(map(codes.__getitem__, words))}> Tj")
    else:
        for span, said in stretches(alphabet.other, words):
            coded = "".join(map(codes.__getitem__, said))
            end = " EMC" if span else ""
            shown.append(f"{span}{set_in}{x:.3f} {y:.3f} Tm <{coded}> Tj{end}")
            x += sum(map(advances.__getitem__, said)) * style.size / 1000
    shown.append("ET")
    return Composed("\n".join(shown), plainly=(alphabet, words))


def stretches(other: tuple[re.Pattern[str], str], words: str) -> Iterator[tuple[str, str]]:
    """The stretches of words in one language each: (mark before it, what it says)."""
    pattern, language = other
    at = 0
    for match in pattern.finditer(words):
        if match.start() > at:
            yield "", words[at : match.start()]
        at = match.end()
        yield spoken(language), match[0]
    if at < len(words):
        yield "", words[at:]
