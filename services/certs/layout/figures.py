"""The pictures of a template: the Figure elements that LibreOffice 7.4 leaves empty."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pikepdf import Dictionary, Name, Pdf

from services.certs.layout.blocks import Box
from shared.errors import Permanent

FILLED = 0.6  # of its box is covered by the strokes of a picture, at least


@dataclass(frozen=True)
class Place:
    """A picture's place: its structure element, and the box that it fills (points)."""

    name: str
    page: int
    mcid: int
    box: Box
    element: int
    parent: int
    page_object: int


class Figures:
    """The Figure elements, which LibreOffice 7.4 leaves empty: to be found by their boxes."""

    def __init__(self, document: Pdf, pictures: Mapping[str, str]) -> None:
        self.document = document
        names = {alt: name for name, alt in pictures.items()}
        self.placed: list[tuple[str, int, int, Box, Any]] = []
        self.waiting = [
            (names.get(str(element.get("/Alt", "")), ""), element, box_of(element))
            for element in structure(document)
            if element.get("/S") == Name.Figure and "/K" not in element
        ]

    def at(self, page: Any, box: Box) -> tuple[str, Any] | None:
        """Name and element of the picture that this box fills; no longer waiting."""
        for entry in self.waiting:
            name, element, around = entry
            if may_stand_on(element, page) and fills(box, around):
                self.waiting.remove(entry)
                return name, element
        return None

    def all_placed(self) -> None:
        """Raises `Permanent("picture_lost")`: cut in two by the end of a page, or covered."""
        if self.waiting:
            name = self.waiting[0][0]
            raise Permanent("picture_lost", f"LibreOffice does not show {name} whole", field=name)


def may_stand_on(element: Any, page: Any) -> bool:
    """Whether a picture can be on a page. LibreOffice says the first page of every picture that
    hangs behind the text."""
    return is_stray(element) or bool(element.Pg.objgen == page.obj.objgen)


def is_stray(element: Any) -> bool:
    return str(element.P.get("/S", "/Document")) == "/Document"


def fills(box: Box, around: Box) -> bool:
    """Whether a box lies in another and is not much smaller."""
    inside = all(b >= a - 1 for a, b in zip(around[:2], box[:2], strict=True)) and all(
        b <= a + 1 for a, b in zip(around[2:], box[2:], strict=True)
    )
    return inside and all(
        box[side + 2] - box[side] >= FILLED * (around[side + 2] - around[side]) for side in (0, 1)
    )


def box_of(element: Any) -> Box:
    left, foot, right, top = (float(v) for v in element.A.BBox)
    return left, foot, right, top


def structure(document: Pdf) -> list[Any]:
    """All structure elements."""
    return [o for o in document.objects if isinstance(o, Dictionary) and "/S" in o and "/P" in o]


def is_dynamic(name: str) -> bool:
    """Pictures that come with a document or not; the others are part of the page."""
    return name in ("qr", "seal") or name.startswith("signature")
