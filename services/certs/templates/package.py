"""The package that a DOCX is: opened with care, and refused by name for what is dangerous in it.

Nothing is unpacked to a disk and nothing is fetched; sizes are counted while unpacking, since what
a ZIP says of itself may be a lie.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from services.certs.templates.findings import Finding, Place, Unsafe

FILE_BYTES_MOST = 10 * 1024 * 1024
UNPACKED_BYTES_MOST = 40 * 1024 * 1024
XML_BYTES_MOST = 8 * 1024 * 1024
ENTRIES_MOST = 400
RATIO_MOST = 200  # a part that unpacks to so many times its size is a bomb
RATIO_FROM_BYTES = 1024 * 1024
PIXELS_MOST = 40_000_000

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
ARCHIVES = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"MZ", OLE)
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACROS = re.compile(r"vba(project|data)|macroenabled", re.IGNORECASE)
TYPES = "[Content_Types].xml"
OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# What a relationship may not be, by the end of its type; the code says what it is called to people.
FORBIDDEN_RELATIONSHIPS = {
    "attachedTemplate": "attached_template",
    "aFChunk": "embedded_text",
    "oleObject": "embedded_object",
    "package": "embedded_object",
    "control": "embedded_control",
    "activeXControlBinary": "embedded_control",
    "vbaProject": "macros",
    "wordVbaData": "macros",
    "keyMapCustomizations": "macros",
    "subDocument": "linked_text",
    "frame": "linked_text",
    "mailMergeSource": "mail_merge",
    "mailMergeHeaderSource": "mail_merge",
    "font": "embedded_font",
    "video": "embedded_object",
    "audio": "embedded_object",
    "media": "embedded_object",
}
FORBIDDEN_FOLDERS = {
    "word/embeddings/": "embedded_object",
    "word/activeX/": "embedded_control",
    "word/fonts/": "embedded_font",
}
REMOTE = {"image": "remote_picture", "hyperlink": "remote_link"}
# Elements by local name that ask for something from elsewhere, or run.
FORBIDDEN_ELEMENTS = {
    "altChunk": "embedded_text",
    "object": "embedded_object",
    "OLEObject": "embedded_object",
    "control": "embedded_control",
    "subDoc": "linked_text",
    "mailMerge": "mail_merge",
    "ins": "tracked_changes",
    "del": "tracked_changes",
    "moveFrom": "tracked_changes",
    "moveTo": "tracked_changes",
}
FIELD_COMMANDS = ("PAGE", "NUMPAGES", "SECTIONPAGES")
PICTURES = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpeg",
    b"\x01\x00\x00\x00": "emf",
}


@dataclass(frozen=True)
class Package:
    """The parts of a DOCX by name, the XML ones parsed."""

    data: Mapping[str, bytes]
    trees: Mapping[str, Any]

    def text_parts(self) -> Iterator[tuple[str, str, Any]]:
        """(part, name, root) of what is printed: body, headers, footers, notes."""
        for name, root in self.trees.items():
            part = part_of(name)
            if part:
                yield part, name, root


def part_of(name: str) -> str | None:
    """`header` of `word/header1.xml`, and so on."""
    if name == "word/document.xml":
        return "body"
    found = re.fullmatch(r"word/(header|footer|footnote|endnote)s?\d*\.xml", name)
    kinds = {"header": "header", "footer": "footer", "footnote": "notes", "endnote": "notes"}
    return kinds[found[1]] if found else None


def open_package(data: bytes) -> Package:
    """The package, whole. Raises Unsafe: nothing of such a file is kept."""
    parts = unpacked(data)
    if MAIN not in parts.get(TYPES, b"").decode("utf-8", "replace") and not MACROS.search(
        parts.get(TYPES, b"").decode("utf-8", "replace")
    ):
        raise Unsafe("not_a_docx")
    trees = {
        name: parsed(name, body)
        for name, body in parts.items()
        if name.endswith((".xml", ".rels", ".vml"))
    }
    package = Package(parts, trees)
    for finding in dangers(package):
        raise Unsafe(finding.code, finding.place, **finding.facts)
    if "word/document.xml" not in trees:
        raise Unsafe("not_a_docx")
    return package


def unpacked(data: bytes) -> dict[str, bytes]:
    """Every part, unpacked within limits. Raises Unsafe."""
    if data.startswith(OLE):
        raise Unsafe("encrypted" if ENCRYPTED_PACKAGE in data else "not_a_docx")
    if len(data) > FILE_BYTES_MOST:
        raise Unsafe("too_large", megabytes=FILE_BYTES_MOST // 1024 // 1024)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return contents(packed, len(data))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError) as wrong:
        raise Unsafe("not_a_docx") from wrong


def contents(packed: zipfile.ZipFile, size: int) -> dict[str, bytes]:
    rows = packed.infolist()
    if len(rows) > ENTRIES_MOST:
        raise Unsafe("zip_bomb", entries=len(rows))
    must_not_overlap(rows, size)
    parts: dict[str, bytes] = {}
    room = UNPACKED_BYTES_MOST
    for row in rows:
        must_be_plain(row, parts)
        if row.is_dir():
            continue
        with packed.open(row) as stream:
            body = stream.read(room + 1)
        room -= len(body)
        if room < 0 or (
            len(body) > RATIO_FROM_BYTES and len(body) > RATIO_MOST * max(1, row.compress_size)
        ):
            raise Unsafe("zip_bomb", Place("file", row.filename[:80]))
        if body.startswith(ARCHIVES):
            raise Unsafe(kind_of_nested(row.filename), Place("file", row.filename[:80]))
        parts[row.filename] = body
    return parts


def kind_of_nested(name: str) -> str:
    """What a file in the file is called: macros, an object, or just an archive."""
    if MACROS.search(name):
        return "macros"
    folders = (code for folder, code in FORBIDDEN_FOLDERS.items() if name.startswith(folder))
    return next(folders, "nested_archive")


def must_be_plain(row: zipfile.ZipInfo, known: Mapping[str, bytes]) -> None:
    """A name that leads nowhere else, no password, no second part of the same name."""
    name = row.filename
    place = Place("file", name[:80])
    odd = name.startswith("/") or "\\" in name or ":" in name or not name.isprintable()
    if odd or ".." in name.split("/"):
        raise Unsafe("path_traversal", place)
    if row.flag_bits & 0x1:
        raise Unsafe("encrypted", place)
    if name in known:
        raise Unsafe("zip_bomb", place)


def must_not_overlap(rows: list[zipfile.ZipInfo], size: int) -> None:
    """Parts that share their packed bytes are how small files become huge ones."""
    ordered = sorted(rows, key=lambda row: row.header_offset)
    ends = [row.header_offset for row in ordered[1:]] + [size]
    for row, end in zip(ordered, ends, strict=True):
        if row.header_offset + 30 + row.compress_size > end:
            raise Unsafe("zip_bomb", Place("file", row.filename[:80]))


def parsed(name: str, body: bytes) -> Any:
    """An XML part as a tree; no DTD, no entities, nothing fetched. Raises Unsafe."""
    place = Place("file", name[:80])
    if len(body) > XML_BYTES_MOST:
        raise Unsafe("zip_bomb", place)
    if b"\x00" in body or body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Unsafe("odd_encoding", place)  # a DTD could hide in it
    head = body[:200].lower()
    if b"encoding" in head and b"utf-8" not in head and b"us-ascii" not in head:
        raise Unsafe("odd_encoding", place)
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise Unsafe("xml_entities", place)
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        dtd_validation=False,
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as wrong:
        raise Unsafe("broken_xml", place) from wrong
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unsafe("xml_entities", place)
    return root


def dangers(package: Package) -> Iterator[Finding]:
    """Everything in the package that could run, fetch, or hide something."""
    types = package.data[TYPES].decode("utf-8", "replace")
    if MACROS.search(types):
        yield Finding("macros")
    for name, body in package.data.items():
        if MACROS.search(name):
            yield Finding("macros", place=Place("file", name[:80]))
        for folder, code in FORBIDDEN_FOLDERS.items():
            if name.startswith(folder):
                yield Finding(code, place=Place("file", name[:80]))
        if name.startswith("word/media/"):
            yield from picture_dangers(name, body)
    for name, root in package.trees.items():
        if name.endswith(".rels"):
            yield from relationship_dangers(name, root)
        else:
            yield from element_dangers(name, root)


def relationship_dangers(name: str, root: Any) -> Iterator[Finding]:
    for row in root.iter("{*}Relationship"):
        kind = (row.get("Type") or "").rpartition("/")[2]
        target = row.get("Target") or ""
        place = Place("file", name, text=target[:80])
        if kind in FORBIDDEN_RELATIONSHIPS:
            yield Finding(FORBIDDEN_RELATIONSHIPS[kind], place=place)
        elif (row.get("TargetMode") or "").lower() == "external" or leaves(target):
            yield Finding(REMOTE.get(kind, "external_relationship"), place=place)


def leaves(target: str) -> bool:
    """Whether a target is an address rather than a part of the package."""
    return bool(re.match(r"\s*([A-Za-z][A-Za-z0-9+.-]*:|//|\\\\)", target))


def element_dangers(name: str, root: Any) -> Iterator[Finding]:
    for element in root.iter(etree.Element):
        local = etree.QName(element).localname
        if local in FORBIDDEN_ELEMENTS and (
            element.tag.startswith(W) or local in ("OLEObject", "altChunk")
        ):
            yield Finding(FORBIDDEN_ELEMENTS[local], place=Place("file", name))
        elif element.tag == f"{W}instrText":
            yield from command_dangers(name, element.text or "")
        elif element.tag == f"{W}fldSimple":
            yield from command_dangers(name, element.get(f"{W}instr") or "")
        for attribute in (f"{OFFICE}link", f"{OFFICE}href"):
            if attribute in element.attrib:
                yield Finding("remote_picture", place=Place("file", name))
        source = element.get("src")
        if source is not None and leaves(source):
            yield Finding("remote_picture", place=Place("file", name, text=source[:80]))
    for instruction in root.iter(etree.ProcessingInstruction):
        if instruction.target != "mso-contentType":
            yield Finding("odd_xml", place=Place("file", name))


def command_dangers(name: str, command: str) -> Iterator[Finding]:
    """Fields of Word that fetch, run or change by themselves; page numbers are fine."""
    words = command.split()
    if words and words[0].upper() not in FIELD_COMMANDS:
        place = Place("file", name, text=command.strip()[:80])
        yield Finding("field_command", place=place, facts={"command": words[0][:20].upper()})


def picture_dangers(name: str, body: bytes) -> Iterator[Finding]:
    """PNG, JPEG and EMF are what LibreOffice draws as it stands; a huge one is a bomb."""
    kind = next((kind for magic, kind in PICTURES.items() if body.startswith(magic)), None)
    place = Place("file", name)
    if kind is None or (kind == "emf" and body[40:44] != b" EMF"):
        yield Finding("picture_type", place=place)
    elif kind != "emf" and pixels_of(body) > PIXELS_MOST:
        yield Finding("picture_bomb", place=place)


def pixels_of(body: bytes) -> int:
    """How many pixels a PNG or JPEG says it has; more than any where it cannot be read."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(body), formats=("PNG", "JPEG")) as picture:
            return picture.width * picture.height
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return PIXELS_MOST + 1
