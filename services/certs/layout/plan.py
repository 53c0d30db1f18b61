"""The plan of a template: which lists it repeats, what decides its shape, what it asks for.

Read from the Word file as docxtpl will render it, so that the plan cannot disagree with the paper.
A *shape* is what values do to the structure; its key is short and may stand in a file's name.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby, islice, product
from typing import Any
from zipfile import BadZipFile

from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import Template, TemplateError, nodes

from services.certs.layout import structure
from services.certs.layout.lists import blank, room_for
from services.certs.layout.render import sandbox
from services.certs.layout.structure import Found, Loop
from shared.errors import Permanent

KEY_LENGTH = 40  # of a key that tells the shape; a longer one is told by its digest
SHAPES_AT_MOST = 64
ROWS_AT_MOST = 201  # of a list at publication: a transcript of 200 rows and its last line
LINES_AT_MOST = 130
Breaker = Callable[[str, str], list[str]]


@dataclass(frozen=True)
class Plan:
    """What a Word template asks of the values. `reasons`: why no layout can serve it, if any.

    `fields` are dotted names, of lists without a number: `courses.title`.
    """

    loops: tuple[Loop, ...]
    fields: tuple[str, ...]
    conditions: tuple[str, ...]
    reasons: tuple[str, ...]
    skeleton: Template

    @property
    def compiles(self) -> bool:
        return not self.reasons


def plan_of(docx: bytes) -> Plan:
    """The plan of a Word template. Raises `Permanent("bad_template")`."""
    world = sandbox()
    found = Found()
    try:
        trees = [world.parse(source) for source in sources(docx)]
        for tree in trees:
            structure.read(tree.body, found)
        bones = nodes.Template([b for t in trees for b in structure.bones(t.body, found)])
        bones.set_environment(world).set_lineno(1)
        code = world.compile(bones, name="shape")
    except TemplateError as wrong:
        raise Permanent("bad_template", f"the template cannot be read: {wrong}") from wrong
    return Plan(
        tuple(found.loops),
        tuple(found.fields),
        tuple(found.conditions),
        tuple(found.reasons),
        Template.from_code(world, code, world.make_globals(None)),
    )


def sources(docx: bytes) -> list[str]:
    """Body, headers, footers as Jinja sees them."""
    template = DocxTemplate(BytesIO(docx))
    try:
        template.init_docx()
        parts = [template.get_xml()]
        for uri in (template.HEADER_URI, template.FOOTER_URI):
            parts += [template.get_part_xml(p) for _, p in template.get_headers_footers(uri)]
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError, SyntaxError) as wrong:
        raise Permanent("bad_template", "this is no Word file") from wrong
    return [template.patch_xml(part) for part in parts]


def arranged(
    plan: Plan, values: Mapping[str, Any], breaker: Breaker | None = None
) -> dict[str, Any]:
    """The values with each list padded as the template has it, each text of `lines` in lines.

    `breaker(field, text)` breaks a text to the width of its slot. Done again it changes nothing.
    Raises `Permanent("missing_value")`.
    """
    ready = dict(values)
    for loop in plan.loops:
        items = found_list(ready, loop, breaker)
        if loop.filled:
            rows = room_for(len(items), *loop.filled)
            items = [*items, *([blank_item(loop)] * (rows - len(items)))]
        put(ready, loop.source.split("."), items)
    return ready


def found_list(values: Mapping[str, Any], loop: Loop, breaker: Breaker | None) -> list[Any]:
    """The items that a loop goes over."""
    value: Any = values
    for name in loop.source.split("."):
        if not isinstance(value, Mapping) or name not in value:
            raise Permanent("missing_value", f"no value for {loop.source}", field=loop.source)
        value = value[name]
    if loop.lines and isinstance(value, str):
        return breaker(loop.source, value) if breaker else value.split("\n")
    if not isinstance(value, list | tuple):
        raise Permanent("missing_value", f"{loop.source} is not a list", field=loop.source)
    return list(value)


def blank_item(loop: Loop) -> Any:
    """An item of a loop with nothing in it."""
    if loop.fields == ("",):
        return ""
    item: dict[str, Any] = {}
    for field in loop.fields:
        put(item, field.split("."), "")
    return item


def put(values: dict[str, Any], path: list[str], value: Any) -> None:
    """Puts a value at a path; mappings on the way are copied, not changed."""
    for name in path[:-1]:
        values[name] = dict(values.get(name) or {})
        values = values[name]
    values[path[-1]] = value


def shape_of(plan: Plan, values: Mapping[str, Any]) -> str:
    """The key of the shape that arranged values have: `a17`, or nothing where there is one.

    Raises `Permanent("missing_value")`.
    """
    try:
        bones = plan.skeleton.render(values)
    except TemplateError as wrong:
        raise Permanent("missing_value", f"the shape needs a value: {wrong}") from wrong
    key = "".join(f"{letter}{len(list(run))}" for letter, run in groupby(bones))
    if len(key) <= KEY_LENGTH:
        return key
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def shapes_of(
    plan: Plan, sample: Mapping[str, Any], rows: int = ROWS_AT_MOST, lines: int = LINES_AT_MOST
) -> dict[str, dict[str, Any]]:
    """The shapes to compile at publication, each with arranged values that have it: every number
    of pages up to `rows` and `lines`, every condition both ways."""
    ways = [list(ways_of_list(loop, sample, lines if loop.lines else rows)) for loop in plan.loops]
    ways += [list(ways_of_condition(field, sample)) for field in plan.conditions]
    shapes: dict[str, dict[str, Any]] = {}
    for choice in islice(product(*ways), SHAPES_AT_MOST):
        values = dict(sample)
        for path, value in choice:
            put(values, path, value)
        values = arranged(plan, values)
        shapes.setdefault(shape_of(plan, values), values)
    return shapes


def ways_of_list(
    loop: Loop, sample: Mapping[str, Any], most: int
) -> list[tuple[list[str], list[Any]]]:
    """The list of each length that has a shape of its own; its items are those of the sample."""
    items = found_list(sample, loop, None) or [blank_item(loop)]
    counts = [len(items)]
    if loop.filled:
        first, more = loop.filled
        counts = list(range(first, room_for(most, first, more) + 1, more))
    return [
        (loop.source.split("."), [items[n % len(items)] for n in range(count)]) for count in counts
    ]


def ways_of_condition(field: str, sample: Mapping[str, Any]) -> list[tuple[list[str], Any]]:
    """The sample's value, and its contrary."""
    value: Any = sample
    for name in field.split("."):
        if not isinstance(value, Mapping) or name not in value:
            raise Permanent("missing_value", f"the sample has no {field}", field=field)
        value = value[name]
    contrary = blank(value) if value and not isinstance(value, bool) else not value
    return [(field.split("."), value), (field.split("."), contrary)]
