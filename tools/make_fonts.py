"""Makes templates/fonts: what documents embed, cut from Debian's font packages.

Usage: python tools/make_fonts.py [folder]   (needs fonts-nanum, fonts-nanum-coding,
fonts-sil-gentiumplus, fonts-ebgaramond-extra and fonts-dejavu-core; nothing at run time needs it)

Each face loses its hinting, the features that a document never uses, and the characters that
nobody writes here. A changed face may not carry its reserved name (OFL 1.1, section 3), so each
gets a name of its own; fonts.conf gives a Word template that names the original the cut one.
"""

import struct
import sys
from dataclasses import dataclass
from pathlib import Path

import uharfbuzz as hb

NANUM = Path("/usr/share/fonts/truetype/nanum")
GENTIUM = Path("/usr/share/fonts/truetype/gentiumplus")
GARAMOND = Path("/usr/share/fonts/truetype/ebgaramond")
DEJAVU = Path("/usr/share/fonts/truetype/dejavu")

ASCII = set(range(0x20, 0x7F))
PUNCTUATION = (
    set(range(0xA0, 0x100)) | set(range(0x2010, 0x2060)) | {0x20A9, 0x20AC, 0x2116, 0x2122}
)
EUROPEAN = (
    ASCII
    | PUNCTUATION
    | set(range(0x100, 0x250))
    | set(range(0x2B0, 0x370))
    | set(range(0x370, 0x530))
    | set(range(0x1E00, 0x1F00))
)
HANJA = set(range(0x3400, 0xA000)) | set(range(0xF900, 0xFB00))
EVERYTHING = set(range(0x20, 0x30000))
# KS X 1001: the 2,350 syllables of ordinary writing; the rest falls back to the regular weight.
ORDINARY_HANGUL = {
    ord(bytes((row, cell)).decode("euc-kr"))
    for row in range(0xB0, 0xC9)
    for cell in range(0xA1, 0xFF)
}
# With the jamo, fontconfig takes the face for one that can write Korean.
SYMBOLS = set(range(0x2000, 0x2800)) | set(range(0x3000, 0x3190)) | set(range(0xFF00, 0xFFF0))
NOTICES = {
    "nanum": "Copyright (c) 2010, NAVER Corporation (http://www.nhncorp.com)",
    "gentium": "Copyright (c) 2003-2022, SIL International (http://www.sil.org/)",
    "garamond": "Copyright (c) 2010-2013, Georg Duffner (http://www.georgduffner.at)",
    "dejavu": "Copyright (c) 2003 by Bitstream, Inc. DejaVu changes are in public domain.",
}


@dataclass(frozen=True)
class Cut:
    """One face: where it comes from, what it is called here, which characters stay."""

    source: Path
    file: str
    family: str
    style: str
    notice: str
    characters: set[int]


CUTS = (
    Cut(
        NANUM / "NanumMyeongjo.ttf",
        "myeongjo",
        "Dojang Myeongjo",
        "Regular",
        "nanum",
        EVERYTHING - HANJA,
    ),
    Cut(
        NANUM / "NanumMyeongjoBold.ttf",
        "myeongjo-bold",
        "Dojang Myeongjo",
        "Bold",
        "nanum",
        ASCII | PUNCTUATION | SYMBOLS | ORDINARY_HANGUL,
    ),
    Cut(NANUM / "NanumBarunGothic.ttf", "gothic", "Dojang Gothic", "Regular", "nanum", EVERYTHING),
    Cut(
        NANUM / "NanumBarunGothicBold.ttf",
        "gothic-bold",
        "Dojang Gothic",
        "Bold",
        "nanum",
        ASCII | PUNCTUATION | SYMBOLS | ORDINARY_HANGUL,
    ),
    Cut(NANUM / "NanumGothicCodingBold.ttf", "mono-bold", "Dojang Mono", "Bold", "nanum", ASCII),
    Cut(
        GENTIUM / "GentiumPlus-Regular.ttf", "serif", "Dojang Serif", "Regular", "gentium", EUROPEAN
    ),
    Cut(
        GENTIUM / "GentiumPlus-Bold.ttf", "serif-bold", "Dojang Serif", "Bold", "gentium", EUROPEAN
    ),
    Cut(
        GENTIUM / "GentiumPlus-Italic.ttf",
        "serif-italic",
        "Dojang Serif",
        "Italic",
        "gentium",
        EUROPEAN,
    ),
    Cut(
        GARAMOND / "EBGaramond12-Regular.ttf",
        "titling",
        "Dojang Titling",
        "Regular",
        "garamond",
        ASCII | PUNCTUATION,
    ),
    Cut(
        DEJAVU / "DejaVuSans.ttf",
        "boxes",
        "Dojang Boxes",
        "Regular",
        "dejavu",
        {0x20, 0x30, 0x2610, 0x2611},
    ),  # the digit is the compiler's mark
)
# Marks that sit on letters stay right (Yoruba, IPA); ligatures and kerning would move letters
# between the compiled page and the written one.
FEATURES = ("ccmp", "mark", "mkmk")
KEPT_TABLES = {
    "GDEF",
    "GPOS",
    "GSUB",
    "OS/2",
    "cmap",
    "glyf",
    "head",
    "hhea",
    "hmtx",
    "loca",
    "maxp",
    "post",
}


def cut(order: Cut) -> bytes:
    """The face of `order` as a TrueType file."""
    face = hb.Face(hb.Blob.from_file_path(str(order.source)))
    wanted = hb.SubsetInput()
    wanted.unicode_set.update(set(face.unicodes) & order.characters)
    wanted.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
    wanted.layout_feature_tag_set.clear()
    wanted.layout_feature_tag_set.update(struct.unpack(">L", f.encode())[0] for f in FEATURES)
    small = hb.subset(face, wanted)
    tables = {t: small.reference_table(t).data for t in small.table_tags if t in KEPT_TABLES}
    if order.style == "Bold":  # 700, whatever the original said: fontconfig picks by it
        tables["OS/2"] = tables["OS/2"][:4] + struct.pack(">H", 700) + tables["OS/2"][6:]
    return sfnt(tables | {"name": names(order)})


def names(order: Cut) -> bytes:
    """A `name` table (OpenType 1.9) with the face's own name and its licence."""
    licence = (
        "https://scripts.sil.org/OFL" if order.notice != "dejavu" else "See LICENSE-DejaVu.txt"
    )
    full = f"{order.family} {order.style}".removesuffix(" Regular")
    words = {
        0: NOTICES[order.notice],
        1: order.family,
        2: order.style,
        3: f"{full};cut 1",
        4: full,
        5: "Version 1.000",
        6: f"{order.family.replace(' ', '')}-{order.style}",
        13: licence,
    }
    records, texts = b"", b""
    for number, word in words.items():
        text = word.encode("utf-16-be")
        records += struct.pack(">6H", 3, 1, 0x409, number, len(text), len(texts))
        texts += text
    return struct.pack(">3H", 0, len(words), 6 + len(records)) + records + texts


def checksum(data: bytes) -> int:
    data += b"\0" * (-len(data) % 4)
    return sum(struct.unpack(f">{len(data) // 4}L", data)) & 0xFFFFFFFF


def sfnt(tables: dict[str, bytes]) -> bytes:
    """Tables as one TrueType file, checksums right (OpenType 1.9, "Organization of a font")."""
    tables["head"] = tables["head"][:8] + b"\0\0\0\0" + tables["head"][12:]
    power = len(tables).bit_length() - 1
    search = 16 << power
    header = struct.pack(">LHHHH", 0x10000, len(tables), search, power, 16 * len(tables) - search)
    offset, directory, body = 12 + 16 * len(tables), b"", b""
    for tag in sorted(tables):
        data = tables[tag]
        directory += struct.pack(
            ">4sLLL", tag.encode(), checksum(data), offset + len(body), len(data)
        )
        body += data + b"\0" * (-len(data) % 4)
    whole = header + directory + body
    at = offset + whole[offset:].index(tables["head"]) + 8
    return (
        whole[:at]
        + struct.pack(">L", (0xB1B0AFBA - checksum(whole)) & 0xFFFFFFFF)
        + whole[at + 4 :]
    )


def main() -> None:
    folder = Path(
        sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[1] / "templates/fonts"
    )
    folder.mkdir(parents=True, exist_ok=True)
    for order in CUTS:
        data = cut(order)
        (folder / f"{order.file}.ttf").write_bytes(data)
        print(f"{order.file:16s} {len(data):>9,d} bytes")  # noqa: T201 - a tool tells what it did


if __name__ == "__main__":
    main()
