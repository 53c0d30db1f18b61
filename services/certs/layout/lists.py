"""What a Word template may do with a list: `filled` it up to a page, break a text into `lines`.

The same at both ends: as filters of the template, and on the values of a document before its
shape is chosen. Done twice they change nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from jinja2.sandbox import SandboxedEnvironment
from markupsafe import escape

from shared.errors import Permanent


class Text(str):
    """A value as a template sees it: how it prints where that differs from what it says, and
    whether it takes its small style (`{% if title is long %}`)."""

    __slots__ = ("long", "printed")
    long: bool
    printed: str | None

    def __new__(cls, value: str, *, printed: str | None = None, long: bool = False) -> "Text":
        made = super().__new__(cls, value)
        made.printed, made.long = printed, long
        return made

    def __html__(self) -> str:
        """What is printed, for Jinja; a mark of the compiler needs no escaping."""
        return str(escape(str(self))) if self.printed is None else self.printed


class Blank:
    """An item of which nothing is known, not even its fields: each of them is blank too."""

    def __getattr__(self, name: str) -> "Blank":
        return self

    def __html__(self) -> str:
        return ""

    __str__ = __html__

    def __bool__(self) -> bool:
        return False


def install(world: SandboxedEnvironment) -> SandboxedEnvironment:
    """The filters and the test that templates know beside Jinja's own."""
    world.filters["filled"] = filled
    world.filters["lines"] = lines
    world.tests["long"] = is_long
    return world


def is_long(value: object) -> bool:
    return isinstance(value, Text) and value.long


def filled(items: Sequence[Any], first: int, more: int) -> list[Any]:
    """The list with blank items up to `first`, or `first` and as often `more` as it needs."""
    rows = room_for(len(items), first, more)
    return [*items, *([blank(items[0]) if items else Blank()] * (rows - len(items)))]


def room_for(count: int, first: int, more: int) -> int:
    """How many rows the pages hold that `count` items need.

    Raises `Permanent("bad_template")` where the figures make no sense.
    """
    if not (isinstance(first, int) and isinstance(more, int) and first > 0 and more > 0):
        raise Permanent("bad_template", "filled(first, more) wants two numbers over zero")
    return first + more * max(0, -(-(count - first) // more))


def blank(item: Any) -> Any:
    """An item without words: each text empty, each list too."""
    if isinstance(item, Mapping):
        return {name: blank(value) for name, value in item.items()}
    if isinstance(item, str):
        return ""
    return [] if isinstance(item, Sequence) else item


def lines(value: str | Sequence[str]) -> Sequence[str]:
    """The lines of a text. A document's are broken to their width before; what is left to do here
    is for texts that come without."""
    return value.split("\n") if isinstance(value, str) else value


def with_long(values: Mapping[str, Any], long: Sequence[str]) -> dict[str, Any]:
    """The values, those named in `long` marked so."""
    names = frozenset(long)
    return {name: _marked(value, name, names) for name, value in values.items()}


def _marked(value: Any, path: str, names: frozenset[str]) -> Any:
    if isinstance(value, Mapping):
        return {n: _marked(v, f"{path}.{n}", names) for n, v in value.items()}
    if isinstance(value, list) and path != "long":
        return [_marked(v, f"{path}.{n}", names) for n, v in enumerate(value)]
    return Text(value, long=True) if path in names and type(value) is str else value
