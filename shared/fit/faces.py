"""The faces that documents embed: which characters they hold and how wide those are.

A character is looked for in the face of its script first, then along a short list. What no face
holds is named to the caller, never printed as a box.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import uharfbuzz as hb

# PostScript name (as LibreOffice embeds it) and file; made by tools/make_fonts.py.
FILES = {
    "DojangMyeongjo-Regular": "myeongjo",
    "DojangMyeongjo-Bold": "myeongjo-bold",
    "DojangGothic-Regular": "gothic",
    "DojangGothic-Bold": "gothic-bold",
    "DojangMono-Bold": "mono-bold",
    "DojangSerif-Regular": "serif",
    "DojangSerif-Bold": "serif-bold",
    "DojangSerif-Italic": "serif-italic",
    "DojangTitling-Regular": "titling",
    "DojangBoxes-Regular": "boxes",
}
NAMES = {file: name for name, file in FILES.items()}
# Where a character is looked for when the faces of the style lack it, by the style's weight.
FALLBACKS = {
    "regular": ("serif", "myeongjo", "gothic", "boxes"),
    "bold": ("serif-bold", "myeongjo-bold", "serif", "myeongjo", "gothic", "boxes"),
    "italic": ("serif-italic", "serif", "myeongjo", "gothic", "boxes"),
}
# Conjoining jamo that did not compose need shaping that these faces do not have.
LOOSE_JAMO = ((0x1100, 0x11FF), (0xA960, 0xA97F), (0xD7B0, 0xD7FF))
UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
RIGHT_TO_LEFT = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "PDF", "PDI"})


class Face:
    """One font file. Advances are in thousandths of the size."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.font_face = hb.Face(hb.Blob.from_file_path(str(path)))
        self.font = hb.Font(self.font_face)
        self.scale = 1000 / self.font_face.upem
        self._known: dict[str, tuple[int, float] | None] = {}

    def find(self, character: str) -> tuple[int, float] | None:
        """(glyph, advance) of a character, or None where the face lacks it."""
        try:
            return self._known[character]
        except KeyError:
            glyph = self.font.get_nominal_glyph(ord(character))
            found = (glyph, self.advance(glyph)) if glyph else None
            if found and unicodedata.category(character) == "Mn":
                found = (found[0], 0.0)  # a mark sits on its letter
            self._known[character] = found
            return found

    def glyph(self, character: str) -> int:
        """The glyph of a character; 0, a box, where the face lacks it."""
        found = self.find(character)
        return found[0] if found else 0

    def advance(self, glyph: int) -> float:
        return float(self.font.get_glyph_h_advance(glyph) * self.scale)


class Faces:
    """The faces of a folder, each read when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[str, Face] = {}

    def __getitem__(self, name: str) -> Face:
        if name not in self._read:
            self._read[name] = Face(name, self.folder / f"{name}.ttf")
        return self._read[name]


Found = tuple[Face, int, float]


class Typeface:
    """Faces of one style: for Latin, for East Asian letters, and where to look after those."""

    def __init__(self, faces: Faces, latin: str, asian: str) -> None:
        self._faces = faces
        weight = latin.partition("-")[2] or "regular"
        self._orders = {
            "latin": (latin, asian, *FALLBACKS[weight]),
            "asian": (asian, latin, *FALLBACKS[weight]),
        }
        self._known: dict[str, dict[str, Found | None]] = {"latin": {}, "asian": {}}

    def find(self, text: str, scripts: Sequence[str]) -> list[Found | None]:
        """(face, glyph, advance) of each character, None where no face holds it."""
        known = self._known
        try:
            return [known[s][c] for c, s in zip(text, scripts, strict=True)]
        except KeyError:
            for character, script in zip(text, scripts, strict=True):
                if character not in known[script]:
                    known[script][character] = next(self._holders(character, script), None)
            return self.find(text, scripts)

    def _holders(self, character: str, script: str) -> Iterator[Found]:
        if not printable(character):
            return
        for name in self._orders[script]:
            face = self._faces[name]
            if found := face.find(character):
                yield (face, *found)

    def first(self, script: str) -> str:
        """The face in which a script is looked for first."""
        return self._orders[script][0]

    @cached_property
    def is_italic(self) -> bool:
        return self._orders["latin"][0].endswith("italic")


def printable(character: str) -> bool:
    """Whether a character may stand on a paper: no control, no surrogate, nothing right to left."""
    code = ord(character)
    return not (
        unicodedata.category(character) in UNPRINTABLE
        or unicodedata.bidirectional(character) in RIGHT_TO_LEFT
        or any(first <= code <= last for first, last in LOOSE_JAMO)
    )
