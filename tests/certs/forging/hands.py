"""What a forger's program does to a PDF: paint, write, cover, save."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from services.certs.press import Place

LOOK_POINTS = 152
Change = Callable[[Pdf], None]


def saved(pdf: Pdf, **how: Any) -> bytes:
    """The file as pikepdf saves it."""
    out = io.BytesIO()
    pdf.save(out, **how)
    return out.getvalue()


def helvetica(pdf: Pdf) -> Any:
    return pdf.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica,
                   Encoding=Name.WinAnsiEncoding)
    )  # fmt: skip


def paint(pdf: Pdf, page: int, operators: str, *, below: bool = False) -> None:
    """Operators upon (or below) what a page shows; `/Forged` is a font."""
    leaf = pdf.pages[page]
    fonts = Dictionary(leaf.Resources.get("/Font", Dictionary()))
    fonts["/Forged"] = helvetica(pdf)
    leaf.Resources = Dictionary(leaf.Resources)
    leaf.Resources.Font = fonts
    leaf.contents_add(f"q {operators} Q".encode(), prepend=below)


def patch(place: Place) -> str:
    """A white rectangle over a place."""
    height = place.top - place.bottom + 14
    return (
        f"1 g {place.left - 2:.2f} {place.bottom - 4:.2f} {wide(place):.2f} {height:.2f} re f 0 g"
    )


def wide(place: Place) -> float:
    return place.right - place.left + 4


def written(place: Place, text: str, size: float = 9) -> str:
    """Words at the beginning of a place."""
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /Forged {size:g} Tf {place.left:.2f} {place.top:.2f} Td ({escaped}) Tj ET"


def box_of(place: Place) -> Array:
    """The rectangle of an annotation over a place."""
    return Array([place.left - 2, place.bottom - 4, place.right + 2, place.top + 10])


def look(pdf: Pdf, text: str, *, ground: bool = True) -> Any:
    """The appearance of an annotation: words on a white ground."""
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    white = f"1 g 0 0 {LOOK_POINTS} 14 re f 0 g " if ground else ""
    return pdf.make_stream(
        f"{white}BT /F 9 Tf 2 4 Td ({escaped}) Tj ET".encode(),
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, LOOK_POINTS, 14]),
        Resources=Dictionary(Font=Dictionary(F=helvetica(pdf))),
    )


def annotate(pdf: Pdf, place: Place, **entries: Any) -> Any:
    """An annotation over a place."""
    made = pdf.make_indirect(Dictionary(Type=Name.Annot, Rect=box_of(place), F=4, **entries))
    page = pdf.pages[place.page].obj
    page.Annots = Array([*page.get("/Annots", ()), made])
    return made


def picture(pdf: Pdf, color: int = 200) -> Any:
    """A small grey picture."""
    return pdf.make_stream(
        bytes([color]) * 64,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=8,
        Height=8,
        ColorSpace=Name.DeviceGray,
        BitsPerComponent=8,
    )


def paste(pdf: Pdf, place: Place, image: Any) -> None:
    """A picture over a place."""
    leaf = pdf.pages[place.page]
    leaf.Resources = Dictionary(leaf.Resources)
    leaf.Resources.XObject = Dictionary(leaf.Resources.get("/XObject", Dictionary()))
    leaf.Resources.XObject["/Pasted"] = image
    left, bottom = place.left - 2, place.bottom - 4
    paint(pdf, place.page, f"{wide(place):.2f} 0 0 {place.top - place.bottom + 14:.2f} {left:.2f} "
          f"{bottom:.2f} cm /Pasted Do")  # fmt: skip


def appended(pdf: bytes, objects: dict[int, bytes], root: str = "") -> bytes:
    """An incremental update with a plain cross-reference table (ISO 32000-1, 7.5.6)."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        size = max(int(opened.trailer.Size), *(n + 1 for n in objects))
        root = root or f"{opened.Root.objgen[0]} 0 R"
        info = opened.trailer.get("/Info")
        more = f"/Info {info.objgen[0]} 0 R" if info is not None else ""
    before = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
    body, rows = pdf if pdf.endswith(b"\n") else pdf + b"\n", list[bytes]()
    for number, data in sorted(objects.items()):
        rows.append(b"%d 1\n%010d 00000 n \n" % (number, len(body)))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, data)
    at = len(body)
    trailer = f"trailer\n<</Size {size}/Root {root}{more}/Prev {before}>>\nstartxref\n{at}\n%%EOF\n"
    return body + b"xref\n" + b"".join(rows) + trailer.encode()


def as_stream(data: bytes, entries: str = "") -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (entries.encode(), len(data), data)


def replaced(pdf: Pdf, page: int, change: Callable[[Any], Any]) -> int:
    """Rewrite a page's content step by step; how many steps became others."""
    steps, count = [], 0
    for step in pikepdf.parse_content_stream(pdf.pages[page]):
        new = change(step)
        count += new is not step
        if new is not None:
            steps.append(new)
    pdf.pages[page].Contents = pdf.make_stream(pikepdf.unparse_content_stream(steps))
    return count
