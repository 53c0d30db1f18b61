"""A compiled template, as it was committed or stored: what a document is written from."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from shared.errors import Permanent
from shared.fit.slots import SIGNATURE, Cell, Slot, read_slots

FORMAT = 1


@dataclass(frozen=True)
class Picture:
    """A place for a picture: box in points (left, foot, right, top), structure element."""

    name: str
    page: int
    mcid: int
    box: tuple[float, float, float, float]
    element: int
    parent: int
    page_object: int


@dataclass(frozen=True)
class Names:
    """A resource dictionary of the base, and the entries that it always has."""

    object: int
    static: str


@dataclass(frozen=True)
class Objects:
    """Objects of the base that each document writes anew; `size` is the first free number."""

    size: int
    prev: int
    id: str
    root: int
    info: int
    xmp: int
    signature: int
    overlays: tuple[int, ...]
    fonts: Names
    pictures: Names


@dataclass(frozen=True)
class Branch:
    """An element of the structure tree that holds items of a list: written anew without the blank
    ones. `head` is its dictionary up to the kids, which are object numbers."""

    object: int
    head: str
    kids: tuple[int, ...]

    def without(self, elements: Set[int]) -> bytes:
        """The element with the other kids only."""
        kids = " ".join([f"{kid} 0 R" for kid in self.kids if kid not in elements])
        return f"{self.head}/K[{kids}]>>".encode()


class Seat(NamedTuple):
    """A slot as the writer comes to it: its cell and page, what the page says before and behind
    its words, the parts of the name of the value that it says (if it says just one; in an item of a
    list the name there is `column`), and the picture that may stand in its place."""

    slot: Slot
    cell: Cell
    page: int
    begun: str
    ended: str
    path: tuple[str, ...]
    column: str | None
    signature: str | None


@dataclass(frozen=True)
class Items:
    """A list of the paper: the slots of each item, and the elements that it has in the tree."""

    source: str
    slots: tuple[tuple[Slot, ...], ...]
    elements: tuple[tuple[int, ...], ...]
    branches: tuple[Branch, ...]

    @cached_property
    def seats(self) -> tuple[tuple[Seat, ...], ...]:
        """The seats of each item."""
        return tuple(
            tuple(seat(slot, column(slot, f"{{{self.source}.{number}.")) for slot in slots)
            for number, slots in enumerate(self.slots)
        )


def column(slot: Slot, before: str) -> str | None:
    """`title` of the slot `{courses.3.title}`; None where it says more, or by a longer name."""
    name = slot.text.removeprefix(before)
    return name[:-1] if name != slot.text and name[:-1].isidentifier() else None


@dataclass(frozen=True)
class Layout:
    """Slots, pictures and the static base of one shape of a template in one language."""

    title: str
    language: str
    base: bytes
    objects: Objects
    pictures: Mapping[str, Picture]
    slots: tuple[Slot, ...]
    lists: tuple[Items, ...] = ()
    claims: bool = True  # PDF/A-2a and PDF/UA-1; a paper made from a PDF form does not say so

    @classmethod
    def read(cls, folder: Path, language: str, shape: str = "") -> Layout:
        """`<language>.layout.json` and `<language>.base.pdf` of a folder, or those of a shape.

        Raises `Permanent("template_damaged")`.
        """
        name = named(language, shape)
        try:
            text = (folder / f"{name}.layout.json").read_text("utf-8")
            return cls.parse(text, (folder / f"{name}.base.pdf").read_bytes())
        except OSError as absent:
            raise Permanent("template_damaged", f"a part of {folder.name} is missing") from absent

    @classmethod
    def parse(cls, text: str, base: bytes) -> Layout:
        """The two parts as they come from a store. Raises `Permanent("template_damaged")`."""
        try:
            data = json.loads(text)
            if data["format"] != FORMAT or data["base_sha256"] != hashlib.sha256(base).hexdigest():
                raise Permanent("template_damaged", "layout and base do not belong together")
            slots = read_slots(data)
            return cls(
                data["title"],
                data["language"],
                base,
                objects(data["objects"]),
                {
                    row["name"]: Picture(**row | {"box": tuple(row["box"])})
                    for row in data["pictures"]
                },
                slots,
                tuple(items(row, slots) for row in data.get("lists", ())),
                data.get("claims", True),
            )
        except (ValueError, KeyError, TypeError) as wrong:
            raise Permanent("template_damaged", "a layout cannot be read") from wrong

    @cached_property
    def hashed(self) -> Any:
        """SHA-256 begun over the base, to be copied: each document goes on from there."""
        return hashlib.sha256(self.base)

    @cached_property
    def singles(self) -> tuple[Seat, ...]:
        """The seats that are of no list."""
        of_lists = {slot for one in self.lists for item in one.slots for slot in item}
        return tuple(seat(slot) for slot in self.slots if slot not in of_lists)

    @cached_property
    def signatures(self) -> frozenset[str]:
        """The names of the pictures that may stand in the place of words."""
        return frozenset(name for slot in self.slots if (name := signature_of(slot)))

    @property
    def fields(self) -> tuple[str, ...]:
        """The dotted names of all values, each once."""
        return tuple(dict.fromkeys(field for slot in self.slots for field in slot.fields))


def named(language: str, shape: str) -> str:
    """The beginning of a layout's file names."""
    return f"{language}.{shape}" if shape else language


def items(row: Mapping[str, Any], slots: Sequence[Slot]) -> Items:
    found: list[list[Slot]] = [[] for _ in row["items"]]
    before = row["list"] + "."
    for slot in slots:
        number = {
            int(f[len(before) :].partition(".")[0]) for f in slot.fields if f.startswith(before)
        }
        if len(number) == 1:
            found[number.pop()].append(slot)
    return Items(
        row["list"],
        tuple(tuple(one) for one in found),
        tuple(tuple(one) for one in row["items"]),
        tuple(Branch(number, head, tuple(kids)) for number, head, kids in row["branches"]),
    )


def objects(row: Mapping[str, Any]) -> Objects:
    return Objects(
        **dict(row)
        | {
            "overlays": tuple(row["overlays"]),
            "fonts": Names(**row["fonts"]),
            "pictures": Names(**row["pictures"]),
        }
    )


def seat(slot: Slot, column: str | None = None) -> Seat:
    says_one = len(slot.pieces) == 1 and slot.pieces[0] == ("", *slot.fields)
    path = slot.paths[0][1] if says_one else ()
    return Seat(slot, slot.cell, slot.page, *marks(slot), path, column, signature_of(slot))


def signature_of(slot: Slot) -> str | None:
    """`signature_advisor` of the slot `{advisor.typed}`; None of others."""
    role = slot.text.removesuffix(SIGNATURE)
    return None if role == slot.text else f"signature_{role.removeprefix('{')}"


def marks(slot: Slot) -> tuple[str, str]:
    """What stands around the words of a slot: its place in the tree, and how high it stands. The
    words of headers and footers are artifacts: they are not part of what is read."""
    begun = (
        "/Artifact<</Type/Pagination>>BDC"
        if slot.mcid < 0
        else f"{name(slot.cell.tag)}<</MCID {slot.mcid}>>BDC"
    )
    if not slot.rise:
        return begun, "EMC"
    return f"{begun} q 1 0 0 1 0 {slot.rise:.3f} cm", "Q EMC"


def name(tag: str) -> str:
    """A PDF name (ISO 32000-1, 7.3.5): what is no regular character is written as #xx."""
    regular = re.compile(rb"[^A-Za-z0-9_.+-]")
    return "/" + regular.sub(lambda m: b"#%02X" % m[0][0], tag[1:].encode()).decode()
