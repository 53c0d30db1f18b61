"""A PDF form as a layout: its pages stay as they are, each field becomes a place for words.

The fields themselves are taken out (flattened): what stands in their rectangles is written by our
own writer with embedded faces, since what a viewer would put into a field has no Korean. A page's
own marks stay a form XObject, so that its resources cannot clash with ours; it is read aloud first,
the values after it. Such a paper is signed like any other but does not claim PDF/A or PDF/UA.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from services.certs.layout.compile import Compiled
from services.certs.layout.finish import add_signature_field, number_of, object_numbers
from services.certs.layout.layout import FORMAT, Layout
from services.certs.templates import form_fields
from services.certs.templates.fields import Kind
from services.certs.templates.form_fields import Box, boxes, is_picture

LANGUAGES = {"ko": "ko-KR", "en": "en-US"}
MARGIN = 2.0  # points between a field's rectangle and its words
LEADING = 1.25
SMALLER = (0.8, 0.65)
LEAST_SIZE = 5.0
SINGLE_MOST, LINES_SIZE = 12.0, 10.0  # where a form leaves the size open
MIDDLE = 0.35  # of the size, from the baseline to the middle of letters
# Which of our faces stands for which of the form's, by a part of its name.
SERIF = ("myeongjo", "batang", "serif", "times", "roman", "gentium", "garamond", "명조", "바탕")
SANS = ("sans", "gothic")
SEAL = "seal"


def compile_form(pdf: bytes, kind: Kind, built_in: Layout | None) -> Compiled:
    """The layout of a PDF form that has been looked through. `built_in` lends its seal."""
    with Pdf.open(BytesIO(pdf)) as document:
        places = list(boxes(document))
        pages = [flatten(document, page, number) for number, page in enumerate(document.pages)]
        slots = [box for box in places if not is_picture(box.name)]
        pictures = [box for box in places if is_picture(box.name)]
        elements = structure(document, pages, slots, pictures, kind)
        if built_in is not None and SEAL in built_in.pictures:
            lend_seal(document, pictures, built_in)
        share(document, pages)
        add_signature_field(document)
        describe(document, kind)
        base = saved(document)
    with Pdf.open(BytesIO(base)) as done:
        return Compiled(written(done, base, slots, pictures, elements, kind), base)


def flatten(document: Pdf, page: Any, number: int) -> Any:
    """The page with its marks in one XObject, without fields; behind them room for ours."""
    static = document.make_stream(
        form_fields.content(page),
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([float(v) for v in page.mediabox]),
        Resources=page.resources,
        **({"Group": page.obj.Group} if "/Group" in page.obj else {}),
    )
    page.obj.Resources = Dictionary(
        Font=Dictionary(), XObject=Dictionary({f"/Static{number}": static})
    )
    shown = f"/P<</MCID 0>>BDC q /Static{number} Do Q EMC\n".encode()
    page.obj.Contents = Array([document.make_stream(shown), document.make_stream(b"")])
    for key in ("/Annots", "/AA", "/StructParents"):
        if key in page.obj:
            del page.obj[key]
    page.obj.Tabs = Name.S
    return page.obj


def structure(
    document: Pdf, pages: Sequence[Any], slots: list[Box], pictures: list[Box], kind: Kind
) -> dict[str, tuple[int, int]]:
    """A structure tree of our own; (MCID, place in the tree) of each picture."""
    root = document.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    body = document.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=root))
    body.K, root.K = Array([]), body
    rows = [Array([]) for _ in pages]

    def element(tag: Any, page: int, **more: Any) -> int:
        mcid = len(rows[page])
        made = document.make_indirect(
            Dictionary(Type=Name.StructElem, S=tag, P=body, Pg=pages[page], K=mcid, **more)
        )
        body.K.append(made)
        rows[page].append(made)
        return mcid

    for number in range(len(pages)):
        element(Name.P, number)
    for box in slots:
        element(Name.P, box.page, T=String(kind.label(box.name, kind.language)))
    found = {}
    for box in pictures:
        mcid = element(Name.Figure, box.page, Alt=String(kind.label(box.name, kind.language)))
        found[box.name] = (mcid, len(body.K) - 1)
    for number, page in enumerate(pages):
        page.StructParents = number
    nums = [thing for number, row in enumerate(rows) for thing in (number, row)]
    root.ParentTree, root.ParentTreeNextKey = Dictionary(Nums=Array(nums)), len(pages)
    document.Root.StructTreeRoot, document.Root.MarkInfo = root, Dictionary(Marked=True)
    return found


def lend_seal(document: Pdf, pictures: Sequence[Box], built_in: Layout) -> None:
    """The seal of the built-in paper, as big as the form has room for it."""
    place = next((box for box in pictures if box.name == SEAL), None)
    if place is None:
        return
    left, foot, right, top = built_in.pictures[SEAL].box
    with Pdf.open(BytesIO(built_in.base)) as lender:
        seal = document.copy_foreign(lender.pages[0].Resources.XObject["/seal"])
    scale = min(place.width / (right - left), place.height / (top - foot))
    x = (place.left + place.right) / 2 - (left + right) / 2 * scale
    y = (place.foot + place.top) / 2 - (foot + top) / 2 * scale
    page = document.pages[place.page].obj
    page.Resources.XObject["/seal"] = document.make_stream(
        f"q {scale:.4f} 0 0 {scale:.4f} {x:.3f} {y:.3f} cm /S Do Q".encode(),
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, 5000, 5000]),
        Resources=Dictionary(XObject=Dictionary(S=seal)),
    )


def share(document: Pdf, pages: Sequence[Any]) -> None:
    """One dictionary of fonts and one of pictures for all pages: a document rewrites those two."""
    fonts, pictures = Dictionary(), Dictionary()
    for page in pages:
        for name, value in page.Resources.XObject.items():
            pictures[name] = value
    shared = document.make_indirect(fonts), document.make_indirect(pictures)
    for page in pages:
        page.Resources.Font, page.Resources.XObject = shared


def describe(document: Pdf, kind: Kind) -> None:
    """What a file says of itself, and nothing that could act when it is opened."""
    root, trailer = document.Root, document.trailer
    keep = ("/Type", "/Pages", "/StructTreeRoot", "/MarkInfo", "/AcroForm")
    for key in [key for key in root.keys() if key not in keep]:  # noqa: SIM118 – a PDF's own
        del root[key]
    root.Lang, root.ViewerPreferences = (
        String(LANGUAGES[kind.language]),
        Dictionary(DisplayDocTitle=True),
    )
    trailer.Info = document.make_indirect(Dictionary(Title=String(kind.title)))
    root.Metadata = document.make_stream(b"<x/>", Type=Name.Metadata, Subtype=Name.XML)


def saved(document: Pdf) -> bytes:
    packed = BytesIO()
    document.save(
        packed,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        deterministic_id=True,
        compress_streams=True,
        fix_metadata_version=False,
        min_version="1.7",
    )
    data = packed.getvalue()
    return data if data.endswith(b"\n") else data + b"\n"


def written(
    done: Pdf,
    base: bytes,
    slots: Sequence[Box],
    pictures: Sequence[Box],
    found: Mapping[str, tuple[int, int]],
    kind: Kind,
) -> str:
    """The layout as JSON."""
    body = done.Root.StructTreeRoot.K
    body = body[0] if isinstance(body, Array) else body
    used = [1] * len(done.pages)  # the first of each page is what the form itself prints
    rows = []
    for box in slots:
        rows.append(slot_row(box, used[box.page]))
        used[box.page] += 1
    return json.dumps(
        {
            "format": FORMAT,
            "title": kind.title,
            "language": LANGUAGES[kind.language],
            "claims": False,
            "base_sha256": hashlib.sha256(base).hexdigest(),
            "objects": object_numbers(done, base),
            "pictures": [
                {
                    "name": box.name,
                    "page": box.page,
                    "mcid": found[box.name][0],
                    "box": [round(v, 3) for v in (box.left, box.foot, box.right, box.top)],
                    "element": number_of(body.K[found[box.name][1]]),
                    "parent": number_of(body),
                    "page_object": number_of(done.pages[box.page].obj),
                }
                for box in pictures
            ],
            "slots": rows,
        },
        ensure_ascii=False,
    )


def slot_row(box: Box, mcid: int) -> dict[str, Any]:
    """The field as a slot, as `compile.py` writes those of a Word template."""
    return {
        "text": f"{{{box.name}}}",
        "page": box.page,
        "tag": "/P",
        "mcid": mcid,
        "left": round(box.left + MARGIN, 3),
        "right": round(box.right - MARGIN, 3),
        "align": box.align,
        "color": box.color,
        "styles": list(styles(box)),
    }


def styles(box: Box) -> Iterator[dict[str, Any]]:
    """As big as the form says, then smaller where the words are too long for that."""
    latin, asian = faces_of(box.face)
    open_size = LINES_SIZE if box.lines else min(SINGLE_MOST, box.height * 0.7)
    size = box.size or open_size
    for share in (1.0, *SMALLER):
        if share == 1.0 or size * share >= LEAST_SIZE:
            at = round(size * share, 2)
            rows = baselines(box, at, share < 1)
            yield {"latin": latin, "asian": asian, "size": at, "baselines": rows}


def baselines(box: Box, size: float, small: bool) -> list[list[float]]:
    """Heights of one line, of two, …: a field of many lines fills from its top, one of a single
    line stands in the middle, and takes two when they are small enough."""
    pitch = LEADING * size
    room = max(1, int((box.height - (MARGIN if box.lines else 0)) / pitch))
    if box.lines:
        top = box.top - MARGIN / 2 - 0.85 * size
        return [[round(top - n * pitch, 3) for n in range(count)] for count in range(1, room + 1)]
    middle = (box.foot + box.top) / 2 - MIDDLE * size
    rows = []
    for count in range(1, (min(room, 2) if small else 1) + 1):
        first = middle + (count - 1) * pitch / 2
        rows.append([round(first - n * pitch, 3) for n in range(count)])
    return rows


def faces_of(name: str) -> tuple[str, str]:
    """(Latin, East Asian) of our faces for a face of the form."""
    plain = name.lower()
    weight = "-bold" if "bold" in plain else ""
    serif = any(part in plain for part in SERIF) and not any(part in plain for part in SANS)
    return (f"serif{weight}", f"myeongjo{weight}") if serif else (f"gothic{weight}",) * 2
