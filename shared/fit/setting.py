"""Setting words into a slot: the first style and the fewest lines that take them whole."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from shared.errors import Permanent
from shared.fit.faces import Faces, Found, Typeface
from shared.fit.linebreak import break_lines, scripts_of
from shared.fit.slots import Cell, Slot, Style

KEPT_AT_MOST = 4096  # settings: campuses, majors and sentences come again and again
MISSING_EM = 0.0  # what cannot be printed takes no room: it is refused for itself


@dataclass(frozen=True, eq=False)
class Line:
    """One line as it will be painted: its words, the glyph of each character, its width."""

    text: str
    glyphs: tuple[Found | None, ...]
    width: float


@dataclass(frozen=True, eq=False)
class Setting:
    """A style, the lines it takes, and whether the text has line feeds."""

    style: Style
    lines: tuple[Line, ...]
    feeds: bool

    @property
    def fits(self) -> bool:
        return len(self.lines) <= self.style.room

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The characters that no face prints, each once; a line feed where there is one line."""
        lacking = missing(self.lines)
        return (*lacking, "\n") if self.style.room == 1 and self.feeds else lacking

    @property
    def baselines(self) -> tuple[float, ...]:
        return self.style.baselines[len(self.lines) - 1]


def missing(lines: Iterable[Line]) -> tuple[str, ...]:
    """The characters of these lines that no face prints, each once."""
    lacking = [
        c for line in lines for c, g in zip(line.text, line.glyphs, strict=True) if g is None
    ]
    return tuple(dict.fromkeys(lacking))


class Setter:
    """Sets words with the faces of one folder."""

    def __init__(self, faces: Faces) -> None:
        self.faces = faces
        self.typeface = lru_cache(maxsize=None)(self._typeface)
        self.set_cell = lru_cache(maxsize=KEPT_AT_MOST)(self._set)

    def _typeface(self, latin: str, asian: str) -> Typeface:
        return Typeface(self.faces, latin, asian)

    def set(self, slot: Slot, text: str) -> Setting:
        """The first style in which `text` fits, or the last one, overfull."""
        return self.set_cell(slot.cell, text)

    def _set(self, cell: Cell, text: str) -> Setting:
        for style in cell.styles:
            width = cell.right - cell.left
            setting = Setting(style, self.lines(style, width, text), "\n" in text)
            if setting.fits:
                return setting
        return setting

    def lines(self, style: Style, width: float, text: str) -> tuple[Line, ...]:
        """The text broken to `width` points; a line feed begins a new line."""
        typeface = self.typeface(style.latin, style.asian)
        return tuple(
            line
            for paragraph in text.split("\n")
            for line in self._broken(typeface, style.size / 1000, width, paragraph)
        )

    @staticmethod
    def _broken(typeface: Typeface, em: float, width: float, text: str) -> list[Line]:
        scripts = scripts_of(text)
        glyphs = typeface.find(text, scripts)
        advances = [MISSING_EM if g is None else g[2] * em for g in glyphs]
        lines = []
        for first, end in break_lines(text, scripts, advances, width):
            seen = first + len(text[first:end].rstrip(" "))
            lines.append(Line(text[first:end], tuple(glyphs[first:end]), sum(advances[first:seen])))
        return lines


def plain(text: str) -> str:
    """Composed (Hangul from a Mac comes in pieces), with one kind of line end."""
    if text.isascii() and "\n" not in text:
        return text
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n")).rstrip("\n")


def value_of(values: Mapping[str, Any], field: str) -> str:
    """The text at a dotted path, `courses.3.title` in a list.

    Raises `Permanent("missing_value")`.
    """
    return value_at(values, field.split("."), field)


def value_at(values: Mapping[str, Any], path: Sequence[str], field: str) -> str:
    """The same by the parts of the path."""
    value: Any = values
    for name in path:
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        elif isinstance(value, Mapping) and name in value:
            value = value[name]
        else:
            raise Permanent("missing_value", f"no value for {field}", field=field)
    if not isinstance(value, str):
        raise Permanent("missing_value", f"{field} is not text", field=field)
    return plain(value)
