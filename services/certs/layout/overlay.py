"""The words of one document as content streams, each in its place of the structure tree."""

import re
import struct
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import uharfbuzz as hb

from services.certs.layout.embed import resource
from services.certs.layout.layout import Seat
from services.certs.layout.metadata import text as string
from shared.fit.faces import Face, Found
from shared.fit.setting import Line, Setting
from shared.fit.slots import Cell

# A run of the other language is said so to screen readers: (which characters, which language).
OTHER_LANGUAGE: Mapping[str, tuple[re.Pattern[str], str]] = {
    "ko-KR": (re.compile(r"[A-Za-z][A-Za-z'.-]*(?: [A-Za-z'.-]+)*[A-Za-z]"), "en-US"),
    "en-US": (re.compile(r"[가-힣][가-힣 ]*[가-힣]"), "ko-KR"),
}
SLANT = 0.3249  # how LibreOffice slants a face that has no italic
HAVE_ITALIC = ("serif-italic",)
COMBINING = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]")
FEATURES = {"kern": False, "liga": False}


@dataclass(frozen=True)
class Glyph:
    """A shaped glyph; offsets and advance in thousandths of the size."""

    number: int
    advance: float
    dx: float
    dy: float


@dataclass(frozen=True)
class Run:
    """Glyphs of one face and the text of each, how wide they are together (thousandths of the
    size), and the language they are in where that is not the document's. `shaped` where marks sit
    on letters: then `actual` is the text, which the order of glyphs does not tell."""

    face: Face
    texts: Mapping[int, str]
    glyphs: Sequence[int]
    advance: float
    language: str | None
    shaped: tuple[Glyph, ...] = ()
    actual: str = ""


class Spells(Protocol):
    """A face, and the glyph of each character that was spelled in it."""

    @property
    def face(self) -> str: ...

    @property
    def glyphs(self) -> Mapping[str, int]: ...


@dataclass(eq=False, slots=True)
class Composed:
    """The words of a cell, wherever it comes to stand: their operators, and by face the text that
    each glyph stands for; of `plainly` spelled words that is worked out for a document at once."""

    shown: str
    used: tuple[tuple[str, Mapping[int, str]], ...] = ()
    plainly: tuple[Spells, str] | None = None


def compose(cell: Cell, setting: Setting, italic: bool, language: str) -> Composed:
    """The words of a cell as runs of glyphs, their heights measured from the slot's `rise`."""
    size = setting.style.size
    shown, used = [opening(cell.color)], dict[str, dict[int, str]]()
    for line, y in zip(setting.lines, setting.baselines, strict=True):
        x = place(cell, line.width)
        for run in runs(line, language):
            face, span = run.face.name, span_of(run)
            set_at = f"{setting_in(face, size, italic)}{x:.3f} {y:.3f} Tm"
            shown.append(f"{span}{set_at} {show(run, size)}{' EMC' if span else ''}")
            used.setdefault(face, {}).update(run.texts)
            x += run.advance * size / 1000
    return Composed("\n".join([*shown, "ET"]), tuple(used.items()))


class Overlay:
    """Collects the words of a document, page by page."""

    def __init__(self, pages: int) -> None:
        self.pages: list[list[str]] = [[] for _ in range(pages)]
        self._composed: list[Composed] = []

    def add(self, seat: Seat, composed: Composed) -> None:
        """The words of one slot."""
        self.pages[seat.page] += (seat.begun, composed.shown, seat.ended)
        self._composed.append(composed)

    def used(self) -> dict[str, dict[int, str]]:
        """By face, the text that each glyph of the document stands for."""
        return used_by(dict.fromkeys(self._composed))


def used_by(many: Iterable[Composed]) -> dict[str, dict[int, str]]:
    """By face, the text that each glyph stands for; of several (a blank, and one that does not
    break) the first in the order of characters."""
    used, spelled = dict[str, dict[int, str]](), dict[Spells, list[str]]()
    for composed in many:
        if composed.plainly:
            alphabet, words = composed.plainly
            spelled.setdefault(alphabet, []).append(words)
        for face, texts in composed.used:
            used.setdefault(face, {}).update(texts)
    for alphabet, said in spelled.items():
        letters = sorted({*"".join(said)}, reverse=True)
        glyphs = map(alphabet.glyphs.__getitem__, letters)
        used.setdefault(alphabet.face, {}).update(zip(glyphs, letters, strict=True))
    return used


def runs(line: Line, language: str) -> Iterator[Run]:
    """The line cut wherever face or language change."""
    text, glyphs = line.text, line.glyphs
    languages = languages_of(text, language)
    faces = [g[0] if g else None for g in glyphs]
    if languages is None and faces and faces.count(faces[0]) == len(faces):
        yield run_of(text, glyphs, None)
        return
    languages = languages or [None] * len(text)
    start = 0
    for end in range(1, len(faces) + 1):
        if end < len(faces) and faces[end] is faces[start] and languages[end] == languages[start]:
            continue
        yield run_of(text[start:end], glyphs[start:end], languages[start])
        start = end


def languages_of(text: str, language: str) -> list[str | None] | None:
    """For each character the language it is in, or None for the document's own; None where all
    are in that."""
    if language not in OTHER_LANGUAGE:
        return None
    pattern, other = OTHER_LANGUAGE[language]
    languages: list[str | None] | None = None
    for match in pattern.finditer(text):
        languages = languages or [None] * len(text)
        languages[match.start() : match.end()] = [other] * len(match[0])
    return languages


def run_of(text: str, found: Sequence[Found | None], language: str | None) -> Run:
    glyphs = [g for g in found if g is not None]  # what is missing was refused before
    face = glyphs[0][0]
    if not text.isascii() and COMBINING.search(text):
        texts: dict[int, str] = {}
        marks = tuple(shaped(face, text, texts))
        return Run(face, texts, (), sum(m.advance for m in marks), language, marks, text)
    numbers = [g[1] for g in glyphs]
    texts = dict(zip(numbers, text, strict=True))
    return Run(face, texts, numbers, sum([g[2] for g in glyphs]), language)


def place(cell: Cell, width: float) -> float:
    """Where a line begins, by the cell's alignment."""
    if cell.align == "right":
        return cell.right - width
    if cell.align == "center":
        return (cell.left + cell.right - width) / 2
    return cell.left


@lru_cache(maxsize=256)
def setting_in(face: str, size: float, italic: bool) -> str:
    """The operators before the glyphs of a run, up to where it begins: face, size, slant."""
    slant = SLANT if italic and face not in HAVE_ITALIC else 0
    return f"{resource(face)} {size:g} Tf 1 0 {slant:g} 1 "


def shaped(face: Face, text: str, used: dict[int, str]) -> Iterator[Glyph]:
    """Letters and the marks that sit on them, as HarfBuzz puts them."""
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.cluster_level = hb.BufferClusterLevel.MONOTONE_CHARACTERS
    buffer.guess_segment_properties()
    hb.shape(face.font, buffer, FEATURES)
    letters = {face.glyph(c): c for c in unicodedata.normalize("NFD", text) + text}
    for info, position in zip(buffer.glyph_infos or (), buffer.glyph_positions or (), strict=True):
        used[info.codepoint] = letters.get(info.codepoint, text[info.cluster])
        yield Glyph(
            info.codepoint,
            position.x_advance * face.scale,
            position.x_offset * face.scale,
            position.y_offset * face.scale,
        )


def span_of(run: Run) -> str:
    """The mark before a run that says its language and, where marks were shaped, its text
    (14.9.2, 14.9.4)."""
    if not run.actual:
        return spoken(run.language) if run.language else ""
    entries = f"/Lang({run.language})" if run.language else ""
    return f"/Span<<{entries}/ActualText{string(run.actual)}>>BDC "


def spoken(language: str) -> str:
    """The mark before words in another language than the document's."""
    return f"/Span<</Lang({language})>>BDC "


def show(run: Run, size: float) -> str:
    """Text-showing operators; a mark that HarfBuzz moved is moved by TJ and a text rise."""
    if not run.shaped:
        return f"<{struct.pack(f'>{len(run.glyphs)}H', *run.glyphs).hex()}> Tj"
    written = []
    for glyph in run.shaped:
        code = f"<{glyph.number:04x}>"
        if glyph.dx or glyph.dy:
            rise = glyph.dy * size / 1000
            code = f"{rise:.3f} Ts [{-glyph.dx:.1f} {code} {glyph.dx:.1f}] TJ 0 Ts"
        else:
            code += " Tj"
        written.append(code)
    return " ".join(written)


@lru_cache(maxsize=256)
def opening(color: tuple[float, float, float]) -> str:
    """How the words of a cell begin, after their place in the tree is said."""
    return f"{' '.join(f'{level:.3f}' for level in color)} rg BT"
