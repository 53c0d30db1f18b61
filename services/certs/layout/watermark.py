"""Words across a page, so that nobody takes a preview for a document."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.certs.layout.embed import resource
from shared.errors import Permanent
from shared.fit.linebreak import scripts_of
from shared.fit.setting import Setter

FACE = "gothic-bold"
SIZE_POINTS = 64
MIDDLE = (297.6, 420.9)  # of A4, in points
COLOR = "0.75 0.15 0.18"
COSINE, SINE = 0.5736, 0.8192  # 55 degrees: along the page's diagonal


@dataclass(frozen=True)
class Watermark:
    """The glyphs of the words with the text of each, and how wide they are (points)."""

    glyphs: tuple[int, ...]
    texts: Mapping[int, str]
    width: float

    @property
    def shown(self) -> str:
        """The operators: outlines that hide nothing; an artifact, not read aloud as text."""
        x, y = MIDDLE[0] - COSINE * self.width / 2, MIDDLE[1] - SINE * self.width / 2
        codes = "".join(f"{g:04x}" for g in self.glyphs)
        return (
            f"/Artifact BMC q {COLOR} RG 0.6 w 1 Tr BT {resource(FACE)} {SIZE_POINTS} Tf "
            f"{COSINE} {SINE} {-SINE} {COSINE} {x:.2f} {y:.2f} Tm <{codes}> Tj ET Q EMC"
        )


def watermark(setter: Setter, words: str) -> Watermark:
    """The words as glyphs of the mark's face."""
    texts, glyphs, width = dict[int, str](), list[int](), 0.0
    outlines = setter.typeface(FACE, FACE).find(words, scripts_of(words))
    for character, found in zip(words, outlines, strict=True):
        if found is None or found[0].name != FACE:
            raise Permanent("missing_glyph", f"the mark cannot be printed: U+{ord(character):04X}")
        texts[found[1]] = character
        glyphs.append(found[1])
        width += found[2] * SIZE_POINTS / 1000
    return Watermark(tuple(glyphs), texts, width)
