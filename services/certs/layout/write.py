"""Writing a document: a layout and values in, a PDF out, in a few milliseconds.

The file claims PDF/A-2a and PDF/UA-1 and, signed, is PAdES B-B (ETSI EN 319 142-1). What cannot
be printed truly is refused, never printed as a box and never left out.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from services.certs.layout import metadata
from services.certs.layout.alphabet import Alphabet, in_one_line
from services.certs.layout.embed import Foundry, resource, stream
from services.certs.layout.layout import Items, Layout, Picture, Seat
from services.certs.layout.overlay import Composed, Overlay, compose
from services.certs.layout.pictures import Gallery, inside, inside_quiet_zone, qr
from services.certs.layout.update import Signs, Update
from services.certs.layout.watermark import FACE, watermark
from shared.errors import Permanent
from shared.fit.faces import Faces
from shared.fit.linebreak import own_script
from shared.fit.papers import Fit, fit
from shared.fit.setting import KEPT_AT_MOST, Setter, Setting, plain, value_at
from shared.fit.slots import Cell, Slot, Style


class Writer:
    """Writes documents with the faces of one folder; keeps what makes the next one quick."""

    def __init__(self, fonts: Path) -> None:
        self._setter = Setter(Faces(fonts))
        self._foundry = Foundry(self._setter.faces)
        self._composed = lru_cache(maxsize=KEPT_AT_MOST)(self._compose)
        self._alphabet = lru_cache(maxsize=None)(self._new_alphabet)
        self._gallery = Gallery()

    def write(
        self,
        layout: Layout,
        values: Mapping[str, Any],
        pictures: Mapping[str, bytes],
        *,
        number: str,
        at: datetime,
        qr_text: str,
        signer: Signs | None = None,
        seal: bool = True,
        mark: str | None = None,
    ) -> bytes:
        """A document as PDF; the same arguments give the same bytes (given a signer that does so).

        `values`: text at the dotted names of `layout.fields`, lists padded (`plan.arranged`).
        `pictures`: PNG by the picture's name in the template; a `signature_<role>` takes the place
        of `<role>.typed`. `number` goes into the title. `qr_text`: nothing draws no QR. `mark`:
        words across each page, for a preview. Raises `Permanent`: `missing_value`,
        `missing_glyph` (field, character), `does_not_fit` (field, lines, room), `bad_picture`,
        `qr_too_long`.
        """
        overlay, update = Overlay(len(layout.objects.overlays)), Update(layout)
        for seat in layout.singles:
            if seat.signature not in pictures:
                self._put(seat, values, layout, overlay)
        for items in layout.lists:
            self._put_items(items, values, layout, overlay, update)
        drawn = self._draw(layout, pictures, qr_text, seal, update)
        across = watermark(self._setter, mark) if mark else None
        used = overlay.used()
        if across:
            used.setdefault(FACE, {}).update(across.texts)
        self._embed(layout, used, update)
        for page, number_of_stream in enumerate(layout.objects.overlays):
            words = [*overlay.pages[page], *drawn.get(page, ())]
            words += [across.shown] if across else []
            update.put(number_of_stream, stream(("q 0 g\n" + "\n".join(words) + "\nQ").encode()))
        title = f"{layout.title} {number}".strip()
        update.put(layout.objects.xmp, metadata.xmp(title, layout.language, at, layout.claims))
        update.put(layout.objects.info, metadata.info(title, at))
        return update.finish(at, signer)

    def measure(self, layout: Layout, field: str, text: str) -> Fit:
        """Whether a text fits where `field` stands, before anything is written."""
        return fit(self._setter, layout.slots, field, text)

    def small(self, layout: Layout, values: Mapping[str, Any]) -> list[str]:
        """The fields that take the small style: the list `long` of a Word template."""
        return [
            slot.text[1:-1]
            for slot in layout.slots
            if len(slot.styles) > 1 and self._style(slot, values) is not slot.styles[0]
        ]

    def _style(self, slot: Slot, values: Mapping[str, Any]) -> Style:
        texts = {field: value_at(values, path, field) for field, path in slot.paths}
        words = "".join(w + (texts[f] if f else "") for w, f in slot.pieces)
        setting = self._setter.set(slot, words)
        if setting.missing or not setting.fits:
            raise refusal(slot, texts, setting)
        return setting.style

    def broken(self, layout: Layout, field: str, text: str) -> list[str]:
        """A text in lines as wide as the slots of `field` are (`{%p for line in field|lines %}`).

        Raises `Permanent("no_such_field")`.
        """
        slot = next((s for s in layout.slots if f"{field}.0" in s.fields), None)
        if slot is None:
            raise Permanent("no_such_field", f"no lines of {field} on this paper", field=field)
        lines = self._setter.lines(slot.styles[0], slot.width, plain(text))
        return [line.text.rstrip(" ") for line in lines]

    def _compose(self, cell: Cell, words: str, language: str) -> Composed | None:
        """The words of a cell, wherever it stands; None where they cannot be printed whole."""
        words = plain(words)
        if quick := self._composed_quickly(cell, words, language):
            return quick
        setting = self._setter.set_cell(cell, words)
        if setting.missing or not setting.fits:
            return None
        italic = self._setter.typeface(setting.style.latin, setting.style.asian).is_italic
        return compose(cell, setting, italic, language)

    def _composed_quickly(self, cell: Cell, words: str, language: str) -> Composed | None:
        """The words, where they are of one kind and stand in one line."""
        if not words:
            return None
        style, script = cell.styles[0], None
        if style.latin != style.asian:
            script = own_script(words[0])
            if script is None:
                return None
        alphabet = self._alphabet(style.latin, style.asian, language, script)
        return in_one_line(cell, alphabet, words)

    def _new_alphabet(self, latin: str, asian: str, language: str, script: str | None) -> Alphabet:
        return Alphabet(self._setter.typeface(latin, asian), language, script)

    def _put(self, seat: Seat, values: Mapping[str, Any], layout: Layout, overlay: Overlay) -> None:
        """The words of a slot into the overlay; most say one value and nothing else."""
        value: Any = values if seat.path else None
        for name in seat.path:
            value = value.get(name) if type(value) is dict else None
        if type(value) is str:
            composed = self._composed(seat.cell, value, layout.language)
            if composed is not None:
                overlay.add(seat, composed)
                return
        self._put_words(seat, values, layout, overlay)

    def _put_words(
        self, seat: Seat, values: Mapping[str, Any], layout: Layout, overlay: Overlay
    ) -> None:
        """The words of any slot, or why they cannot be printed."""
        slot = seat.slot
        texts = {field: value_at(values, path, field) for field, path in slot.paths}
        words = "".join([w + (texts[f] if f else "") for w, f in slot.pieces])
        composed = self._composed(slot.cell, words, layout.language)
        if composed is None:
            raise refusal(slot, texts, self._setter.set(slot, words))
        overlay.add(seat, composed)

    def _put_items(
        self,
        items: Items,
        values: Mapping[str, Any],
        layout: Layout,
        overlay: Overlay,
        update: Update,
    ) -> None:
        """The items of a list. The blank ones, which only keep the room, leave the tree: a screen
        reader is told of rows that are there."""
        blank, add, language = set[int](), overlay.add, layout.language
        for item, seats, elements in zip(
            list_of(values, items), items.seats, items.elements, strict=True
        ):
            if is_blank(item):
                blank.update(elements)
                continue
            words = item if type(item) is dict else {}
            for seat in seats:
                _, cell, _, _, _, _, named, _ = seat
                text = words.get(named)
                composed = self._composed(cell, text, language) if type(text) is str else None
                if composed is None:
                    self._put_words(seat, values, layout, overlay)
                else:
                    add(seat, composed)
        for branch in items.branches:
            if not blank.isdisjoint(branch.kids):
                update.put(branch.object, branch.without(blank))

    def _draw(
        self,
        layout: Layout,
        pictures: Mapping[str, bytes],
        qr_text: str,
        seal: bool,
        update: Update,
    ) -> dict[int, list[str]]:
        """Puts the pictures into the update; the operators that show them, by page."""
        for name in pictures:
            if name not in layout.pictures:
                raise Permanent("bad_picture", f"no place for a picture {name}", field=name)
        names, shown = layout.objects.pictures.static, dict[int, list[str]]()
        for place in layout.pictures.values():
            number, matrix = self._picture(place, pictures, qr_text, seal, update)
            if number:
                names += f"/{place.name} {number} 0 R"
            if matrix:
                words = f"q {matrix} cm /{place.name} Do Q"
                shown.setdefault(place.page, []).append(marked("Figure", place, words))
            else:
                update.put(place.element, without_picture(place))
                if place.name not in layout.signatures or place.name in pictures:
                    shown.setdefault(place.page, []).append(marked("Span", place, ""))
        update.put(layout.objects.pictures.object, f"<<{names}>>".encode())
        return shown

    def _picture(
        self,
        place: Picture,
        pictures: Mapping[str, bytes],
        qr_text: str,
        seal: bool,
        update: Update,
    ) -> tuple[int | None, str | None]:
        """(new object, matrix) of a picture; without a matrix it is not shown."""
        if place.name == "seal":
            return None, "1 0 0 1 0 0" if seal else None
        if place.name == "qr":
            if not qr_text:
                return None, None
            modules, body = qr(qr_text)
            return update.add([body]), inside_quiet_zone(place.box, modules)
        if place.name not in pictures:
            return None, None
        drawing = self._gallery.drawing(place.name, pictures[place.name])
        matrix = inside(place.box, drawing.width, drawing.height)
        return update.add(drawing.objects(update.next)), matrix

    def _embed(self, layout: Layout, used: Mapping[str, Mapping[int, str]], update: Update) -> None:
        """Puts the fonts into the update."""
        names = layout.objects.fonts.static
        for face, texts in sorted(used.items()):
            bodies = self._foundry.cut(face, texts, update.next)
            names += f"{resource(face)} {update.add(bodies)} 0 R"
        update.put(layout.objects.fonts.object, f"<<{names}>>".encode())


def refusal(slot: Slot, texts: Mapping[str, str], setting: Setting) -> Permanent:
    """Why the words of a slot cannot be printed whole."""
    if lacking := setting.missing:
        field = next((f for f, text in texts.items() if lacking[0] in text), slot.text)
        character = f"U+{ord(lacking[0]):04X}"
        return Permanent(
            "missing_glyph",
            f"{field}: no face prints {character}",
            field=field,
            character=character,
        )
    # Of several in one line it is the longest that has to be shorter.
    field = max(texts, key=lambda one: len(texts[one]))
    lines, room = len(setting.lines), setting.style.room
    return Permanent(
        "does_not_fit",
        f"{field} takes {lines} lines where {room} are",
        field=field,
        lines=lines,
        room=room,
    )


def list_of(values: Mapping[str, Any], items: Items) -> list[Any]:
    """The items of a list, as many as the layout holds.

    Raises `Permanent("missing_value")`.
    """
    value: Any = values
    for name in items.source.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    if not isinstance(value, list) or len(value) != len(items.slots):
        raise Permanent("missing_value", f"{items.source} is not as long as its paper")
    return value


def is_blank(item: Any) -> bool:
    """Whether an item says nothing."""
    return not any(map(is_said, item.values())) if isinstance(item, Mapping) else not item


def is_said(value: Any) -> bool:
    return not is_blank(value) if isinstance(value, Mapping) else bool(value)


def marked(tag: str, place: Picture, words: str) -> str:
    return f"/{tag}<</MCID {place.mcid}>>BDC {words} EMC"


def without_picture(place: Picture) -> bytes:
    """The structure element of a picture that is not there: words of the line around it."""
    return (
        f"<</Type/StructElem/S/Span/P {place.parent} 0 R/Pg {place.page_object} 0 R"
        f"/K {place.mcid}>>".encode()
    )
