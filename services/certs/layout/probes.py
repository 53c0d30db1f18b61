"""Probes: the template with marks in place of its values, to see where LibreOffice puts words.

Each paragraph that holds a value gets a digit in a colour of its own (one digit a line: a longer
mark would wrap and move the rows). Converted, the colours tell page, place, size and face.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any

from docx import Document
from docx.oxml.ns import qn

from services.certs.layout import word
from services.certs.layout.lists import Text
from services.certs.layout.render import render, saved
from shared.errors import Permanent

SENTINEL = re.compile(r"@@(\d+)@@")
Key = tuple[str, int]
FIRST_COLOR, COLOR_STEP = 0x800001, 16


@dataclass(frozen=True)
class Probe:
    """One rendering: with `lines` lines in each slot that has so many (or as many as it has).

    `small`: each value that has a small style takes it. `drawn`: pictures in place of typed
    signatures. `align`: every slot to that side, to find the room's edges. `mark` is what stands
    in the slot; uncoloured probes keep the colour that the template gives.
    """

    lines: int = 1
    small: bool = False
    drawn: bool = False
    align: str | None = None
    mark: str = "0"
    colored: bool = True


@dataclass(frozen=True)
class Marked:
    """A probe as a Word file, its slots in the order of their colours, and the rooms of those.

    A slot's key is its wording with `{field}`s, and which of those with the same wording it is.
    """

    docx: bytes
    keys: tuple[Key, ...]
    rooms: tuple[word.Room, ...]
    pictures: Mapping[str, str]

    @cached_property
    def room(self) -> Mapping[Key, word.Room]:
        """The room of each slot."""
        return dict(zip(self.keys, self.rooms, strict=True))


def color_of(slot: int) -> int:
    return FIRST_COLOR + slot * COLOR_STEP


def slot_of(color: int, slots: int) -> int | None:
    """The slot that a colour marks, or None."""
    number, rest = divmod(color - FIRST_COLOR, COLOR_STEP)
    return number if rest == 0 and 0 <= number < slots else None


def make(docx: bytes, sample: Mapping[str, Any], probe: Probe) -> Marked:
    """The template as `probe` wants it. Raises `Permanent` where it cannot be compiled."""
    fields = list(paths(sample))
    values = marked_values(sample, probe, iter(range(len(fields))))
    values["long"] = fields if probe.small else []
    # Opened again: docxtpl fills headers and footers in copies that python-docx does not see.
    document = Document(BytesIO(saved(render(docx, values))))
    keys: list[Key] = []
    rooms, seen, styles = [], Counter[str](), word.Styles.of(document)
    for paragraph in list(word.paragraphs(document)):
        if SENTINEL.search(word.text_of(paragraph)):
            wording = worded(word.text_of(paragraph), fields)
            keys.append((wording, seen[wording]))
            seen[wording] += 1
            rooms.append(word.room_of(styles, paragraph))
            put_mark(paragraph, probe, len(keys) - 1, rooms[-1].lines)
    return Marked(saved(document), tuple(keys), tuple(rooms), word.pictures(document))


def paths(values: Any, before: str = "") -> Iterator[str]:
    """The dotted names of all texts, in order; those of a list are numbered."""
    for name, value in named(values):
        if isinstance(value, Mapping | list):
            yield from paths(value, f"{before}{name}.")
        elif isinstance(value, str):
            yield f"{before}{name}"


def named(values: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(values, Mapping):
        return values.items()
    return ((str(number), value) for number, value in enumerate(values))


def marked_values(
    values: Mapping[str, Any], probe: Probe, numbers: Iterator[int]
) -> dict[str, Any]:
    """The sample with a sentinel for each text, which still says what it said to a condition;
    `drawn` as the probe wants it."""
    return {name: marked(name, value, probe, numbers) for name, value in values.items()}


def marked(name: str, value: Any, probe: Probe, numbers: Iterator[int]) -> Any:
    if isinstance(value, Mapping):
        return marked_values(value, probe, numbers)
    if isinstance(value, list):
        return [marked(name, item, probe, numbers) for item in value]
    if isinstance(value, str):
        return Text(value, printed=f"@@{next(numbers)}@@", long=probe.small)
    return probe.drawn if name == "drawn" else value


def worded(text: str, fields: Sequence[str]) -> str:
    """The paragraph's wording as a format string: `{year}학년도 …`."""
    literal = text.replace("{", "{{").replace("}", "}}")
    return SENTINEL.sub(lambda m: "{" + fields[int(m[1])] + "}", literal)


def put_mark(paragraph: Any, probe: Probe, slot: int, room: int) -> None:
    """Only the mark is left in the paragraph, once a line."""
    runs = [r for r in paragraph.iter(qn("w:r")) if r.find(qn("w:t")) is not None]
    if len({looks(run) for run in runs}) > 1:
        raise Permanent("mixed_formats", f"two formats in one paragraph: {word.text_of(paragraph)}")
    for run in runs[1:]:
        run.getparent().remove(run)
    fill_run(runs[0], probe.mark, min(probe.lines, room))
    if probe.colored:
        give_color(runs[0], color_of(slot))
    if probe.align:
        give_alignment(paragraph, probe.align)


def looks(run: Any) -> bytes:
    """What a run says of its format."""
    from lxml.etree import tostring

    properties = run.find(qn("w:rPr"))
    return b"" if properties is None or not len(properties) else bytes(tostring(properties))


def fill_run(run: Any, mark: str, lines: int) -> None:
    for child in list(run):
        if child.tag != qn("w:rPr"):
            run.remove(child)
    for number in range(lines):
        if number:
            run.append(run.makeelement(qn("w:br"), {}))
        text = run.makeelement(qn("w:t"), {})
        text.text = mark
        run.append(text)


def give_color(run: Any, color: int) -> None:
    properties = run.find(qn("w:rPr"))
    if properties is None:
        properties = run.makeelement(qn("w:rPr"), {})
        run.insert(0, properties)
    for old in properties.findall(qn("w:color")):
        properties.remove(old)
    properties.append(run.makeelement(qn("w:color"), {qn("w:val"): f"{color:06X}"}))


def give_alignment(paragraph: Any, side: str) -> None:
    properties = paragraph.get_or_add_pPr()
    for old in properties.findall(qn("w:jc")):
        properties.remove(old)
    aligned = deepcopy(properties).makeelement(qn("w:jc"), {qn("w:val"): side})
    properties.append(aligned)
