"""The static part of a document: LibreOffice's own file without the marks, complete and tagged.

The structure tree stays as LibreOffice made it. A mark's text is cut and its place in the tree
(page, MCID, tag) kept for the words that come there later; MCIDs may come in any order, the tree
holds the reading order (ISO 32000-1, 14.7.4.4). Pictures get the tag that LibreOffice 7.4 forgets.
"""

from collections.abc import Mapping
from decimal import Decimal
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, ContentStreamInstruction, Dictionary, Name, Operator, Pdf

from services.certs.layout.blocks import Box, boxes_of, split
from services.certs.layout.figures import Figures, is_dynamic
from services.certs.layout.finish import Base, finish
from services.certs.layout.probes import slot_of
from services.certs.layout.reading import color_of

STATE = ("rg", "RG", "g", "G", "w", "J", "j", "M", "d")
PATHS = ("m", "l", "c", "v", "y", "h", "re", "n", "W", "W*")
PAINTS = ("S", "s", "f", "F", "f*", "B", "B*", "b", "b*")
DRAWS = frozenset((*PATHS, *PAINTS, "cm", "Do"))


def make(pdf: bytes, slots: int, pictures: Mapping[str, str], title: str, language: str) -> Base:
    """The base of a coloured probe. `pictures`: alternative text by name, of the Word file."""
    with Pdf.open(BytesIO(pdf)) as document:
        figures = Figures(document, pictures)
        for number, page in enumerate(document.pages):
            strip_page(document, page, number, slots, figures)
        figures.all_placed()
        return finish(document, figures, title, language)


def strip_page(document: Pdf, page: Any, number: int, slots: int, figures: Figures) -> None:
    """The page without marks and placeholder pictures, ready for an overlay stream."""
    tree = parent_tree(document)[int(page.obj.StructParents)]
    kept: list[Any] = []
    state: dict[str, Any] = {}
    for block in split(pikepdf.parse_content_stream(page)):
        if any(is_mark(step, slots) for step in block):
            kept += without_text(block, slots)
        elif picture := figure_in(page, block, figures):
            kept += tagged(page, number, block, picture, tree, figures, state)
        else:
            kept += block
        follow(state, block)
    static = b"q\n" + pikepdf.unparse_content_stream(kept) + b"\nQ\n"
    page.Contents = Array([document.make_stream(static), document.make_stream(b"")])
    page.obj.Tabs = Name.S  # PDF/UA-1, 7.18.3: the page holds an annotation


def is_mark(step: Any, slots: int) -> bool:
    return str(step.operator) == "rg" and slot_of(color_of(list(step.operands)), slots) is not None


def without_text(block: list[Any], slots: int) -> list[Any]:
    """What is left of a mark's block: it may also reset the clip for all that follows, and a
    header is one block whole. Nothing but a mark in it: its tag goes to the overlay."""
    kept, marked, saved, in_mark, texts = list[Any](), False, list[bool](), False, 0
    for step in block:
        operator = str(step.operator)
        if operator == "q":
            saved.append(marked)
        elif operator == "Q":
            marked = saved.pop() if saved else False
        elif operator == "rg":
            marked = is_mark(step, slots)
        in_mark = in_mark or (operator == "BT" and marked)
        texts += operator == "BT" and not in_mark
        if not in_mark:
            kept.append(step)
        in_mark = in_mark and operator != "ET"
    return kept if texts else kept[1:-1]


def figure_in(page: Any, block: list[Any], figures: Figures) -> tuple[str, Any, Box] | None:
    """The picture that an artifact block draws, if it is one of the Figures."""
    if str(block[0].operator) not in ("BMC", "BDC") or str(block[0].operands[0]) != "/Artifact":
        return None
    box = boxes_of(block)
    found = figures.at(page, box) if box else None
    return (*found, box) if found and box else None


def tagged(
    page: Any,
    number: int,
    block: list[Any],
    picture: tuple[str, Any, Box],
    tree: Any,
    figures: Figures,
    state: Mapping[str, Any],
) -> list[Any]:
    """The block of a picture, with its tag; of a picture that documents draw, its state only."""
    name, element, box = picture
    mcid = len(tree)
    tree.append(element)
    element.K, element.Pg = mcid, page.obj
    figures.placed.append((name, number, mcid, box, element))
    steps = block[1:-1]
    cut = resets_clip(steps)
    if is_dynamic(name):
        if name == "seal":
            found = drawing(figures.document, box, state, steps[cut:], pixels(page, steps[cut:]))
            page.Resources.XObject["/seal"] = found
        return steps[:cut] + [s for s in steps[cut:] if str(s.operator) not in DRAWS]
    opening = ContentStreamInstruction([Name.Figure, Dictionary(MCID=mcid)], Operator("BDC"))
    return [*steps[:cut], opening, *steps[cut:], block[-1]]


def pixels(page: Any, steps: list[Any]) -> Any:
    """What a picture of pixels takes from the page: a seal of strokes takes nothing."""
    names = [str(step.operands[0]) for step in steps if str(step.operator) == "Do"]
    if not names:
        return Dictionary()
    return Dictionary(XObject=Dictionary({n: page.Resources.XObject[n] for n in names}))


def drawing(
    document: Pdf, box: Box, state: Mapping[str, Any], steps: list[Any], resources: Any
) -> Any:
    """The strokes of a picture as a form of their own, in the page's coordinates."""
    margin = 2.0
    around = [box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin]
    strokes = pikepdf.unparse_content_stream([*state.values(), *steps])
    return document.make_stream(
        strokes,
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([Decimal(f"{v:.3f}") for v in around]),
        Resources=resources,
    )


def follow(state: dict[str, Any], block: list[Any]) -> None:
    """Remembers the colours and pens that a block leaves behind it, outside of q and Q."""
    depth = 0
    for step in block:
        operator = str(step.operator)
        depth += (operator == "q") - (operator == "Q" and depth > 0)
        if depth == 0 and operator in STATE:
            state[operator] = step


def resets_clip(steps: list[Any]) -> int:
    """How many operators at the beginning (`Q q … re W* n`) concern all that follows."""
    for count, step in enumerate(steps[:6], start=1):
        if str(step.operator) == "n":
            return count if str(steps[0].operator) == "Q" else 0
    return 0


def parent_tree(document: Pdf) -> dict[int, Any]:
    nums = document.Root.StructTreeRoot.ParentTree.Nums
    return {int(nums[i]): nums[i + 1] for i in range(0, len(nums), 2)}
