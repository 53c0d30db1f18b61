"""Whether LibreOffice cut words off: a row of exact height hides what does not fit, in silence."""

from io import BytesIO
from typing import Any

import pikepdf

from services.certs.layout.reading import Matrix, Pen, product, shows_text

Clip = tuple[float, float, float, float]
EVERYTHING: Clip = (-1e6, -1e6, 1e6, 1e6)
BELOW, ABOVE = 0.12, 0.6  # of the size: what a line of letters takes, at least
SLACK_POINTS = 0.75


class Window:
    """The part of the page that painting reaches, as `re W n` and `q Q` say (8.5.4)."""

    def __init__(self) -> None:
        self.clip, self._saved = EVERYTHING, list[Clip]()
        self._path: list[Clip] = []
        self._asked = False

    def follow(self, operator: str, operands: list[Any], matrix: Matrix) -> None:
        match operator:
            case "q":
                self._saved.append(self.clip)
            case "Q":
                self.clip = self._saved.pop() if self._saved else EVERYTHING
            case "re":
                self._path.append(rectangle([float(v) for v in operands], matrix))
            case "W" | "W*":
                self._asked = True
            case "n" | "f" | "F" | "f*" | "S" | "s" | "B" | "B*" | "b" | "b*":
                if self._asked and self._path:
                    self.clip = meeting(self.clip, around(self._path))
                self._path, self._asked = [], False


def rectangle(sides: list[float], matrix: Matrix) -> Clip:
    x, y, width, height = sides
    corners = [
        product((1, 0, 0, 1, px, py), matrix)[4:] for px, py in ((x, y), (x + width, y + height))
    ]
    (left, foot), (right, top) = corners
    return min(left, right), min(foot, top), max(left, right), max(foot, top)


def around(boxes: list[Clip]) -> Clip:
    return (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )


def meeting(a: Clip, b: Clip) -> Clip:
    return max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])


def is_cut(pdf: bytes) -> bool:
    """Whether words reach out of the part of the page that shows them."""
    with pikepdf.Pdf.open(BytesIO(pdf)) as document:
        return any(is_cut_on(page) for page in document.pages)


def is_cut_on(page: Any) -> bool:
    pen, window = Pen(), Window()
    for step in pikepdf.parse_content_stream(page):
        operator, operands = str(step.operator), list(step.operands)
        shown = shows_text(pen, operator, operands)
        window.follow(operator, operands, pen.ink.matrix)
        if shown:
            at = product(pen.line, pen.ink.matrix)
            size, y = pen.size * at[3], at[5]
            if not (
                window.clip[1] <= y - BELOW * size + SLACK_POINTS
                and y + ABOVE * size <= window.clip[3] + SLACK_POINTS
            ):
                return True
    return False
