"""Content streams in blocks of marked content, and how much of the page a block covers."""

from collections.abc import Iterable, Iterator
from typing import Any

from services.certs.layout.reading import UNIT, Matrix, matrix_of, product

Box = tuple[float, float, float, float]
DRAWN_POINTS = {"m": 1, "l": 1, "c": 3}


def split(steps: Iterable[Any]) -> Iterator[list[Any]]:
    """Each marked-content block whole, each operator outside of one alone. Blocks do not nest in
    what LibreOffice writes."""
    block: list[Any] = []
    for step in steps:
        operator = str(step.operator)
        if operator in ("BMC", "BDC"):
            block = [step]
        elif not block:
            yield [step]
        else:
            block.append(step)
            if operator == "EMC":
                yield block
                block = []


def boxes_of(block: list[Any]) -> Box | None:
    """(left, foot, right, top) of the picture or strokes in a block; None where there are none."""
    points: list[tuple[float, float]] = []
    matrix, saved = UNIT, list[Matrix]()
    for step in block:
        operator, operands = str(step.operator), list(step.operands)
        if operator == "q":
            saved.append(matrix)
        elif operator == "Q":
            matrix = saved.pop() if saved else UNIT
        elif operator == "cm":
            matrix = product(matrix_of(operands), matrix)
        elif operator == "Do":
            points += [(matrix[4], matrix[5]), (matrix[4] + matrix[0], matrix[5] + matrix[3])]
        elif operator in DRAWN_POINTS:
            numbers = [float(v) for v in operands]
            points += list(zip(numbers[::2], numbers[1::2], strict=True))
    if not points:
        return None
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return min(xs), min(ys), max(xs), max(ys)
