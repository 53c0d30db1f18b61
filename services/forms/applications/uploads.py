"""What a file really is: told by its content and by opening it, never by its name.

PDF, JPEG and PNG are taken (papers and photographs of papers). A file whose
name and content part is refused, and the refusal says what it really is.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import puremagic

from services.forms.applications import resident
from services.forms.applications.answers import BIDI_OVERRIDES
from shared.errors import Refused
from shared.limited import Limited
from shared.scanner import Scanner

OPENER = Limited("services.forms.applications.opening")
NAME_CHARACTERS_MOST = 150


@dataclass(frozen=True)
class Type:
    """A type that is taken: media type, how its bytes begin, how its names end."""

    media_type: str
    label: str
    magic: bytes
    endings: tuple[str, ...]


TYPES = (
    Type("application/pdf", "PDF", b"%PDF-", (".pdf",)),
    Type("image/jpeg", "JPEG", b"\xff\xd8\xff", (".jpg", ".jpeg")),
    Type("image/png", "PNG", b"\x89PNG\r\n\x1a\n", (".png",)),
)


OFFICE_ZIPS = (b"[Content_Types].xml", b"mimetypeapplication/")  # OOXML; OpenDocument, HWPX
FOREIGN = {
    "zip": (".zip", ".7z", ".rar", ".gz", ".tar", ".bz2", ".xz", ".jar"),
    "office": (".docx", ".doc", ".xlsx", ".xls", ".pptx", ".ppt", ".hwp", ".hwpx", ".odt", ".rtf"),
    "html": (".html", ".htm", ".xhtml", ".svg", ".xml"),
    "image": (".gif", ".bmp", ".webp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".ico"),
    "program": (".exe", ".dll", ".elf", ".so", ".sh", ".com", ".msi", ".macho"),
    "text": (".txt", ".csv", ".json", ".md"),
}


@dataclass(frozen=True)
class Upload:
    """A file that may be attached."""

    name: str
    media_type: str
    data: bytes


def inspect(filename: str, data: bytes, most_bytes: int) -> Upload:
    """The file with a clean name and its real type.

    Raises Refused: upload_name, upload_empty, upload_too_large, upload_type,
    upload_disguised (name, is_really), upload_damaged, upload_locked; and
    TryLater("checks_busy"). Opening takes time and is a stranger's doing: never do it within a
    transaction, where others would wait.
    """
    name = clean_name(filename)
    if not data:
        raise Refused("upload_empty", "the file is empty", name=name, field="file")
    if len(data) > most_bytes:
        raise too_large(name, most_bytes)
    found = next((one for one in TYPES if data.startswith(one.magic)), None)
    ending = "." + name.rpartition(".")[2].lower() if "." in name else ""
    if found is None:
        raise _foreign(name, ending, data)
    if not ending:
        name += found.endings[0]
    elif ending not in found.endings:
        raise Refused(
            "upload_disguised", "name and content part", name=name, is_really=found.label,
            field="file",
        )  # fmt: skip
    _open(name, data, found)
    return Upload(name, found.media_type, data)


def take(scanner: Scanner, filename: str, data: bytes, most_bytes: int) -> Upload:
    """A file that may be attached and that no scanner knows as harmful, outside of a transaction.

    Raises what `inspect` raises, Refused("upload_infected"), TryLater("scanner_away").
    """
    found = inspect(filename, data, most_bytes)
    scanner.check(data)
    return found


def too_large(name: str, most_bytes: int) -> Refused:
    """The refusal of a file over the limit."""
    return Refused(
        "upload_too_large", "too large", name=name, most=most_bytes,
        field="file",
    )  # fmt: skip


def clean_name(filename: str) -> str:
    """The name as people know it (NFC, Korean kept), without a path or control characters.

    A resident registration number in it is masked.
    Raises Refused("upload_name") for none, for bidi overrides (they turn an
    ending round) and for lone surrogates.
    """
    plain = unicodedata.normalize("NFC", filename.replace("\\", "/").rpartition("/")[2])
    if any(char in BIDI_OVERRIDES or unicodedata.category(char) == "Cs" for char in plain):
        raise Refused("upload_name", "the name has characters that hide its ending", field="file")
    plain = "".join(char for char in plain if unicodedata.category(char) not in ("Cc", "Zl", "Zp"))
    plain = plain.strip(" .")
    if not plain or len(plain) > NAME_CHARACTERS_MOST:
        raise Refused(
            "upload_name", "no name, or too long", field="file", most=NAME_CHARACTERS_MOST
        )
    return resident.masked(plain)


def _foreign(name: str, ending: str, data: bytes) -> Refused:
    """Neither PDF nor picture: disguised if its name says otherwise, else simply not taken."""
    really = what_it_is(data)
    disguised = any(ending in one.endings for one in TYPES)
    return Refused(
        "upload_disguised" if disguised else "upload_type",
        "not a PDF, JPEG or PNG", name=name, is_really=really, field="file",
    )  # fmt: skip


def what_it_is(data: bytes) -> str:
    """What a foreign file is: zip, html, office, image, text, program or unknown."""
    if data.startswith(b"PK\x03\x04"):
        return "office" if any(mark in data for mark in OFFICE_ZIPS) else "zip"
    try:
        ending = str(puremagic.from_string(data[:8192])).lower()
    except (puremagic.PureError, ValueError):
        ending = ""
    for what, endings in FOREIGN.items():
        if ending in endings:
            return what
    return "text" if not ending and _is_text(data[:4096]) else "unknown"


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(data) - 4 and b"\x00" not in data  # cut within a letter
    return b"\x00" not in data


def _open(name: str, data: bytes, kind: Type) -> None:
    """See whether it opens, in a child: a hostile file may eat time and memory."""
    answer = OPENER.ask(data, kind.label)
    problem = "damaged" if answer is None else answer["problem"]
    if problem == "locked":
        raise Refused("upload_locked", "the PDF needs a password", name=name, field="file")
    if problem:
        raise Refused("upload_damaged", "the file cannot be opened", name=name, field="file")
