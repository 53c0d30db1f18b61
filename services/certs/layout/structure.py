"""Reading a template's Jinja: its loops, conditions and fields, and the bones that tell a shape.

The bones are the template without its words: a letter for each turn of a loop and each branch
taken. Rendered with values, they are the same for two documents just when the template does the
same to both.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_lowercase
from types import MappingProxyType

from jinja2 import nodes

STYLE, SEAL, DRAWN = "long", "seal", "drawn"  # what a layout serves without a shape of its own
LOOP = "loop"


@dataclass(frozen=True)
class Loop:
    """A list that the template repeats a row, paragraph or run for.

    `fields` are what it asks of each item; ("",) where the item is a text itself.
    """

    source: str
    item: str
    lines: bool
    filled: tuple[int, int] | None
    fields: tuple[str, ...]


@dataclass
class Found:
    """What was found so far, each thing once and in its order."""

    loops: list[Loop] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    letters: Iterator[str] = field(default_factory=lambda: iter(ascii_lowercase))

    def add(self, where: list[str], what: str) -> None:
        if what not in where:
            where.append(what)


@dataclass(frozen=True)
class Around:
    """A loop that a part of the template stands in: its list, and what is asked of each item."""

    source: str
    asked: list[str]


Scope = Mapping[str, Around]  # by the name of the item


def read(body: Sequence[nodes.Node], found: Found, around: Scope = MappingProxyType({})) -> None:
    """Notes everything that a part of a template does."""
    for node in body:
        match node:
            case nodes.Output():
                for child in node.nodes:
                    read_output(child, found, around)
            case nodes.For():
                read_loop(node, found, around)
            case nodes.If():
                read_condition(node, found, around)
            case _:
                found.add(found.reasons, "computed_value")


def read_output(node: nodes.Node, found: Found, around: Scope) -> None:
    """A value must stand alone in its braces: a filter would change it after it was measured."""
    if isinstance(node, nodes.TemplateData) or names_of(node) == {LOOP}:
        return
    path = path_of(node)
    if path is None:
        filtered = isinstance(node, nodes.Filter)
        found.add(found.reasons, "filter_on_value" if filtered else "computed_value")
        for inner in node.find_all((nodes.Name, nodes.Getattr)):
            if (name := path_of(inner)) and not is_inside(inner, node):
                note_field(name, found, around)
        return
    note_field(path, found, around)


def is_inside(inner: nodes.Node, outer: nodes.Node) -> bool:
    """Whether this is only the beginning of a longer dotted name."""
    others = [other for other in (outer, *outer.find_all(nodes.Getattr)) if other is not inner]
    return any(isinstance(other, nodes.Getattr) and other.node is inner for other in others)


def note_field(path: str, found: Found, around: Scope) -> None:
    """A field of the item, or of the paper."""
    head, _, rest = path.partition(".")
    if head in around:
        found.add(around[head].asked, rest)
        found.add(found.fields, joined(around[head].source, rest))
    elif head not in (LOOP, STYLE, SEAL):
        found.add(found.fields, path)


def joined(before: str, rest: str) -> str:
    return f"{before}.{rest}" if rest else before


def read_loop(node: nodes.For, found: Found, around: Scope) -> None:
    source, filters = unfiltered(node.iter)
    is_lines, fill = filters.pop("lines", None) is not None, filters.pop("filled", None)
    filled = figures(fill) if fill else None
    item = node.target.name if isinstance(node.target, nodes.Name) else ""
    if source is None or filters or node.test or not item or (fill and not filled):
        found.add(found.reasons, "computed_list")
    if around:
        found.add(found.reasons, "nested_loop")
        head, _, rest = (source or "").partition(".")
        source = joined(around[head].source, rest) if head in around else source
    inner = Around(source or "", [])
    read(node.body, found, {**around, item: inner})
    read(node.else_, found, around)
    if not around and source:
        found.loops.append(Loop(source, item, is_lines, filled, tuple(inner.asked)))


def unfiltered(node: nodes.Node) -> tuple[str | None, dict[str, nodes.Filter]]:
    """The dotted name of a list, and the filters on it by name."""
    filters: dict[str, nodes.Filter] = {}
    while isinstance(node, nodes.Filter) and node.node is not None:
        filters[node.name] = node
        node = node.node
    return path_of(node), filters


def figures(node: nodes.Filter) -> tuple[int, int] | None:
    """The two numbers of `filled`, where they are written out."""
    numbers = [arg.value for arg in node.args if isinstance(arg, nodes.Const)]
    if len(numbers) != 2 or not all(isinstance(n, int) and n > 0 for n in numbers):
        return None
    return numbers[0], numbers[1]


def read_condition(node: nodes.If, found: Found, around: Scope) -> None:
    if not is_served(node.test):
        for inner in node.test.find_all((nodes.Name, nodes.Getattr)):
            note_condition(inner, node.test, found, around)
        path = path_of(node.test)
        if path is not None:
            note_decider(path, found, around)
    for body in (node.body, node.elif_, node.else_):
        read(body, found, around)


def note_condition(inner: nodes.Node, test: nodes.Node, found: Found, around: Scope) -> None:
    path = path_of(inner)
    if path is not None and not is_inside(inner, test):
        note_decider(path, found, around)


def note_decider(path: str, found: Found, around: Scope) -> None:
    """A field in a condition. One of an item would make a shape of every mixture of items."""
    head = path.partition(".")[0]
    if head in around:
        found.add(found.reasons, "condition_on_item")
        note_field(path, found, around)
    elif head not in (LOOP, SEAL):
        note_field(path, found, around)
        found.add(found.conditions, path)


def is_served(test: nodes.Node) -> bool:
    """Conditions on the small style, the seal and drawn signatures: the writer serves them."""
    if isinstance(test, nodes.Test):
        return test.name == STYLE
    if isinstance(test, nodes.Not):
        return is_served(test.node)
    if isinstance(test, nodes.Compare):
        return [path_of(o.expr) for o in test.ops] == [STYLE]
    path = path_of(test) or ""
    return path == SEAL or path.endswith(f".{DRAWN}")


def bones(body: Sequence[nodes.Node], found: Found) -> list[nodes.Node]:
    """The loops and conditions of a part, a letter in place of the words of each."""
    kept: list[nodes.Node] = []
    for node in body:
        if isinstance(node, nodes.For):
            kept.append(
                nodes.For(
                    node.target,
                    node.iter,
                    marked(node.body, found),
                    marked(node.else_, found) if node.else_ else [],
                    node.test,
                    node.recursive,
                )
            )
        elif isinstance(node, nodes.If):
            kept += bones_of_if(node, found)
    return kept


def bones_of_if(node: nodes.If, found: Found) -> list[nodes.Node]:
    if is_served(node.test):
        if any(bones(part, Found()) for part in (node.body, node.elif_, node.else_)):
            found.add(found.reasons, "mixed_condition")
        return []
    elifs = [nodes.If(other.test, marked(other.body, found), [], []) for other in node.elif_]
    return [nodes.If(node.test, marked(node.body, found), elifs, marked(node.else_, found))]


def marked(body: Sequence[nodes.Node], found: Found) -> list[nodes.Node]:
    letter = next(found.letters, None)
    if letter is None:
        found.add(found.reasons, "too_many_blocks")
    return [nodes.Output([nodes.TemplateData(letter or "-")]), *bones(body, found)]


def path_of(node: nodes.Node) -> str | None:
    """`advisor.name` of a name with its attributes, None of anything else."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        before = path_of(node.node)
        return None if before is None else f"{before}.{node.attr}"
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        before = path_of(node.node)
        return None if before is None else f"{before}.{node.arg.value}"
    return None


def names_of(node: nodes.Node) -> set[str]:
    names = {name.name for name in node.find_all(nodes.Name)}
    return names | ({node.name} if isinstance(node, nodes.Name) else set())
