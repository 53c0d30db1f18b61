"""Looking through a PDF form: its fields against the kind's, its faces, and what could run.

qpdf (pikepdf) opens it without running or fetching anything; streams stay packed.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pikepdf

from services.certs.templates.fields import (
    FLAG,
    GROUP,
    LIST,
    NEEDED,
    NEEDED_PICTURES,
    OWN,
    Kind,
    nearest,
    shape_of,
)
from services.certs.templates.findings import NOTE, Finding, Place, Unsafe
from services.certs.templates.form_fields import PICTURE_NAMES, Box, boxes, content, is_picture

PAGES_MOST = 20
OBJECTS_MOST = 20_000
LEAST_HEIGHT = 6.0  # points, of a line that can be read
LEAST_WIDTH = 8.0
QR_LEAST = 60.0  # 21 mm: below that its modules are under 0.4 mm
# Actions by their name in a PDF (ISO 32000-1, 12.6.4); leading to a page is all that is harmless.
ACTIONS = {
    "/JavaScript": "pdf_javascript",
    "/Launch": "pdf_launch",
    "/URI": "remote_link",
    "/GoToR": "remote_link",
    "/GoToE": "pdf_attachment",
    "/SubmitForm": "pdf_submit",
    "/ImportData": "pdf_submit",
    "/Rendition": "pdf_media",
    "/Movie": "pdf_media",
    "/Sound": "pdf_media",
    "/RichMediaExecute": "pdf_media",
    "/GoTo3DView": "pdf_media",
}
ANNOTATIONS = {
    "/FileAttachment": "pdf_attachment",
    "/RichMedia": "pdf_media",
    "/Movie": "pdf_media",
    "/Screen": "pdf_media",
    "/Sound": "pdf_media",
    "/3D": "pdf_media",
}
KEYS = {
    "/JS": "pdf_javascript",
    "/EmbeddedFiles": "pdf_attachment",
    "/EF": "pdf_attachment",
    "/XFA": "pdf_xfa",
    "/RichMediaContent": "pdf_media",
}


def lint(data: bytes, kind: Kind) -> list[Finding]:
    """What is to be said of a PDF form. Raises Unsafe: it is not even kept."""
    try:
        with pikepdf.Pdf.open(io.BytesIO(data)) as pdf:
            return list(looked_at(pdf, kind))
    except pikepdf.PasswordError as locked:
        raise Unsafe("encrypted") from locked
    except (pikepdf.PikepdfError, ValueError, TypeError, KeyError, AttributeError) as broken:
        raise Unsafe("broken_pdf") from broken


def looked_at(pdf: pikepdf.Pdf, kind: Kind) -> Iterator[Finding]:
    if pdf.is_encrypted:
        raise Unsafe("encrypted")
    if len(pdf.pages) > PAGES_MOST or len(pdf.objects) > OBJECTS_MOST:
        raise Unsafe("too_large", megabytes=10)
    for danger in dangers(pdf):
        raise Unsafe(danger.code, danger.place)
    found = list(boxes(pdf))
    if not found:
        yield Finding("no_form_fields")
        return
    yield from pages(pdf)
    yield from fields(found, kind)
    yield from missing(found, kind)
    yield from loose_faces(pdf)
    yield Finding("form_untagged", NOTE)
    if not str(pdf.docinfo.get("/Title", "")).strip():
        yield Finding("missing_title", NOTE, Place("properties"), {"title": kind.title})


def dangers(pdf: pikepdf.Pdf) -> Iterator[Finding]:
    """Everything in the file that runs, fetches or hides something, object by object."""
    for thing in pdf.objects:
        if not isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            continue
        yield from of_dictionary(thing, 0)


def of_dictionary(thing: Any, depth: int) -> Iterator[Finding]:
    """One dictionary, and those that lie directly in it."""
    if depth > 30:
        yield Finding("broken_pdf")
        return
    yield from of_itself(thing)
    for value in thing.values():
        for inner in value if isinstance(value, pikepdf.Array) else [value]:
            direct = isinstance(inner, pikepdf.Dictionary) and not inner.is_indirect
            if direct and not isinstance(inner, pikepdf.Stream):
                yield from of_dictionary(inner, depth + 1)


def of_itself(thing: Any) -> Iterator[Finding]:
    """What a dictionary says that it does or holds."""
    if isinstance(thing, pikepdf.Stream) and ("/F" in thing or "/FFilter" in thing):
        yield Finding("remote_picture")
    action = str(thing.get("/S", ""))
    if action in ACTIONS and not ("/P" in thing and "/K" in thing):  # no structure element
        yield Finding(ACTIONS[action])
    subtype = str(thing.get("/Subtype", ""))
    if subtype in ANNOTATIONS and "/Rect" in thing:
        yield Finding(ANNOTATIONS[subtype])
    for key, code in KEYS.items():
        if key in thing:
            yield Finding(code)
    if str(thing.get("/FT", "")) == "/Sig" and thing.get("/V") is not None:
        yield Finding("pdf_signed")


def pages(pdf: pikepdf.Pdf) -> Iterator[Finding]:
    """A page stands upright and has its corner at nought: else boxes would lie elsewhere."""
    for number, page in enumerate(pdf.pages, start=1):
        left, foot, right, top = (float(v) for v in page.mediabox)
        content(page)  # a page that unpacks without end is refused here, not when it is compiled
        if int(page.get("/Rotate", 0)) % 360 or (left, foot) != (0, 0):
            yield Finding("page_turned", place=Place("page", page=number))
        if not (200 < right < 2000 and 200 < top < 2000):
            yield Finding("page_size", place=Place("page", page=number))


def fields(found: list[Box], kind: Kind) -> Iterator[Finding]:
    """Each field of the form: one of the kind's, of a sort that can be printed, big enough?"""
    used = set()
    for box in found:
        if is_picture(box.name):
            if box.name == "qr" and min(box.width, box.height) < QR_LEAST:
                yield Finding("box_too_small", place=box.place, facts={"name": box.name})
            continue
        if box.kind != "/Tx":
            yield Finding("form_field_kind", place=box.place, facts={"name": box.name[:60]})
            continue
        finding = misnamed(box, kind)
        if finding is not None:
            yield finding
            continue
        used.add(box.name)
        if box.height < LEAST_HEIGHT or box.width < LEAST_WIDTH:
            yield Finding("box_too_small", place=box.place, facts={"name": box.name})
    for name in kind.names:
        if name not in used and name not in OWN:
            yield Finding("unused_field", NOTE, facts={"name": name})


def misnamed(box: Box, kind: Kind) -> Finding | None:
    """A name that the kind does not have, or that is no text."""
    value: Any = kind.sample
    for name in box.name.split("."):
        if not isinstance(value, dict) or name not in value:
            meant = nearest(box.name, (*kind.names, *PICTURE_NAMES))
            code = "misspelt_field" if meant else "unknown_field"
            facts = {"name": box.name[:60]} | ({"meant": meant} if meant else {})
            return Finding(code, place=box.place, facts=facts)
        value = value[name]
    codes = {FLAG: "flag_as_text", LIST: "list_in_form", GROUP: "group_as_text"}
    shape = shape_of(value)
    if shape in codes:
        return Finding(codes[shape], place=box.place, facts={"name": box.name})
    return None


def missing(found: list[Box], kind: Kind) -> Iterator[Finding]:
    names = {box.name for box in found}
    for name in NEEDED:
        if name not in names:
            yield Finding("missing_field", facts={"name": name})
    for name in (*NEEDED_PICTURES, *(f"signature_{role}" for role in kind.signers)):
        if name not in names:
            yield Finding("missing_picture", facts={"name": name})


def loose_faces(pdf: pikepdf.Pdf) -> Iterator[Finding]:
    """Faces of the printed part that are not in the file: another machine prints others."""
    told: set[str] = set()
    for number, page in enumerate(pdf.pages, start=1):
        for font in page.resources.get("/Font", pikepdf.Dictionary()).values():
            name = str(font.get("/BaseFont", "?")).removeprefix("/")
            if name not in told and not is_embedded(font):
                told.add(name)
                yield Finding("font_not_embedded", place=Place("page", page=number),
                              facts={"font": name[:60]})  # fmt: skip


def is_embedded(font: Any) -> bool:
    if str(font.get("/Subtype", "")) == "/Type3":
        return True
    inner = font.get("/DescendantFonts", [font])[0]
    descriptor = inner.get("/FontDescriptor", {})
    return any(f"/FontFile{n}" in descriptor for n in ("", "2", "3"))
