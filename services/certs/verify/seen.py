"""What a page of a PDF shows: its words, and what is painted over them.

A small interpreter of content streams (ISO 32000-1, 8 and 9), with the forms
and annotations that a page paints. It follows what an eye would see as far as
forgers go for it: a word under a patch painted later, or written invisibly, is
hidden. It is run on strangers' files, so everything is counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pikepdf

from services.certs.verify.letters import UNREADABLE, Decoder, decoder
from services.certs.verify.scan import code_in

Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]  # left, bottom, right, top
UNIT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
STEPS_MOST = 400_000
STREAM_BYTES_MOST = 12_000_000
PICTURE_BYTES_MOST = 12_000_000
FORMS_DEEP = 6
LOOKS_MOST = 12  # for a QR code in a picture
HIDDEN, NO_VIEW = 1 << 1, 1 << 5  # flags of annotations (12.5.3)
INVISIBLE, CLIP_ONLY = 3, 7  # text rendering modes (9.3.6)


class Enough(Exception):
    """More than any of our papers has."""


@dataclass
class Word:
    """A run of text and where it begins, in points from the page's lower left corner."""

    page: int
    x: float
    y: float
    text: str
    visible: bool = True


@dataclass(frozen=True)
class Picture:
    """A picture or form that a page paints: its box, a hash of its content, and what it says as a
    QR code."""

    page: int
    box: Box
    digest: str
    code: str = ""


@dataclass(frozen=True)
class Ink:
    """What `q` saves and `Q` brings back."""

    matrix: Matrix = UNIT
    font: Decoder = lambda codes: UNREADABLE * len(codes)
    leading: float = 0.0
    mode: int = 0
    covers: bool = True  # painted opaquely


@dataclass
class Sight:
    """Everything that was seen of a file."""

    words: list[Word] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    steps: int = STEPS_MOST
    looks: int = LOOKS_MOST
    decoders: dict[Any, Decoder] = field(default_factory=dict)

    def decoder(self, font: Any) -> Decoder:
        """The decoder of a font, made once."""
        key = font.objgen if font.is_indirect else id(font)
        if key not in self.decoders:
            self.decoders[key] = decoder(font)
        return self.decoders[key]

    def code(self, thing: Any, box: Box) -> str:
        """What a picture says as a QR code; of the first pictures alone, since looking is dear."""
        self.looks -= 1
        return code_in(thing, box[2] - box[0], box[3] - box[1]) if self.looks >= 0 else ""

    def cover(self, page: int, box: Box, since: int) -> None:
        """Hide the words of a page that begin under a patch painted after them."""
        left, bottom, right, top = box
        for word in self.words[since:]:
            if left <= word.x + 1 <= right and bottom <= word.y + 2 <= top and word.page == page:
                word.visible = False


def look(pdf: pikepdf.Pdf, pages_most: int) -> Sight:
    """See the first pages of a file. Raises Enough."""
    sight = Sight()
    for number, page in enumerate(pdf.pages):
        if number == pages_most:
            break
        origin = page.mediabox
        start: Matrix = (1, 0, 0, 1, -float(origin[0]), -float(origin[1]))
        painter = Painter(sight, number, len(sight.words))
        painter.paint(page.obj, page.obj.get("/Resources", page.resources), Ink(start), 0)
        for annotation in page.obj.get("/Annots", ()):
            painter.annotate(annotation, Ink(start))
    return sight


class Painter:
    """Follows the operators of one page."""

    def __init__(self, sight: Sight, page: int, first_word: int) -> None:
        self._sight, self._page, self._first = sight, page, first_word
        self._ink, self._saved = Ink(), list[Ink]()
        self._line, self._moved = UNIT, True
        self._patches: list[Box] = []
        self._odd_path = False
        self._resources: Any = {}
        self._deep = 0

    def paint(self, content: Any, resources: Any, ink: Ink, deep: int) -> None:
        """Paint a page or a form."""
        kept = self._ink, self._saved, self._resources, self._deep
        self._ink, self._saved, self._resources, self._deep = ink, [], resources, deep
        for step in steps_of(content):
            self._sight.steps -= 1
            if self._sight.steps < 0:
                raise Enough
            act = ACTS.get(str(step.operator))
            if act:
                act(self, list(step.operands))
        self._ink, self._saved, self._resources, self._deep = kept

    def annotate(self, annotation: Any, ink: Ink) -> None:
        """What an annotation shows: its appearance, or the words that a viewer sets for it."""
        if not is_shown(annotation):
            return
        box = ordered(annotation.Rect)
        look_of = appearance(annotation)
        if look_of is not None:
            self._form(look_of, replace(ink, matrix=product(onto(look_of, box), ink.matrix)), 1)
            return
        if "/C" in annotation or "/MK" in annotation:
            self._sight.cover(self._page, moved(box, ink.matrix), self._first)
        text = str(annotation.get("/V", annotation.get("/Contents", "")))
        if text:
            middle = (box[1] + box[3]) / 2 - 3
            self._note(product((1, 0, 0, 1, box[0] + 2, middle), ink.matrix), text)

    def _form(self, form: Any, ink: Ink, deep: int) -> None:
        if deep > FORMS_DEEP:
            raise Enough
        matrix = product(matrix_of(form.get("/Matrix", UNIT)), ink.matrix)
        line, moved_ = self._line, self._moved
        self._moved = True
        resources = form.get("/Resources", self._resources)
        self.paint(form, resources, replace(ink, matrix=matrix), deep)
        self._line, self._moved = line, moved_

    def _note(self, at: Matrix, text: str, *, visible: bool = True) -> None:
        self._sight.words.append(Word(self._page, round(at[4], 2), round(at[5], 2), text, visible))

    # Operators (Annex A); each gets its operands.

    def save(self, _o: list[Any]) -> None:
        self._saved.append(self._ink)

    def restore(self, _o: list[Any]) -> None:
        self._ink = self._saved.pop() if self._saved else self._ink

    def concatenate(self, o: list[Any]) -> None:
        self._ink = replace(self._ink, matrix=product(matrix_of(o), self._ink.matrix))

    def state(self, o: list[Any]) -> None:
        named = self._resources.get("/ExtGState", {}).get(str(o[0]), {})
        opaque = float(named.get("/ca", 1)) >= 0.5 if "/ca" in named else self._ink.covers
        if str(named.get("/BM", "/Normal")) not in ("/Normal", "/Compatible"):
            opaque = False
        self._ink = replace(self._ink, covers=opaque)

    def begin_text(self, _o: list[Any]) -> None:
        self._line, self._moved = UNIT, True

    def move(self, o: list[Any]) -> None:
        self._line = product((1, 0, 0, 1, float(o[0]), float(o[1])), self._line)
        self._moved = True

    def move_leading(self, o: list[Any]) -> None:
        self._ink = replace(self._ink, leading=-float(o[1]))
        self.move(o)

    def set_matrix(self, o: list[Any]) -> None:
        self._line, self._moved = matrix_of(o), True

    def next_line(self, _o: list[Any]) -> None:
        self.move([0, -self._ink.leading])

    def set_leading(self, o: list[Any]) -> None:
        self._ink = replace(self._ink, leading=float(o[0]))

    def set_mode(self, o: list[Any]) -> None:
        self._ink = replace(self._ink, mode=int(o[0]))

    def set_font(self, o: list[Any]) -> None:
        font = self._resources.get("/Font", {}).get(str(o[0]))
        if isinstance(font, pikepdf.Dictionary):
            self._ink = replace(self._ink, font=self._sight.decoder(font))

    def show(self, o: list[Any]) -> None:
        parts = o[-1] if isinstance(o[-1], pikepdf.Array) else [o[-1]]
        text = "".join(
            self._ink.font(bytes(part)) for part in parts if isinstance(part, pikepdf.String)
        )
        if not self._moved and self._sight.words:  # nobody moved on: it continues the word
            self._sight.words[-1].text += text
        elif text:
            visible = self._ink.mode not in (INVISIBLE, CLIP_ONLY)
            self._note(product(self._line, self._ink.matrix), text, visible=visible)
            self._moved = False

    def show_on_next_line(self, o: list[Any]) -> None:
        self.next_line(o)
        self.show(o)

    def rectangle(self, o: list[Any]) -> None:
        x, y, width, height = (float(v) for v in o)
        self._patches.append(moved(ordered((x, y, x + width, y + height)), self._ink.matrix))

    def odd_path(self, _o: list[Any]) -> None:
        self._odd_path = True

    def end_path(self, _o: list[Any]) -> None:
        self._patches, self._odd_path = [], False

    def fill(self, o: list[Any]) -> None:
        if self._ink.covers and not self._odd_path:
            for patch in self._patches:
                self._sight.cover(self._page, patch, self._first)
        self.end_path(o)

    def do(self, o: list[Any]) -> None:
        thing = self._resources.get("/XObject", {}).get(str(o[0]))
        if not isinstance(thing, pikepdf.Stream):
            return
        is_form = thing.get("/Subtype") == pikepdf.Name.Form
        inner = ordered(thing.get("/BBox", (0, 0, 1, 1))) if is_form else (0.0, 0.0, 1.0, 1.0)
        matrix = self._ink.matrix
        if is_form:
            matrix = product(matrix_of(thing.get("/Matrix", UNIT)), matrix)
        box = moved(inner, matrix)
        code = "" if is_form else self._sight.code(thing, box)
        self._sight.pictures.append(Picture(self._page, box, digest(thing), code))
        if is_form:
            self._form(thing, self._ink, self._deep + 1)
        elif self._ink.covers and not {"/SMask", "/Mask", "/ImageMask"} & set(thing.keys()):
            self._sight.cover(self._page, box, self._first)


ACTS: dict[str, Callable[[Painter, list[Any]], None]] = {
    "q": Painter.save, "Q": Painter.restore, "cm": Painter.concatenate, "gs": Painter.state,
    "BT": Painter.begin_text, "Td": Painter.move, "TD": Painter.move_leading,
    "Tm": Painter.set_matrix, "T*": Painter.next_line, "TL": Painter.set_leading,
    "Tr": Painter.set_mode, "Tf": Painter.set_font, "Tj": Painter.show, "TJ": Painter.show,
    "'": Painter.show_on_next_line, '"': Painter.show_on_next_line, "re": Painter.rectangle,
    "l": Painter.odd_path, "c": Painter.odd_path, "v": Painter.odd_path, "y": Painter.odd_path,
    "f": Painter.fill, "F": Painter.fill, "f*": Painter.fill, "B": Painter.fill,
    "B*": Painter.fill, "b": Painter.fill, "b*": Painter.fill, "S": Painter.end_path,
    "s": Painter.end_path, "n": Painter.end_path, "Do": Painter.do,
}  # fmt: skip


def steps_of(content: Any) -> Iterable[Any]:
    """The operators of a page or form."""
    if isinstance(content, pikepdf.Stream):
        parts: list[Any] = [content]
    else:
        held = content.get("/Contents", ())
        parts = list(held) if isinstance(held, pikepdf.Array) else [held]
    streams = [part for part in parts if isinstance(part, pikepdf.Stream)]
    if sum(len(part.read_bytes()) for part in streams) > STREAM_BYTES_MOST:
        raise Enough
    return pikepdf.parse_content_stream(content) if streams else ()


def is_shown(annotation: Any) -> bool:
    """Whether an annotation shows anything; our own signature field has no size."""
    if not isinstance(annotation, pikepdf.Dictionary) or "/Rect" not in annotation:
        return False
    left, bottom, right, top = ordered(annotation.Rect)
    flags = int(annotation.get("/F", 0))
    unseen = annotation.get("/Subtype") in (pikepdf.Name.Link, pikepdf.Name.Popup)
    return not (flags & (HIDDEN | NO_VIEW) or unseen) and right - left > 0 and top - bottom > 0


def appearance(annotation: Any) -> Any:
    """The stream of an annotation's normal look (12.5.5), if it has one."""
    normal = annotation.get("/AP", {}).get("/N")
    if isinstance(normal, pikepdf.Dictionary):
        normal = normal.get(str(annotation.get("/AS", "/Off")))
    return normal if isinstance(normal, pikepdf.Stream) else None


def onto(form: Any, box: Box) -> Matrix:
    """The matrix that puts an appearance into its annotation's box (12.5.5)."""
    inner = moved(ordered(form.get("/BBox", box)), matrix_of(form.get("/Matrix", UNIT)))
    across = (box[2] - box[0]) / ((inner[2] - inner[0]) or 1)
    up = (box[3] - box[1]) / ((inner[3] - inner[1]) or 1)
    return across, 0, 0, up, box[0] - inner[0] * across, box[1] - inner[1] * up


def digest(thing: Any) -> str:
    """A hash of what a picture holds, however it is packed; empty where it holds too much."""
    if thing.get("/Filter") == pikepdf.Name.DCTDecode:
        return hashlib.sha256(thing.read_raw_bytes()).hexdigest()
    size = int(thing.get("/Width", 1)) * int(thing.get("/Height", 1))
    if size > PICTURE_BYTES_MOST:
        return ""
    try:
        return hashlib.sha256(thing.read_bytes()).hexdigest()
    except pikepdf.PikepdfError:
        return ""


def product(a: Matrix, b: Matrix) -> Matrix:
    return (
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    )


def moved(box: Box, matrix: Matrix) -> Box:
    """The box around a box that a matrix moves."""
    corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs = [x * matrix[0] + y * matrix[2] + matrix[4] for x, y in corners]
    ys = [x * matrix[1] + y * matrix[3] + matrix[5] for x, y in corners]
    return round(min(xs), 2), round(min(ys), 2), round(max(xs), 2), round(max(ys), 2)


def ordered(corners: Any) -> Box:
    """A rectangle by its lower left and upper right corner (7.9.5)."""
    a, b, c, d = (float(v) for v in corners)
    return min(a, c), min(b, d), max(a, c), max(b, d)


def matrix_of(operands: Any) -> Matrix:
    a, b, c, d, e, f = (float(v) for v in operands)
    return a, b, c, d, e, f
