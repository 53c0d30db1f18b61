"""What the compiler reads from a Word document: paragraphs with values, rooms, pictures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from docx import Document
from docx.oxml.ns import qn

DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
TWIPS_PER_POINT = 20
ALIGNMENTS = {
    "both": "left",
    "start": "left",
    "end": "right",
    "left": "left",
    "right": "right",
    "center": "center",
}


@dataclass(frozen=True)
class Room:
    """How many lines a paragraph may grow to, and how they are aligned."""

    lines: int
    align: str


def parts(document: Any) -> Iterator[Any]:
    """The XML roots that hold text: header, body, footer."""
    for section in document.sections:
        yield section.header._element
    yield document.element.body
    for section in document.sections:
        yield section.footer._element


def paragraphs(document: Any) -> Iterator[Any]:
    for part in parts(document):
        yield from part.iter(qn("w:p"))


def text_of(paragraph: Any) -> str:
    return "".join(t.text or "" for t in paragraph.iter(qn("w:t")))


def pictures(document: Any) -> dict[str, str]:
    """Name and alternative text of each picture of the body."""
    return {d.get("name"): d.get("descr") or "" for d in document.element.body.iter(DRAWING)}


@dataclass(frozen=True)
class Styles:
    """The styles of a document by their ids, looked up once."""

    by_id: Mapping[str, Any]

    @classmethod
    def of(cls, document: Any) -> "Styles":
        return cls({style.style_id: style for style in document.styles})

    def chain(self, paragraph: Any) -> Iterator[Any]:
        """The properties that hold for a paragraph: its own, its style's, its style's parents'."""
        own = paragraph.find(qn("w:pPr"))
        if own is not None:
            yield own
        named = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        style_id = named.get(qn("w:val")) if named is not None else None
        style = self.by_id.get(style_id or "", self.by_id.get("Normal"))
        while style is not None:
            found = style.element.find(qn("w:pPr"))
            if found is not None:
                yield found
            style = style.base_style


def room_of(styles: Styles, paragraph: Any) -> Room:
    """A paragraph grows only where it is alone in a row of exact height, with lines of exact
    height: nothing else moves then, however many lines it takes."""
    spacing = setting_of(styles, paragraph, "w:spacing", "w:line")
    rule = setting_of(styles, paragraph, "w:spacing", "w:lineRule")
    align = ALIGNMENTS[setting_of(styles, paragraph, "w:jc", "w:val") or "left"]
    height = height_around(paragraph)
    if height is None or spacing is None or rule != "exact":
        return Room(1, align)
    return Room(max(1, int(height / (int(spacing) / TWIPS_PER_POINT))), align)


def setting_of(styles: Styles, paragraph: Any, tag: str, attribute: str) -> str | None:
    """A paragraph property: the paragraph's own, or its style's, or that of the style's parents."""
    for properties in styles.chain(paragraph):
        found = properties.find(qn(tag))
        if found is not None and found.get(qn(attribute)) is not None:
            return str(found.get(qn(attribute)))
    return None


def height_around(paragraph: Any) -> float | None:
    """Points that the cell of a paragraph alone in it holds, or None where that is not exact."""
    cell = paragraph.getparent()
    if cell.tag != qn("w:tc") or len(cell.findall(qn("w:p"))) != 1:
        return None
    heights = [exact_height(row) for row in rows_of(cell)]
    if None in heights:
        return None
    return sum(h for h in heights if h is not None) - padding(cell)


def rows_of(cell: Any) -> list[Any]:
    """The row of a cell and, where it is merged downwards, the rows that it reaches over."""
    row = cell.getparent()
    merged = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
    rows = [row]
    if merged is None:
        return rows
    column = start_of(cell)
    for later in row.itersiblings(qn("w:tr")):
        below = next((c for c in later.findall(qn("w:tc")) if start_of(c) == column), None)
        on = below.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}") if below is not None else None
        if on is None or on.get(qn("w:val")) == "restart":
            break
        rows.append(later)
    return rows


def start_of(cell: Any) -> int:
    """The grid column in which a cell begins."""
    spans = (
        c.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
        for c in cell.itersiblings(qn("w:tc"), preceding=True)
    )
    return sum(int(s.get(qn("w:val"))) if s is not None else 1 for s in spans)


def exact_height(row: Any) -> float | None:
    height = row.find(f"{qn('w:trPr')}/{qn('w:trHeight')}")
    if height is None or height.get(qn("w:hRule")) != "exact":
        return None
    return int(height.get(qn("w:val"))) / TWIPS_PER_POINT


def padding(cell: Any) -> float:
    """Points between the cell's rules and its text, above and below together."""
    own = cell.find(f"{qn('w:tcPr')}/{qn('w:tcMar')}")
    table = cell.getparent().getparent().find(f"{qn('w:tblPr')}/{qn('w:tblCellMar')}")
    total = 0.0
    for side in (qn("w:top"), qn("w:bottom")):
        margins = [m.find(side) for m in (own, table) if m is not None]
        found = next((m for m in margins if m is not None), None)
        total += int(found.get(qn("w:w"))) / TWIPS_PER_POINT if found is not None else 0.0
    return total


def properties(docx: bytes) -> tuple[str, str]:
    """Title and language, from the document's properties."""
    core = Document(BytesIO(docx)).core_properties
    return core.title or "", core.language or ""
