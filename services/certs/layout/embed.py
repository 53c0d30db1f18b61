"""The glyphs of a document as embedded fonts: a subset of each face, cut in a fraction of a ms.

A glyph's code is its number in the whole face, whatever else a document uses: words once composed
say the same codes in every document. A map in the font leads from there to the glyphs of the cut.
"""

import struct
import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from math import floor

import uharfbuzz as hb
from isal import isal_zlib

from shared.fit.faces import NAMES, Face, Faces

UNNEEDED = ("cmap", "OS/2", "post", "name", "GSUB", "GPOS", "GDEF")
DROPPED = tuple(struct.unpack(">L", tag.encode())[0] for tag in UNNEEDED)
CMAP_HEAD = (
    "/CIDInit /ProcSet findresource begin 12 dict begin begincmap "
    "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def "
    "/CMapName /Adobe-Identity-UCS def /CMapType 2 def "
    "1 begincodespacerange <0000> <FFFF> endcodespacerange"
)
CMAP_TAIL = "endcmap CMapName currentdict /CMap defineresource pop end end"
WHOLE_AT_MOST = 100  # characters
# What English papers print: ASCII, and the dashes, dots and quotation marks of good typing.
ASCII = {*range(0x20, 0x7F), *map(ord, "·–—―‘’“”")}
# What documents differ in most: with these in every cut, papers of one kind that name nobody in a
# face (addresses, headings, sentences) share its cut to the byte, and it is made once.
ALWAYS = "0123456789 ,-.:"
CUTS_KEPT = 64
DEFLATE_LEVEL = 1  # ISA-L: as small as zlib's level 1 in a seventh of its time
CMAP_ROWS = 100  # at most so many in one block (Adobe TN 5411)


@dataclass(frozen=True)
class Subset:
    """Some glyphs of a face: their widths, and three streams."""

    widths: str
    font: bytes
    places: bytes
    to_unicode: bytes


def resource(face: str) -> str:
    """What a face is called among the fonts of a document."""
    return f"/K{face}"


class Foundry:
    """Cuts subsets; keeps each face prepared, since that is what makes it quick."""

    def __init__(self, faces: Faces) -> None:
        self._faces = faces
        self._casts: dict[str, Cast] = {}

    def cut(self, name: str, texts: Mapping[int, str], first: int) -> list[bytes]:
        """The objects of a face with the glyphs of `texts`, the font itself first; they are to
        be numbered from `first`."""
        if name not in self._casts:
            self._casts[name] = Cast(self._faces[name])
        cast = self._casts[name]
        return cast.objects(cast.subset(texts), first)


class Cast:
    """A face, ready for cutting. A small one (check boxes, digits) goes into documents whole.

    Words of plain ASCII (dates, amounts, most names in English) share one cut of all of ASCII,
    made once: cutting is the larger part of a document's time, and it costs a few kB.
    """

    def __init__(self, face: Face) -> None:
        self.face = face
        self._prepared = hb.subset_preprocess(face.font_face)
        held = set(face.font_face.unicodes)
        shared = held if len(held) <= WHOLE_AT_MOST else held & ASCII
        self._shared = {face.glyph(chr(c)): chr(c) for c in sorted(shared)}
        self._always = {face.glyph(c): c for c in ALWAYS if ord(c) in held}
        self._width = lru_cache(maxsize=None)(self._width_of)
        self._kept = lru_cache(maxsize=CUTS_KEPT)(self._cut_of)

    def subset(self, texts: Mapping[int, str]) -> Subset:
        """The face with these glyphs at least, and the text that each stands for."""
        if texts.items() <= self._shared.items():
            return self._cut_once
        return self._kept(tuple(sorted({**self._always, **texts}.items())))

    @cached_property
    def _cut_once(self) -> Subset:
        return self._cut_of(tuple(sorted(self._shared.items())))

    def _cut_of(self, texts: Sequence[tuple[int, str]]) -> Subset:
        glyphs = [glyph for glyph, _ in texts]
        wanted = hb.SubsetInput()
        wanted.glyph_set.update((0, *glyphs))
        wanted.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
        wanted.drop_table_tag_set.update(DROPPED)
        plan = hb.SubsetPlan(self._prepared, wanted)
        font = plan.execute().blob.data
        return Subset(
            self._widths(glyphs),
            stream(font, f"/Length1 {len(font)}"),
            stream(self._places(dict(plan.old_to_new_glyph_mapping.items()))),
            stream(to_unicode([cmap_row(glyph, text) for glyph, text in texts])),
        )

    def _places(self, cut: Mapping[int, int]) -> bytes:
        """For each glyph of the face its place in the cut, in two bytes (9.7.4.2)."""
        places = array("H", bytes(2 * max(cut) + 2))
        for glyph, place in cut.items():
            places[glyph] = place
        if sys.byteorder == "little":
            places.byteswap()
        return places.tobytes()

    def _width_of(self, glyph: int) -> int:
        """Without its fraction, as LibreOffice writes widths: lines are broken with the true ones
        and painted with these, half a point narrower at the end of a long English line."""
        return floor(round(self.face.advance(glyph), 3))

    def _widths(self, glyphs: list[int]) -> str:
        """`first last width` of each run of glyphs as wide; what lies between is not in the cut."""
        runs = ((width, list(run)) for width, run in groupby(glyphs, self._width))
        return " ".join([f"{run[0]} {run[-1]} {width}" for width, run in runs])

    def objects(self, cut: Subset, first: int) -> list[bytes]:
        """Type 0 font, CID font, descriptor, font file, map to its glyphs, ToUnicode
        (ISO 32000-1, 9.7)."""
        name = f"DOJANG+{NAMES[self.face.name]}"
        return [
            f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H"
            f"/DescendantFonts[{first + 1} 0 R]/ToUnicode {first + 5} 0 R>>".encode(),
            f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}/CIDSystemInfo<</Registry(Adobe)"
            f"/Ordering(Identity)/Supplement 0>>/FontDescriptor {first + 2} 0 R/DW 1000"
            f"/W[{cut.widths}]/CIDToGIDMap {first + 4} 0 R>>".encode(),
            f"<</Type/FontDescriptor/FontName/{name}/Flags 4{self._measures}"
            f"/FontFile2 {first + 3} 0 R>>".encode(),
            cut.font,
            cut.places,
            cut.to_unicode,
        ]

    @cached_property
    def _measures(self) -> str:
        """The figures of a font descriptor (9.8), in thousandths of the size."""
        head = self.face.font_face.reference_table("head").data
        box = [round(v * self.face.scale) for v in struct.unpack(">4h", head[36:44])]
        hhea = self.face.font_face.reference_table("hhea").data
        ascent, descent = (round(v * self.face.scale) for v in struct.unpack(">2h", hhea[4:8]))
        angle = -12 if self.face.name.endswith("italic") else 0
        return (
            f"/FontBBox[{' '.join(map(str, box))}]/ItalicAngle {angle}/Ascent {ascent}"
            f"/Descent {descent}/CapHeight 700/StemV 80"
        )


def to_unicode(rows: list[str]) -> bytes:
    """The CMap that gives each code its text back (9.10.3)."""
    blocks = []
    for at in range(0, len(rows), CMAP_ROWS):
        part = rows[at : at + CMAP_ROWS]
        blocks += [f"{len(part)} beginbfchar", *part, "endbfchar"]
    return "\n".join([CMAP_HEAD, *blocks, CMAP_TAIL]).encode()


@lru_cache(maxsize=16384)
def cmap_row(glyph: int, text: str) -> str:
    return f"<{glyph:04X}> <{text.encode('utf-16-be').hex()}>"


def stream(data: bytes, entries: str = "") -> bytes:
    """A compressed stream object.

    CR LF ends the data: a lone LF behind data that end with CR, as Deflate's checksum may, would
    be read as one line end, and the length as wrong (ISO 19005-2, 6.1.7.1).
    """
    packed = isal_zlib.compress(data, DEFLATE_LEVEL)
    return b"<<%b/Filter/FlateDecode/Length %d>>stream\n%b\r\nendstream" % (
        entries.encode(),
        len(packed),
        packed,
    )
