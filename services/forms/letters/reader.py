"""Read the paragraphs of a letter: a program for a limited child (`shared/limited.py`).

The argument is DOCX or PDF; the answer is
`{"problem": null | "locked" | "damaged" | "macros" | "too_long", "paragraphs": [text, …]}`
with "" for an empty paragraph.
"""

from __future__ import annotations

import io
import itertools
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from lxml import etree
from pypdf import PasswordType, PdfReader

UNPACKED_BYTES_MOST = 20 * 1024 * 1024
PARTS_MOST = 2_000
PAGES_MOST = 20
CHARACTERS_MOST = 100_000
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# What is not the letter's own words: deleted text, notes, instructions of fields.
SKIPPED = {WORD + name for name in ("del", "moveFrom", "instrText", "delText", "pPr", "rPr")}
SKIPPED.add(FALLBACK)
SIGNS = {WORD + "tab": " ", WORD + "br": "\n", WORD + "cr": "\n", WORD + "noBreakHyphen": "-"}
PAGE_NUMBER = re.compile(r"[-–— ]*(?:page )?\d{1,3}(?: ?(?:/|of) ?\d{1,3})?[-–— ]*", re.IGNORECASE)
WIDER = 1.35  # a gap of so many line heights begins a paragraph
SHORT = 0.8  # a line of this share of the longest one, or less, ends a paragraph
ENDS = (".", "!", "?", ":", "”", '"', "다", "요", ")", ",")


class Problem(Exception):
    """Why the file is no letter that can be read."""


def answer(data: bytes, label: str) -> dict[str, Any]:
    """The paragraphs of a file of this type, or what keeps them from being read."""
    try:
        found = of_word(data) if label == "DOCX" else of_pdf(data)
    except Problem as problem:
        return {"problem": str(problem), "paragraphs": []}
    except Exception:  # a hostile file may break its reader in any way
        return {"problem": "damaged", "paragraphs": []}
    if sum(map(len, found)) > CHARACTERS_MOST:
        return {"problem": "too_long", "paragraphs": []}
    return {"problem": None, "paragraphs": found}


def of_word(data: bytes) -> list[str]:
    """The paragraphs of a Word file's body, tables and boxes included, in their order."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        parts = packed.infolist()
        if len(parts) > PARTS_MOST or sum(p.file_size for p in parts) > UNPACKED_BYTES_MOST:
            raise Problem("too_long")
        if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
            raise Problem("macros")
        body = packed.read("word/document.xml")
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise Problem("damaged")  # no Word file has them; they unpack without end
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    tree = etree.fromstring(body, parser)
    return [
        line.rstrip()
        for paragraph in tree.iter(WORD + "p")
        if not _left_out(paragraph)
        for line in "".join(_texts(paragraph)).split("\n")
    ]


def _left_out(paragraph: Any) -> bool:
    return any(above.tag in SKIPPED for above in paragraph.iterancestors())


def _texts(element: Any) -> Iterator[str]:
    """The words below an element; a paragraph inside it comes by itself."""
    for child in element:
        if child.tag in SKIPPED or child.tag == WORD + "p":
            continue
        if child.tag == WORD + "t":
            yield child.text or ""
        elif child.tag in SIGNS:
            yield SIGNS[child.tag]
        else:
            yield from _texts(child)


def of_pdf(data: bytes) -> list[str]:
    """The lines of a PDF put together again as paragraphs: a guess, to be read through."""
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise Problem("locked")
    if len(reader.pages) > PAGES_MOST:
        raise Problem("too_long")
    rows: list[tuple[float, str]] = []
    for page in reader.pages:
        rows += _without_number(_rows(page))
    return _paragraphs(rows)


def _rows(page: Any) -> list[tuple[float, str]]:
    """(gap above in line heights, words) of each line of a page, from its head to its foot."""
    found: dict[int, list[tuple[float, str, float]]] = {}

    def note(text: str, cm: list[float], tm: list[float], _font: Any, size: float) -> None:
        if not text.strip("\n"):
            return
        x = cm[0] * tm[4] + cm[2] * tm[5] + cm[4]
        y = cm[1] * tm[4] + cm[3] * tm[5] + cm[5]
        found.setdefault(round(-y / 2), []).append((float(x), text.replace("\n", ""), float(size)))

    page.extract_text(visitor_text=note)
    lines = []
    for height in sorted(found):
        words = "".join(text for _x, text, _s in sorted(found[height], key=lambda one: one[0]))
        if words.strip():
            lines.append((height * 2.0, words))
    gaps = [below[0] - above[0] for above, below in itertools.pairwise(lines)]
    usual = sorted(gaps)[len(gaps) // 2] if gaps else 1.0
    return [
        (1.0 if n == 0 else gaps[n - 1] / (usual or 1.0), words)
        for n, (_y, words) in enumerate(lines)
    ]


def _without_number(rows: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """A page number at the foot is not the letter's."""
    if rows and PAGE_NUMBER.fullmatch(rows[-1][1].strip()):
        return rows[:-1]
    return rows


def _paragraphs(rows: list[tuple[float, str]]) -> list[str]:
    longest = max((len(words.strip()) for _gap, words in rows), default=0)
    found: list[str] = []
    ended = True
    for gap, words in rows:
        text = words.strip()
        if ended or gap > WIDER:
            found.append(text)
        else:
            found[-1] = _joined(found[-1], text, blank=words[:1] == " ")
        ended = len(text) < SHORT * longest and text.endswith(ENDS)
    return found


def _joined(before: str, text: str, *, blank: bool) -> str:
    """Two lines of a paragraph: a word parted at the end of a line is put together."""
    parted = before.endswith("-") and before[-2:-1].isalpha() and text[:1].islower()
    if parted and not blank:
        return before[:-1] + text
    return f"{before} {text}"
