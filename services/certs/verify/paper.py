"""A paper as it was issued, taken apart: where its values stand, and what is printed on every one.

The issued file is the template's static page and an update with the values
(`services/certs/layout`). So its first revision tells what is static: words
that say nothing of anybody, and may be told to everybody.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from services.certs.press import Place, Spot
from services.certs.verify.plain import plain
from services.certs.verify.reading import Picture, Reading, Word, read_own

SLACK_POINTS = 2.0
PICTURE_POINTS = 4.0  # a seal reaches a little over its box
LINE_POINTS = 1.5
END = b"%%EOF"


@dataclass(frozen=True)
class Paper:
    """An issued file: all it shows, its static part, the places of its values.

    `named` are pictures that a stranger may be told of (seal, QR): box and name. Without places
    nothing is known to be static: then `static` is empty, too.
    """

    issued: Reading
    static: Reading
    places: tuple[Place, ...]
    named: tuple[tuple[str, Picture], ...] = ()

    @cached_property
    def static_texts(self) -> Mapping[tuple[int, int], Sequence[str]]:
        """The plain texts of static lines by page and whole height, three points around."""
        found: dict[tuple[int, int], list[str]] = {}
        for page, lines in enumerate(self.static_lines):
            for height, words in lines.items():
                text = plain("".join(word.text for word in words))
                for near in range(int(height) - 3, int(height) + 4):
                    found.setdefault((page, near), []).append(text)
        return found

    @cached_property
    def places_at(self) -> Mapping[tuple[int, int], Sequence[Place]]:
        """The places by page and whole height, three points around."""
        found: dict[tuple[int, int], list[Place]] = {}
        for place in self.places:
            for near in range(int(place.bottom) - 3, int(place.top) + 4):
                found.setdefault((place.page, near), []).append(place)
        return found

    @cached_property
    def static_lines(self) -> list[dict[float, list[Word]]]:
        """For each page the static words by their height, each line from left to right."""
        return [lines_of(self.static, page) for page in range(self.issued.pages)]


def open_paper(data: bytes, places: Sequence[Place], pictures: Sequence[Spot]) -> Paper:
    """Take an issued file apart. Places that are not its own (another shape's) are left out."""
    issued = read_own(data)
    static = read_own(data[: data.find(END) + len(END)] + b"\n")
    own = tuple(place for place in places if not text_at(place, static))
    if static.problem or not any(text_at(place, issued) for place in own):
        return Paper(issued, Reading(None), ())
    return Paper(issued, static, own, tuple(_named(issued, static, pictures)))


def _named(
    issued: Reading, static: Reading, pictures: Sequence[Spot]
) -> Iterator[tuple[str, Picture]]:
    for picture in issued.pictures:
        for one in pictures:
            if one.page == picture.page and _inside(picture.box, one.box):
                yield one.name, picture
                break
        else:
            if picture in static.pictures:
                yield "picture", picture


def _inside(inner: tuple[float, ...], outer: tuple[float, ...]) -> bool:
    return (
        inner[0] >= outer[0] - PICTURE_POINTS
        and inner[1] >= outer[1] - PICTURE_POINTS
        and inner[2] <= outer[2] + PICTURE_POINTS
        and inner[3] <= outer[3] + PICTURE_POINTS
    )


def words_at(place: Place, file: Reading, slack: float = SLACK_POINTS) -> list[Word]:
    """The visible words that begin in a place, as they are read."""
    heights = range(int(place.bottom - slack) - 1, int(place.top + slack) + 2)
    inside = [
        word
        for height in heights
        for word in file.rows.get((place.page, height), ())
        if place.left - slack <= word.x <= place.right + slack
        and place.bottom - slack <= word.y <= place.top + slack
    ]
    return sorted(inside, key=lambda word: (round(-word.y), word.x))


def text_at(place: Place, file: Reading) -> str:
    """The words of the file that begin in a place."""
    return "".join(word.text for word in words_at(place, file)).strip()


def lines_of(reading: Reading, page: int) -> dict[float, list[Word]]:
    """The visible words of a page by their height, each line from left to right."""
    rows: dict[float, list[Word]] = {}
    height = math.inf
    shown = [word for word in reading.words if word.page == page and word.visible]
    for word in sorted(shown, key=lambda word: (-word.y, word.x)):
        if height - word.y > LINE_POINTS:
            height = word.y
        rows.setdefault(height, []).append(word)
    return {height: sorted(words, key=lambda word: word.x) for height, words in rows.items()}


def values_at(place: Place, text: str) -> Mapping[str, str]:
    """The value of each field of a place, its wording taken apart; all the text where it cannot be.

    Literals are looked for from left to right, once each: a stranger's text may be of any length.
    """
    literals, fields = _pieces(place.wording)
    if len(fields) == 1 and literals == ["", ""]:
        return {fields[0]: text}
    rest, found = plain(text), list[str]()
    if not rest.startswith(literals[0]) or not rest.endswith(literals[-1]):
        return dict.fromkeys(fields, text)
    rest = rest[len(literals[0]) : len(rest) - len(literals[-1])]
    for literal in literals[1:-1]:
        value, separator, rest = rest.partition(literal) if literal else ("", "", rest)
        if not separator:
            return dict.fromkeys(fields, text)
        found.append(value)
    return dict(zip(fields, [*found, rest], strict=True))


def _pieces(wording: str) -> tuple[list[str], list[str]]:
    """The words between the fields of a wording, and the fields."""
    literals, fields, rest = list[str](), list[str](), wording
    while "{" in rest and "}" in rest:
        before, _, rest = rest.partition("{")
        field, _, rest = rest.partition("}")
        literals.append(plain(before))
        fields.append(field)
    return [*literals, plain(rest)], fields
