"""Open an attached file, to see whether it is whole: a program for `shared/limited.py`.

The argument is PDF, JPEG or PNG; the answer is `{"problem": null | "locked" | "damaged"}`.
"""

from __future__ import annotations

import io
import re

from PIL import Image
from pypdf import PdfReader

PIXELS_MOST = 60_000_000  # a page at 600 dpi has 35 million
SCANS_MOST = 64  # of a JPEG: cameras write 1 to 12; thousands keep a decoder busy for minutes
SCAN = re.compile(rb"\xff\xda\x00[\x06\x08\x0a\x0c][\x01-\x04]")  # how one begins (ITU T.81, B.2.3)
PAGES_MOST = 500


def answer(data: bytes, label: str) -> dict[str, str | None]:
    """What is to be said of a file of this type."""
    return {"problem": problem_of(label, data)}


def problem_of(label: str, data: bytes) -> str | None:
    """What is wrong with a file of this type, or nothing."""
    try:
        return _of_pdf(data) if label == "PDF" else _of_picture(label, data)
    except Exception:  # a hostile file may break its reader in any way
        return "damaged"


def _of_pdf(data: bytes) -> str | None:
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        return "locked"
    return None if 1 <= len(reader.pages) <= PAGES_MOST else "damaged"


def _of_picture(label: str, data: bytes) -> str | None:
    """A JPEG is decoded at an eighth, of a PNG the checksums are read."""
    with Image.open(io.BytesIO(data), formats=[label]) as picture:
        width, height = picture.size
        if width * height > PIXELS_MOST:
            return "damaged"
        if label == "PNG":
            picture.verify()
            return None
        if len(SCAN.findall(data)) > SCANS_MOST:
            return "damaged"
        picture.draft("L", (max(width // 8, 1), max(height // 8, 1)))
        picture.load()
    return None
