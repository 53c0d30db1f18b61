"""The working copy (사본): the Word file for staff, without seal, signatures and QR code."""

import base64
from collections.abc import Mapping
from typing import Any

from docx.oxml.ns import qn

from services.certs.layout.render import render, saved
from services.certs.layout.word import DRAWING
from shared.fit.setting import plain

# One white pixel in place of what only the issued paper holds.
NOTHING = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg=="
)
BLIP = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"


def working_copy(docx: bytes, values: Mapping[str, Any], small: list[str]) -> bytes:
    """The template filled for staff, as a Word file; the template itself marks it as a copy where
    `seal` is false. `small`: the fields in the small style (`Writer.small`).

    Raises `Permanent("bad_template")`, also where a value is missing.
    """
    copy = unsigned(values) | {"seal": False, "long": small}
    document = render(docx, copy)
    for picture in document.element.body.iter(DRAWING):
        if picture.get("name") == "qr":
            blip = next(picture.getparent().iter(BLIP))
            document.part.rels[blip.get(qn("r:embed"))].target_part._blob = NOTHING
    return saved(document)


def unsigned(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without any signature, texts composed and free of what XML cannot hold."""
    return {name: without_signature(name, value) for name, value in values.items()}


def without_signature(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return unsigned(value)
    if isinstance(value, list):
        return [without_signature("", item) for item in value]
    if name in ("typed", "drawn"):
        return "" if name == "typed" else False
    return plain(value) if isinstance(value, str) else value
