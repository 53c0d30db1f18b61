"""The words of a Word template: its paragraphs in their places, with their faces and languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.certs.templates.findings import Place, shortened
from services.certs.templates.package import Package, W

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
STYLES_MOST = 30  # styles based on styles
# In which face a character is set: these in the East Asian one (ECMA-376, 17.3.2.26).
ASIAN = re.compile(
    r"[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]"
)
THEMES = {
    "majorHAnsi": ("majorFont", "latin"),
    "majorAscii": ("majorFont", "latin"),
    "minorHAnsi": ("minorFont", "latin"),
    "minorAscii": ("minorFont", "latin"),
    "majorEastAsia": ("majorFont", "ea"),
    "minorEastAsia": ("minorFont", "ea"),
}


@dataclass(frozen=True)
class Run:
    """Text in one format: what it says, its faces, its East Asian language ("" where not set)."""

    text: str
    latin: str
    asian: str
    language: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph in its place, and the runs of text in it."""

    place: Place
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


class Styles:
    """Formats of a document: a run's own, its style's, its paragraph's style's, the defaults."""

    def __init__(self, package: Package) -> None:
        root = package.trees.get("word/styles.xml")
        rows = [] if root is None else list(root.iter(f"{W}style"))
        self._styles = {row.get(f"{W}styleId"): row for row in rows}
        self._normal = next(
            (
                row
                for row in rows
                if row.get(f"{W}type") == "paragraph" and row.get(f"{W}default") in ("1", "true")
            ),
            None,
        )
        defaults = None if root is None else root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
        self._defaults = [] if defaults is None else [defaults]
        self._theme = next(
            (tree for name, tree in package.trees.items() if name.startswith("word/theme/theme")),
            None,
        )
        settings = package.trees.get("word/settings.xml")
        found = None if settings is None else settings.find(f"{W}themeFontLang")
        self._theme_language = "" if found is None else found.get(f"{W}eastAsia") or ""

    def run(self, paragraph: Any, run: Any, text: str) -> Run:
        """A run as it will look."""
        formats = self._formats(paragraph, run)
        return Run(
            text,
            self._face(formats, "ascii") or self._face(formats, "hAnsi"),
            self._face(formats, "eastAsia"),
            self._language(formats),
        )

    def _formats(self, paragraph: Any, run: Any) -> list[Any]:
        """The formats that bear on a run, the nearest first."""
        own = run.find(f"{W}rPr")
        found = [] if own is None else [own]
        if own is not None:
            found += self._chain(own.find(f"{W}rStyle"))
        properties = paragraph.find(f"{W}pPr")
        named = None if properties is None else properties.find(f"{W}pStyle")
        found += self._chain(named) if named is not None else self._of_style(self._normal)
        return [*found, *self._defaults]

    def _chain(self, named: Any) -> list[Any]:
        if named is None:
            return []
        return self._of_style(self._styles.get(named.get(f"{W}val")))

    def _of_style(self, style: Any) -> list[Any]:
        found = []
        for _ in range(STYLES_MOST):
            if style is None:
                break
            properties = style.find(f"{W}rPr")
            if properties is not None:
                found.append(properties)
            based = style.find(f"{W}basedOn")
            style = None if based is None else self._styles.get(based.get(f"{W}val"))
        return found

    def _face(self, formats: list[Any], side: str) -> str:
        for properties in formats:
            fonts = properties.find(f"{W}rFonts")
            if fonts is None:
                continue
            theme = fonts.get(f"{W}{side}Theme")
            if theme is not None:
                return self._of_theme(theme)
            if fonts.get(f"{W}{side}"):
                return str(fonts.get(f"{W}{side}"))
        return ""

    def _of_theme(self, name: str) -> str:
        """`minorEastAsia` as the theme has it; the Korean face of the theme where it names one."""
        if self._theme is None or name not in THEMES:
            return name
        group, kind = THEMES[name]
        fonts = next(iter(self._theme.iter(f"{A}{group}")), None)
        if fonts is None:
            return name
        found = fonts.find(f"{A}{kind}")
        face = "" if found is None else found.get("typeface") or ""
        if kind == "ea" and not face:
            scripts = {row.get("script"): row.get("typeface") for row in fonts.iter(f"{A}font")}
            face = scripts.get("Hang") or ""
        return face or name

    def _language(self, formats: list[Any]) -> str:
        for properties in formats:
            found = properties.find(f"{W}lang")
            if found is not None and found.get(f"{W}eastAsia"):
                return str(found.get(f"{W}eastAsia"))
        return self._theme_language


def paragraphs(package: Package) -> Iterator[Paragraph]:
    """Every paragraph that is printed, part by part; what only old programs see is left out."""
    styles = Styles(package)
    for part, name, root in package.text_parts():
        tables = {table: n for n, table in enumerate(root.iter(f"{W}tbl"), start=1)}
        for number, paragraph in enumerate(root.iter(f"{W}p"), start=1):
            if next(paragraph.iterancestors(FALLBACK), None) is not None:
                continue
            runs = tuple(
                styles.run(paragraph, run, text)
                for run in paragraph.iter(f"{W}r")
                if (text := text_of(run)) and nearest_paragraph(run) is paragraph
            )
            words = "".join(run.text for run in runs)
            table, row = position(paragraph, tables)
            named = "" if part == "body" else name.rpartition("/")[2]
            place = Place(part, named, number, table, row, text=shortened(words))
            yield Paragraph(place, runs)


def nearest_paragraph(run: Any) -> Any:
    return next(run.iterancestors(f"{W}p"), None)


def text_of(run: Any) -> str:
    return "".join(child.text or "" for child in run.iterchildren(f"{W}t"))


def position(paragraph: Any, tables: dict[Any, int]) -> tuple[int, int]:
    """(table, row) of a paragraph, from 1; zeros outside of tables."""
    row = next(paragraph.iterancestors(f"{W}tr"), None)
    if row is None:
        return 0, 0
    table = next(row.iterancestors(f"{W}tbl"))
    return tables.get(table, 0), sum(1 for _ in row.itersiblings(f"{W}tr", preceding=True)) + 1


def pictures(package: Package) -> Iterator[tuple[str, str, str]]:
    """(part, name, alternative text) of each picture."""
    for part, _name, root in package.text_parts():
        for drawing in root.iter(DRAWING):
            if next(drawing.iterancestors(FALLBACK), None) is None:
                yield part, drawing.get("name") or "", drawing.get("descr") or ""
