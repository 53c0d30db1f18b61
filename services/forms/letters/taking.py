"""Take the words of a letter that was written elsewhere: DOCX, or PDF with text (REC-01).

The file is told by its content, read by a limited child, and not kept: what
counts is what its writer then sees on the university's paper and signs.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.forms.applications.uploads import clean_name, too_large, what_it_is
from shared.errors import Refused
from shared.limited import Limited

BYTES_MOST = 5 * 1024 * 1024
READER = Limited("services.forms.letters.reader")
PDF, ZIP, OLD_OFFICE = b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
WORD_PART = b"word/document.xml"
PROBLEMS = {
    "locked": "upload_locked",
    "damaged": "upload_damaged",
    "macros": "letter_macros",
    "too_long": "letter_file_too_long",
}


@dataclass(frozen=True)
class Taken:
    """The words of a file, its paragraphs apart by an empty line."""

    name: str
    text: str
    guessed: bool  # of a PDF, where a paragraph ends is a guess


def take(filename: str, data: bytes) -> Taken:
    """The words of a letter in a file. Outside of transactions: it may take seconds.

    Raises Refused: upload_name, upload_empty, upload_too_large, letter_type,
    upload_damaged, upload_locked, letter_macros, letter_file_too_long,
    letter_scan (a PDF that is only a picture); TryLater("checks_busy").
    """
    name = clean_name(filename)
    if not data:
        raise Refused("upload_empty", "the file is empty", name=name, field="file")
    if len(data) > BYTES_MOST:
        raise too_large(name, BYTES_MOST)
    label = _label(name, data)
    found = READER.ask(data, label)
    problem = "damaged" if found is None else found["problem"]
    if problem:
        raise Refused(PROBLEMS[problem], "it cannot be read", name=name, field="file")
    text = _text(found["paragraphs"] if found else [])
    if not text:
        code = "letter_scan" if label == "PDF" else "upload_empty"
        raise Refused(code, "there are no words in it", name=name, field="file")
    return Taken(name, text, guessed=label == "PDF")


def _label(name: str, data: bytes) -> str:
    """DOCX or PDF, by content. Raises Refused("letter_type", is_really)."""
    if data.startswith(PDF):
        return "PDF"
    if data.startswith(ZIP) and WORD_PART in data:
        return "DOCX"
    really = "office" if data.startswith(OLD_OFFICE) else what_it_is(data)
    raise Refused("letter_type", "neither DOCX nor PDF", name=name, is_really=really, field="file")


def _text(paragraphs: list[str]) -> str:
    """Empty lines between paragraphs: the file's own where it has some, else one each."""
    lines = [_plain(one) for one in paragraphs]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    if any(not line for line in lines):
        kept = [line for n, line in enumerate(lines) if line or lines[n - 1]]
        return "\n".join(kept)
    return "\n\n".join(lines)


def _plain(text: str) -> str:
    """Blanks of any kind as one blank each; what nobody types is left out."""
    whole = text.replace("\u00ad", "")  # a soft hyphen shows only where a line ends
    return " ".join("".join(c if c.isprintable() else " " for c in whole).split())
