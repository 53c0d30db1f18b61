"""The fields of a PDF form: where each stands, how big its letters are, to which side they lean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf

from services.certs.templates.findings import Place

PICTURE_NAMES = ("qr", "seal")
SIGNATURE = "signature_"
MULTILINE = 1 << 12  # ISO 32000-1, table 228: bit 13
FIELDS_MOST = 500
CONTENT_BYTES_MOST = 8 * 1024 * 1024
DEPTH_MOST = 20
SIZE = re.compile(r"/(\S+)\s+([\d.]+)\s+Tf")
GRAY = re.compile(r"([\d.]+)\s+g\b")
COLOR = re.compile(r"([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+rg\b")


@dataclass(frozen=True)
class Box:
    """One place of a field; points from the page's lower left corner. `page` counts from 0.

    `size` 0 is as big as goes; `face` the name in the form; `align` left | center | right.
    """

    name: str
    kind: str
    page: int
    left: float
    foot: float
    right: float
    top: float
    size: float
    face: str
    align: str
    color: str
    lines: bool

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.foot

    @property
    def place(self) -> Place:
        return Place("form", self.name[:60], page=self.page + 1)


def content(page: Any) -> bytes:
    """What a page prints. Raises ValueError where that is more than any paper has."""
    streams = page.obj.get("/Contents", [])
    found = b""
    for stream in streams if isinstance(streams, pikepdf.Array) else [streams]:
        found += stream.read_bytes() + b"\n"
        if len(found) > CONTENT_BYTES_MOST:
            raise ValueError("too much on a page")
    return found


def is_picture(name: str) -> bool:
    """Whether a picture stands in the place of this field."""
    return name in PICTURE_NAMES or name.startswith(SIGNATURE)


def boxes(pdf: pikepdf.Pdf) -> Iterator[Box]:
    """Every place of every field, in the order of the pages."""
    form = pdf.Root.get("/AcroForm")
    if form is None:
        return
    defaults = str(form.get("/DA", ""))
    count = 0
    for number, page in enumerate(pdf.pages):
        for widget in page.get("/Annots", []):
            if str(widget.get("/Subtype", "")) != "/Widget":
                continue
            count += 1
            if count > FIELDS_MOST:
                raise ValueError("too many fields")
            yield box_of(widget, number, defaults)


def box_of(widget: Any, page: int, defaults: str) -> Box:
    chain = list(above(widget))
    look = str(inherited(chain, "/DA") or defaults)
    found = SIZE.search(look)
    rect = sorted_rect([float(v) for v in widget.Rect])
    flags = int(inherited(chain, "/Ff") or 0)
    side = int(inherited(chain, "/Q") or 0)
    return Box(
        name=".".join(str(one.T) for one in reversed(chain) if "/T" in one),
        kind=str(inherited(chain, "/FT") or ""),
        page=page,
        left=rect[0],
        foot=rect[1],
        right=rect[2],
        top=rect[3],
        size=float(found[2]) if found else 0.0,
        face=face_name(chain, found[1]) if found else "",
        align=("left", "center", "right")[side if 0 <= side <= 2 else 0],
        color=color_of(look),
        lines=bool(flags & MULTILINE),
    )


def above(widget: Any) -> Iterator[Any]:
    """A field and the fields that it belongs to."""
    for _ in range(DEPTH_MOST):
        yield widget
        if "/Parent" not in widget:
            return
        widget = widget.Parent
    raise ValueError("fields in fields without end")


def inherited(chain: list[Any], key: str) -> Any:
    return next((one[key] for one in chain if key in one), None)


def face_name(chain: list[Any], resource: str) -> str:
    """What the face of a field is called; the resource's name where the form does not say."""
    for one in chain:
        resources = one.get("/DR")
        if resources is not None and f"/{resource}" in resources.get("/Font", {}):
            return str(resources.Font[f"/{resource}"].get("/BaseFont", resource)).strip("/")
    return resource


def color_of(look: str) -> str:
    """RRGGBB of a field's default appearance."""
    if found := COLOR.search(look):
        levels = [float(found[i]) for i in (1, 2, 3)]
    else:
        gray = GRAY.search(look)
        levels = [float(gray[1]) if gray else 0.0] * 3
    return "".join(f"{round(min(1.0, max(0.0, level)) * 255):02X}" for level in levels)


def sorted_rect(rect: list[float]) -> tuple[float, float, float, float]:
    left, foot, right, top = rect
    return min(left, right), min(foot, top), max(left, right), max(foot, top)
