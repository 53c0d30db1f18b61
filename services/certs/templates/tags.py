"""The tags of a template: `{{ name }}`, `{% for … %}`, `{% if … %}`; anything else is refused.

The tree that Jinja makes of them is walked and only what is listed here may stand in it, so that a
template can neither reach into the program nor go on for ever. `lines` says for each line of the
source where it stands in the document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from services.certs.templates.fields import (
    FLAG,
    GROUP,
    LIST,
    LOOP,
    STYLE,
    TEXT,
    Kind,
    item_of,
    nearest,
    shape_of,
)
from services.certs.templates.findings import BLOCK, NOTE, Finding, Place

DEPTH_MOST = 3  # loops in loops
FILLED_MOST = 500  # rows of a page
NESTING_MOST = 40
FILTERS_OF_LISTS = ("filled", "lines")
FILTERS_OF_TEXTS = ("upper", "lower")
TESTS = ("long", "defined", "undefined")
# What hostile templates are made of, by what people call it.
NAMED = {
    nodes.Call: "tag_call",
    nodes.CallBlock: "tag_call",
    nodes.Import: "tag_import",
    nodes.FromImport: "tag_import",
    nodes.Include: "tag_import",
    nodes.Extends: "tag_import",
    nodes.Macro: "tag_macro",
    nodes.Block: "tag_macro",
    nodes.FilterBlock: "tag_macro",
    nodes.Assign: "tag_set",
    nodes.AssignBlock: "tag_set",
    nodes.With: "tag_set",
    nodes.Getitem: "tag_index",
    nodes.Slice: "tag_index",
}
Where = Callable[[int | None], Place]


@dataclass(frozen=True)
class Scope:
    """The names that can be used here; `around` are the lists being looped over."""

    names: Mapping[str, Any]
    items: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    around: tuple[str, ...] = ()


@dataclass
class Seen:
    """What a template uses, and what is wrong with how."""

    findings: list[Finding] = field(default_factory=list)
    used: set[str] = field(default_factory=set)


class Reader:
    """Reads the tags of one document; `lenient` says nothing about names (it was said before)."""

    def __init__(self, kind: Kind, where: Where, seen: Seen, *, names: bool = True) -> None:
        self._kind = kind
        self._where = where
        self._seen = seen
        self._names = names

    def read(self, source: str) -> None:
        """Everything in a source. What cannot be parsed is a finding too."""
        try:
            tree = SandboxedEnvironment(autoescape=True).parse(source)
        except TemplateSyntaxError as wrong:
            self._say("bad_tag", wrong.lineno, why=(wrong.message or "")[:120])
            return
        except RecursionError:
            self._say("bad_tag", 1, why="nested too deeply")
            return
        self._body(tree.body, Scope(self._kind.sample), 0)

    def _body(self, body: Sequence[nodes.Node], scope: Scope, depth: int) -> None:
        if depth > NESTING_MOST:
            self._say("bad_tag", body[0].lineno if body else 1, why="nested too deeply")
            return
        for node in body:
            match node:
                case nodes.Output():
                    for child in node.nodes:
                        self._output(child, scope)
                case nodes.For():
                    self._loop(node, scope, depth)
                case nodes.If():
                    self._condition(node.test, scope)
                    for other in node.elif_:
                        self._condition(other.test, scope)
                        self._body(other.body, scope, depth + 1)
                    self._body(node.body, scope, depth + 1)
                    self._body(node.else_, scope, depth + 1)
                case _:
                    self._refuse(node)

    def _output(self, node: nodes.Node, scope: Scope) -> None:
        """A value is printed: a name alone, perhaps with a filter of ours."""
        if isinstance(node, nodes.TemplateData):
            return
        if isinstance(node, nodes.Const):
            if not isinstance(node.value, str | int):
                self._refuse(node)
            return
        if isinstance(node, nodes.Filter) and node.node is not None:
            if node.name not in FILTERS_OF_TEXTS or node.args or node.kwargs:
                self._say("tag_filter", node.lineno, name=node.name[:40])
            else:
                self._say("value_filter", node.lineno, NOTE, name=node.name)
            self._output(node.node, scope)
            return
        path = self._path(node)
        if path is not None:
            self._value(path, scope, node.lineno)

    def _value(self, path: str, scope: Scope, line: int) -> None:
        found = self._find(path, scope, line)
        codes = {FLAG: "flag_as_text", LIST: "list_as_text", GROUP: "group_as_text"}
        if found is not None and (shape := shape_of(found)) != TEXT:
            self._name("" + codes[shape], line, name=path)

    def _loop(self, node: nodes.For, scope: Scope, depth: int) -> None:
        if node.recursive or not isinstance(node.target, nodes.Name):
            self._refuse(node)
            return
        source, lines = self._list(node)
        if source is None:
            return
        if source in scope.around or len(scope.around) >= DEPTH_MOST:
            self._say("endless_loop", node.lineno, name=source)
            return
        found = self._find(source, scope, node.lineno)
        shape = None if found is None else shape_of(found)
        if shape not in (None, LIST) and not (lines and shape == TEXT):
            self._name("not_a_list", node.lineno, name=source)
            shape = None
        item: Any = None
        if shape is not None:
            item = item_of(found) if shape == LIST else ""
        known = {**scope.names, node.target.name: item, "loop": dict.fromkeys(LOOP, "")}
        within = {**scope.items, node.target.name: self._full(source, scope)}
        inner = Scope(known, within, (*scope.around, source))
        if node.test is not None:
            self._condition(node.test, inner)
        self._body(node.body, inner, depth + 1)
        self._body(node.else_, scope, depth + 1)

    def _list(self, node: nodes.For) -> tuple[str | None, bool]:
        """What is looped over: a name, with `lines` and `filled` of two figures at most."""
        inner, lines = node.iter, False
        while isinstance(inner, nodes.Filter) and inner.node is not None:
            if inner.name not in FILTERS_OF_LISTS or inner.kwargs:
                self._say("tag_filter", node.lineno, name=inner.name[:40])
                return None, False
            lines = lines or inner.name == "lines"
            if inner.name == "filled" and not self._figures(inner):
                self._say("bad_filled", node.lineno, most=FILLED_MOST)
                return None, False
            inner = inner.node
        if isinstance(inner, nodes.Call) and isinstance(inner.node, nodes.Name):
            code = "range_loop" if inner.node.name == "range" else "tag_call"
            self._say(code, node.lineno, name=inner.node.name[:40])
            return None, False
        return self._path(inner), lines

    @staticmethod
    def _figures(node: nodes.Filter) -> bool:
        values = [arg.value for arg in node.args if isinstance(arg, nodes.Const)]
        return (
            len(values) == len(node.args) == 2
            and all(type(value) is int and 0 < value <= FILLED_MOST for value in values)
        )  # fmt: skip

    def _condition(self, node: nodes.Node, scope: Scope) -> None:
        match node:
            case nodes.And() | nodes.Or():
                self._condition(node.left, scope)
                self._condition(node.right, scope)
            case nodes.Not():
                self._condition(node.node, scope)
            case nodes.Test():
                self._test(node, scope)
            case nodes.Compare():
                self._condition(node.expr, scope)
                for operand in node.ops:  # whatever Jinja can compare
                    self._condition(operand.expr, scope)
            case nodes.Const():
                self._constant(node)
            case nodes.Tuple() | nodes.List():
                for item in node.items:
                    self._condition(item, scope)
            case _:
                path = self._path(node)
                if path is not None and path != STYLE:
                    self._find(path, scope, node.lineno)

    def _test(self, node: nodes.Test, scope: Scope) -> None:
        if node.name not in TESTS or node.args or node.kwargs:
            self._say("tag_filter", node.lineno, name=node.name[:40])
        else:
            self._condition(node.node, scope)

    def _constant(self, node: nodes.Const) -> None:
        if not isinstance(node.value, str | int | type(None)):
            self._refuse(node)

    def _path(self, node: nodes.Node) -> str | None:
        """The dotted name that this is; anything else is refused by name."""
        names: list[str] = []
        while isinstance(node, nodes.Getattr):
            names.append(node.attr)
            node = node.node
        if not isinstance(node, nodes.Name):
            self._refuse(node)
            return None
        names.append(node.name)
        if any(name.startswith("_") for name in names):
            self._say("tag_private", node.lineno, name=".".join(reversed(names))[:60])
            return None
        return ".".join(reversed(names))

    def _find(self, path: str, scope: Scope, line: int) -> Any:
        """The sample's value at a name; None where there is none (said) or it cannot be known."""
        value: Any = scope.names
        for index, name in enumerate(path.split(".")):
            if value is None:
                return None
            if not isinstance(value, Mapping) or name not in value:
                known = value if isinstance(value, Mapping) else {}
                before = ".".join(path.split(".")[:index])
                self._unknown(path, name, known, before, line)
                return None
            value = value[name]
        self._seen.used.add(self._full(path, scope))
        return value

    def _unknown(
        self, path: str, name: str, known: Mapping[str, Any], before: str, line: int
    ) -> None:
        meant = nearest(name, tuple(known))
        if meant is None:
            self._name("unknown_field", line, name=path[:60])
            return
        whole = f"{before}.{meant}" if before else meant
        self._name("misspelt_field", line, name=path[:60], meant=whole)

    @staticmethod
    def _full(path: str, scope: Scope) -> str:
        """`course.title` as `courses.title`."""
        head, _, rest = path.partition(".")
        if head not in scope.items:
            return path
        return f"{scope.items[head]}.{rest}" if rest else scope.items[head]

    def _refuse(self, node: nodes.Node) -> None:
        code = next((code for kind, code in NAMED.items() if isinstance(node, kind)), "tag_other")
        self._say(code, node.lineno, name=type(node).__name__)

    def _name(self, code: str, line: int, **facts: Any) -> None:
        """About a name: left out where only what is dangerous is looked for."""
        if self._names:
            self._say(code, line, **facts)

    def _say(self, code: str, line: int | None, severity: str = BLOCK, **facts: Any) -> None:
        finding = Finding(code, severity, self._where(line), facts)
        if finding not in self._seen.findings:
            self._seen.findings.append(finding)
