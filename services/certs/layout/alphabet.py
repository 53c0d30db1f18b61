"""Words that need no thought: one line, of one face, in the document's language.

Most of what papers say anew is of this kind (names, titles of courses, amounts), and set in a
quarter of the time. Everything else goes the long way (`overlay.compose`), which says the same.
"""

from __future__ import annotations

from typing import cast

from services.certs.layout.overlay import (
    COMBINING,
    OTHER_LANGUAGE,
    Composed,
    at_place,
    opening,
    place,
)
from shared.fit.faces import Typeface
from shared.fit.linebreak import own_script
from shared.fit.slots import Cell

Entry = tuple[str, float, int]


class Alphabet(dict[str, Entry | None]):
    """Code, advance (thousandths of the size) and glyph of each character that the first face of a
    script prints in the document's language; None of the others, found out when first asked.

    A line of nothing else that begins with a letter of the script needs no breaking and has one
    run: blanks and signs of no script of their own take that of what stands before them.
    """

    def __init__(self, typeface: Typeface, language: str, script: str) -> None:
        super().__init__()
        self._typeface = typeface
        self._language, self._script = language, script
        self.face, self.is_italic = typeface.first(script), typeface.is_italic

    def __missing__(self, character: str) -> Entry | None:
        entry = None
        if own_script(character) in (self._script, None) and not self._is_foreign(character):
            found = self._typeface.find(character, [self._script])[0]
            if found is not None and found[0].name == self.face:
                entry = f"{found[1]:04x}", found[2], found[1]
        self[character] = entry
        return entry

    def _is_foreign(self, character: str) -> bool:
        """Whether it may be of the other language, or sits on another letter."""
        others = OTHER_LANGUAGE.get(self._language)
        spoken = others is not None and others[0].search(character * 2) is not None
        return spoken or COMBINING.match(character) is not None


def in_one_line(cell: Cell, alphabet: Alphabet, words: str) -> Composed | None:
    """The words in the cell's first style; None where they have to go the long way."""
    found = [alphabet[character] for character in words]
    if None in found or words[-1] == " ":
        return None
    entries = cast("list[Entry]", found)
    style = cell.styles[0]
    em = style.size / 1000
    width = sum([entry[1] * em for entry in entries])
    if width > cell.right - cell.left:
        return None
    x, y = place(cell, width), style.baselines[0][0]
    set_at = at_place(alphabet.face, style.size, alphabet.is_italic, x, y)
    codes = "".join([entry[0] for entry in entries])
    texts = {entry[2]: character for entry, character in zip(entries, words, strict=True)}
    return Composed(f"{opening(cell.color)}\n{set_at} <{codes}> Tj\nET", ((alphabet.face, texts),))
