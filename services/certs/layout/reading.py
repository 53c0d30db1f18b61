"""Reading LibreOffice's pages: which text stands where, in which colour and face.

A small interpreter of the operators that LibreOffice writes (ISO 32000-1, 8.4, 9.4, 14.6).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pikepdf

Matrix = tuple[float, float, float, float, float, float]
UNIT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True)
class Mark:
    """One text that a page shows: where (points), how big, in which face and colour (0xRRGGBB)."""

    page: int
    x: float
    y: float
    size: float
    face: str
    color: int
    tag: str
    mcid: int | None


@dataclass(frozen=True)
class Ink:
    """The part of the graphics state that marks depend on."""

    matrix: Matrix = UNIT
    color: int = 0


@dataclass
class Pen:
    """Where the interpreter is."""

    ink: Ink = field(default_factory=Ink)
    saved: list[Ink] = field(default_factory=list)
    line: Matrix = UNIT
    font: str = ""
    size: float = 0.0
    marked: list[tuple[str, int | None]] = field(default_factory=list)


def product(a: Matrix, b: Matrix) -> Matrix:
    return (
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    )


def marks(pdf: pikepdf.Pdf) -> Iterator[Mark]:
    """Every text that the document shows, in its order."""
    for number, page in enumerate(pdf.pages):
        fonts = {
            str(name): str(font.get("/BaseFont", "")).partition("+")[2]
            for name, font in page.Resources.get("/Font", pikepdf.Dictionary()).items()
        }
        pen = Pen()
        for step in pikepdf.parse_content_stream(page):
            if shows_text(pen, str(step.operator), list(step.operands)):
                at = product(pen.line, pen.ink.matrix)
                tag, mcid = pen.marked[-1] if pen.marked else ("", None)
                yield Mark(
                    number,
                    round(at[4], 3),
                    round(at[5], 3),
                    pen.size * at[3],
                    fonts.get(pen.font, ""),
                    pen.ink.color,
                    tag,
                    mcid,
                )


def shows_text(pen: Pen, operator: str, operands: list[Any]) -> bool:
    """Follows one operator; True where it shows text."""
    if operator in ("BMC", "BDC", "EMC"):
        follow_marked(pen, operator, operands)
    match operator:
        case "q":
            pen.saved.append(pen.ink)
        case "Q":
            pen.ink = pen.saved.pop() if pen.saved else Ink()
        case "cm":
            matrix = product(matrix_of(operands), pen.ink.matrix)
            pen.ink = replace(pen.ink, matrix=matrix)
        case "rg" | "g":
            pen.ink = replace(pen.ink, color=color_of(operands))
        case "BT":
            pen.line = UNIT
        case "Td":
            pen.line = product((1, 0, 0, 1, float(operands[0]), float(operands[1])), pen.line)
        case "Tm":
            pen.line = matrix_of(operands)
        case "Tf":
            pen.font, pen.size = str(operands[0]), float(operands[1])
    return operator in ("Tj", "TJ")


def follow_marked(pen: Pen, operator: str, operands: list[Any]) -> None:
    """Marked content nests: a span of another language stands in its paragraph's."""
    if operator == "EMC":
        pen.marked.pop()
        return
    mcid = mcid_of(operands)
    inner = pen.marked and mcid is None
    pen.marked.append(pen.marked[-1] if inner else (str(operands[0]), mcid))


def matrix_of(operands: list[Any]) -> Matrix:
    a, b, c, d, e, f = (float(v) for v in operands)
    return a, b, c, d, e, f


def color_of(operands: list[Any]) -> int:
    levels = [round(float(v) * 255) for v in operands]
    red, green, blue = levels if len(levels) == 3 else levels * 3
    return red << 16 | green << 8 | blue


def mcid_of(operands: list[Any]) -> int | None:
    if len(operands) > 1 and isinstance(operands[1], pikepdf.Dictionary):
        number = operands[1].get("/MCID")
        return None if number is None else int(number)
    return None
