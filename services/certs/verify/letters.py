"""Which letters the codes of a font stand for (ISO 32000-1, 9.10.2), as far as a file tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf

Decoder = Callable[[bytes], str]
UNREADABLE = "\ufffd"  # a letter stands there, but the file does not say which
CMAP_BYTES_MOST = 1_000_000
RANGE_MOST = 65_536
_CHARS = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_RANGES = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
_PAIR = re.compile(rb"<([0-9A-Fa-f\s]*)>\s*<([0-9A-Fa-f\s]*)>")
_TRIPLE = re.compile(
    rb"<([0-9A-Fa-f\s]*)>\s*<([0-9A-Fa-f\s]*)>\s*(?:<([0-9A-Fa-f\s]*)>|\[(.*?)\])", re.DOTALL
)
_HEX = re.compile(rb"<([0-9A-Fa-f\s]*)>")
# Glyph names (Adobe Glyph List) that are not their own letter.
GLYPH_NAMES = {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9",
    "space": " ", "period": ".", "comma": ",", "colon": ":", "semicolon": ";", "hyphen": "-",
    "minus": "-", "endash": "–", "emdash": "—", "parenleft": "(", "parenright": ")", "slash": "/",
    "at": "@", "ampersand": "&", "plus": "+", "equal": "=", "underscore": "_", "percent": "%",
    "quotesingle": "'", "quotedbl": '"', "quoteright": "’", "quoteleft": "‘", "asterisk": "*",
    "numbersign": "#", "question": "?", "exclam": "!", "periodcentered": "·",
}  # fmt: skip


def decoder(font: Any) -> Decoder:
    """How the strings of a font are read."""
    wide = font.get("/Subtype") == pikepdf.Name.Type0
    named = {} if wide else _names(font)
    mapped = _mapped(font.get("/ToUnicode"))

    def decode(codes: bytes) -> str:
        if wide:
            pairs = (codes[at] << 8 | codes[at + 1] for at in range(0, len(codes) - 1, 2))
            return "".join(mapped.get(code, UNREADABLE) for code in pairs)
        return "".join(mapped.get(code) or named.get(code) or _latin(code) for code in codes)

    return decode


def _latin(code: int) -> str:
    return bytes([code]).decode("cp1252", "replace")


def _names(font: Any) -> dict[int, str]:
    """The letters of an encoding's differences."""
    encoding = font.get("/Encoding")
    if not isinstance(encoding, pikepdf.Dictionary) or "/Differences" not in encoding:
        return {}
    found, code = dict[int, str](), 0
    for item in encoding.Differences:
        if isinstance(item, pikepdf.Name):
            found[code] = _glyph(str(item)[1:])
            code += 1
        else:
            code = int(item)
    return found


def _glyph(name: str) -> str:
    if re.fullmatch("uni[0-9A-F]{4}", name):
        return chr(int(name[3:], 16))
    return GLYPH_NAMES.get(name) or (name if len(name) == 1 else UNREADABLE)


def _mapped(cmap: Any) -> dict[int, str]:
    """The letters of a ToUnicode map (9.10.3)."""
    if not isinstance(cmap, pikepdf.Stream):
        return {}
    data = cmap.read_bytes()[:CMAP_BYTES_MOST]
    found = dict[int, str]()
    for block in _CHARS.finditer(data):
        for code, letters in _PAIR.findall(block[1]):
            found[_number(code)] = _letters(letters)
    for block in _RANGES.finditer(data):
        for first, last, letters, listed in _TRIPLE.findall(block[1]):
            codes = range(_number(first), min(_number(last), _number(first) + RANGE_MOST) + 1)
            found.update(zip(codes, _row(letters, listed), strict=False))
    return found


def _row(letters: bytes, listed: bytes) -> Iterator[str]:
    if listed:
        yield from (_letters(one) for one in _HEX.findall(listed))
        return
    base = _letters(letters) or UNREADABLE
    for step in range(RANGE_MOST):
        yield base[:-1] + chr(min(ord(base[-1]) + step, 0x10FFFF))


def _number(digits: bytes) -> int:
    return int(b"".join(digits.split()) or b"0", 16)


def _letters(digits: bytes) -> str:
    plain = b"".join(digits.split())
    return bytes.fromhex((plain + b"0" * (len(plain) % 2)).decode()).decode("utf-16-be", "replace")
