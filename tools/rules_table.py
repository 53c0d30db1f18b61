"""Writes docs/rules.md: for each id of the rulebook, where it is computed, who uses it, its tests.

Usage: python tools/rules_table.py   (a test says when it is due)

An id counts where a docstring quotes it (`TUI-07`, also within `TUI-01 to TUI-07`).
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "rules.md"
FORMS = ROOT / "services" / "forms"
# The rulebook's rows, in its order: how many of each prefix.
ROWS = {
    "TUI": 13, "REF": 4, "WAI": 2, "EXT": 6, "TRM": 7, "LEA": 10, "WDR": 1, "RDM": 2,
    "ADV": 2, "MAJ": 1, "IQE": 1, "CRT": 12, "REC": 2,
}  # fmt: skip
IDS = tuple(f"{prefix}-{n:02d}" for prefix, most in ROWS.items() for n in range(1, most + 1))
QUOTED = re.compile(r"\b([A-Z]{3})-(\d\d)(?: to (?:\1-)?(\d\d))?")
# What only words what the rules found uses no rule of its own.
WORDING = ("tell",)
HEAD = """\
# The rules

Made by `python tools/rules_table.py` from the docstrings that quote the rulebook's ids; a test
fails when it is old. "Kinds" are what a student can ask for that the rule has a say in. A row
without code is a rule that no kind needs yet.

| id | computed in | kinds | tests |
| --- | --- | --- | --- |
"""


def page() -> str:
    """The whole page as it should be now."""
    code, tests = places(FORMS, ROOT), places(ROOT / "tests", ROOT)
    used = kinds_by_module()
    return HEAD + "".join(row(one, code, tests, used) for one in IDS)


def row(
    one: str,
    code: dict[str, dict[Path, list[str]]],
    tests: dict[str, dict[Path, list[str]]],
    used: dict[Path, set[str]],
) -> str:
    where = code.get(one, {})
    kinds = sorted(set().union(*(used.get(path, set()) for path in where)))
    cells = (
        one,
        "<br>".join(named(path.relative_to(FORMS), names) for path, names in sorted(where.items())),
        ", ".join(f"`{kind}`" for kind in kinds),
        "<br>".join(f"`{path.relative_to(ROOT / 'tests')}`" for path in sorted(tests.get(one, {}))),
    )
    return f"| {' | '.join(cells)} |\n"


def named(path: Path, names: list[str]) -> str:
    inside = ", ".join(f"`{name}`" for name in dict.fromkeys(names) if name)
    return f"`{path}`{': ' if inside else ''}{inside}"


def places(folder: Path, _root: Path) -> dict[str, dict[Path, list[str]]]:
    """For each id the files that quote it in a docstring, and what the docstring belongs to."""
    found: dict[str, dict[Path, list[str]]] = {}
    for path in sorted(folder.rglob("*.py")):
        for name, text in docstrings(ast.parse(path.read_text("utf-8"))):
            for one in quoted(text):
                found.setdefault(one, {}).setdefault(path, []).append(name)
    return found


def docstrings(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(name, docstring) of the module ("" is its name), its classes and functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield getattr(node, "name", ""), text


def quoted(text: str) -> Iterator[str]:
    """`REF-01`; of `LEA-01 to LEA-07` all seven."""
    for prefix, first, last in QUOTED.findall(" ".join(text.split())):
        for n in range(int(first), int(last or first) + 1):
            yield f"{prefix}-{n:02d}"


def kinds_by_module() -> dict[Path, set[str]]:
    """For each module of catalog and rules the kinds that reach it by their imports."""
    found: dict[Path, set[str]] = {}
    for kind in sorted((FORMS / "catalog").glob("*.py")):
        if re.search(r"^KIND\b", kind.read_text("utf-8"), re.MULTILINE):
            for path in reached(kind, set()):
                found.setdefault(path, set()).add(kind.stem)
    return found


def reached(path: Path, seen: set[Path]) -> set[Path]:
    """The module and all of catalog and rules that it imports, wording left out."""
    if path in seen or path.stem.startswith(WORDING):
        return seen
    seen.add(path)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            for package in ("rules", "catalog"):
                if node.module == f"services.forms.{package}":
                    for alias in node.names:
                        _follow(FORMS / package / f"{alias.name}.py", seen)
                elif node.module.startswith(f"services.forms.{package}."):
                    _follow(FORMS / package / f"{node.module.rpartition('.')[2]}.py", seen)
    return seen


def _follow(path: Path, seen: set[Path]) -> None:
    if path.exists() and path.stem != "__init__":
        reached(path, seen)


if __name__ == "__main__":
    PAGE.write_text(made := page(), "utf-8")
    sys.stdout.write(made)  # also for whoever puts it elsewhere
