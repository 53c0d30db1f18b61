"""The places of a paper that words go to, as the compiler of templates committed them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from string import Formatter
from typing import Any

SIGNATURE = ".typed}"  # the end of a typed signature's slot: it may have up to 42 letters
SIGNATURE_PT = 5.5  # at which 42 letters of any script stand in two lines of its column
LEADING = 1.2
MIDDLE = 0.3  # of a line's size, from its baseline up to its middle
BOX_LINES = 3  # a slot of as many lines is a box of text: it may be set closer before it is refused
ITEM = "#"  # in the wording of a list's slots: the number of the item
CLOSER = 2  # by as many lines more


@dataclass(frozen=True, eq=False)  # by identity: they are keys of what is kept
class Style:
    """How a slot may be set: faces, size in points, and baselines for one line, two lines, …

    `baselines[n - 1]` holds the heights (points from the page's foot) of `n` lines.
    """

    latin: str
    asian: str
    size: float
    baselines: tuple[tuple[float, ...], ...]

    @property
    def room(self) -> int:
        """How many lines there are at most."""
        return len(self.baselines)

    def squeezed(self, size: float) -> "Style":
        """The same place in a smaller size: lines closer, about the same middle."""
        middles = [sum(b) / len(b) + MIDDLE * self.size for b in self.baselines]
        return Style(
            self.latin,
            self.asian,
            size,
            tuple(
                tuple(
                    middle - MIDDLE * size + LEADING * size * ((count - 1) / 2 - line)
                    for line in range(count)
                )
                for count, middle in enumerate(middles, 1)
            ),
        )

    def closer(self, more: int) -> "Style":
        """The same box with `more` lines: size and line height shrink alike."""
        lines = self.baselines[-1]
        share = self.room / (self.room + more)
        pitch = (lines[0] - lines[-1]) / (self.room - 1) * share
        first = lines[0] + (1 - share) * self.size / 2
        rows = tuple(first - pitch * line for line in range(self.room + more))
        counts = range(1, self.room + more + 1)
        return Style(self.latin, self.asian, self.size * share, tuple(rows[:n] for n in counts))


@dataclass(frozen=True, eq=False)
class Cell:
    """What the slots of one column have in common: where it is across the page, and how it is set.

    `left` and `right` are points from the page's left edge; `styles` are tried in their order,
    their baselines measured from the slot's `rise`.
    """

    tag: str
    left: float
    right: float
    align: str
    color: tuple[float, float, float]
    styles: tuple[Style, ...]

    @classmethod
    def read(cls, row: Mapping[str, Any], text: str) -> "Cell":
        """A cell whose slots say `text`."""
        styles = tuple(
            Style(s["latin"], s["asian"], s["size"], tuple(tuple(b) for b in s["baselines"]))
            for s in row["styles"]
        )
        if text.endswith(SIGNATURE):
            styles += (styles[-1].squeezed(SIGNATURE_PT),)
        if styles[-1].room >= BOX_LINES:
            styles += tuple(styles[-1].closer(more) for more in range(1, CLOSER + 1))
        red, green, blue = (int(row["color"][i : i + 2], 16) / 255 for i in (0, 2, 4))
        color = (red, green, blue)
        return cls(row["tag"], row["left"], row["right"], row["align"], color, styles)


@dataclass(frozen=True, eq=False)
class Slot:
    """One paragraph that holds values. `text` is its wording with `{field}` where they go; `rise`
    is how high it stands (points): 0 where its cell is its own."""

    text: str
    page: int
    mcid: int
    rise: float
    cell: Cell

    @cached_property
    def pieces(self) -> tuple[tuple[str, str | None], ...]:
        """(words, field or None) in their order."""
        parsed = Formatter().parse(self.text)
        return tuple((words, field) for words, field, _, _ in parsed)

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The dotted names of its values; those of a list have a number: `courses.3.title`."""
        return tuple(field for _, field in self.pieces if field is not None)

    @cached_property
    def paths(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Each field with the parts of its name."""
        return tuple((field, tuple(field.split("."))) for field in dict.fromkeys(self.fields))

    @property
    def styles(self) -> tuple[Style, ...]:
        return self.cell.styles

    @property
    def width(self) -> float:
        return self.cell.right - self.cell.left


def read_slots(layout: Mapping[str, Any]) -> tuple[Slot, ...]:
    """All slots of a layout as it was committed, those of its lists after the others."""
    slots = [
        Slot(row["text"], row["page"], row["mcid"], 0.0, Cell.read(row, row["text"]))
        for row in layout["slots"]
    ]
    for group in layout.get("rows", ()):
        cells = [(c["text"], c["mcid"], Cell.read(c, c["text"])) for c in group["cells"]]
        before = f"{{{group['list']}."
        for item, page, rise, mcid in group["at"]:
            slots += [
                Slot(
                    text.replace(f"{before}{ITEM}", f"{before}{item}"),
                    page,
                    -1 if step is None else mcid + step,
                    rise,
                    cell,
                )
                for text, step, cell in cells
            ]
    return tuple(slots)


def without_items(field: str) -> str:
    """`courses.title` of `courses.3.title`, `body` of `body.3`."""
    return ".".join(name for name in field.split(".") if not name.isdigit())
