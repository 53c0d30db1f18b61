"""`Papers(templates).lines("tuition_waiver", "ko", "reasons", text)`: does it fit?"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from shared.errors import Permanent
from shared.fit.faces import Faces
from shared.fit.setting import Setter, missing, plain
from shared.fit.slots import Slot, read_slots, without_items


@dataclass(frozen=True)
class Fit:
    """Lines that a text takes, lines that there are, characters that cannot be printed."""

    lines_used: int
    lines_room: int
    missing: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()  # the words of each line, blanks at its end left out

    @property
    def ok(self) -> bool:
        return self.lines_used <= self.lines_room and not self.missing


def fit(setter: Setter, slots: Sequence[Slot], field: str, text: str) -> Fit:
    """How `text` fits everywhere that `field` stands: the tightest place counts.

    Measured with the words around it; other values of the same paragraph count as empty. A field
    of a list has no number (`courses.title`); a text that the paper breaks into lines has the room
    of all of them. Raises `Permanent("no_such_field")`.
    """
    text = plain(text)
    places = {slot.cell: slot for slot in slots if field in map(without_items, slot.fields)}
    if not places:
        raise Permanent("no_such_field", f"no place for {field} on this paper", field=field)
    if lined := [slot for slot in slots if any(is_line(f, field) for f in slot.fields)]:
        return _fit_lines(setter, lined, text)
    found = [_fit_slot(setter, slot, field, text) for slot in places.values()]
    return min(found, key=lambda f: (not f.missing, f.lines_room - f.lines_used))


def is_line(name: str, field: str) -> bool:
    """Whether `body.3` is a line of `body`."""
    before, _, number = name.rpartition(".")
    return number.isdigit() and before == field


def _fit_slot(setter: Setter, slot: Slot, field: str, text: str) -> Fit:
    words = "".join(w + (text if f and without_items(f) == field else "") for w, f in slot.pieces)
    setting = setter.set(slot, words)
    lines = tuple(line.text.rstrip() for line in setting.lines)
    return Fit(len(lines), setting.style.room, setting.missing, lines)


def _fit_lines(setter: Setter, slots: Sequence[Slot], text: str) -> Fit:
    lines = setter.lines(slots[0].styles[0], slots[0].width, text)
    room = len({f for slot in slots for f in slot.fields})
    return Fit(len(lines), room, missing(lines), tuple(line.text.rstrip() for line in lines))


class Papers:
    """The committed papers of `templates/` (its `documents/` and `fonts/`)."""

    def __init__(self, templates: Path) -> None:
        self._templates = templates
        self._setter = Setter(Faces(templates / "fonts"))
        self._slots = lru_cache(maxsize=None)(self._read)

    def _read(self, kind: str, language: str) -> tuple[Slot, ...]:
        """The slots of the largest shape: it holds what every other holds."""
        folder = self._templates / "documents" / kind
        paths = sorted(folder.glob(f"{language}.*layout.json"), key=lambda p: p.stat().st_size)
        if not paths:
            raise Permanent("no_such_paper", f"no layout of {kind} in {language}")
        return read_slots(json.loads(paths[-1].read_text("utf-8")))

    def lines(self, kind: str, language: str, field: str, text: str) -> Fit:
        """Whether `text` fits where `field` (dotted) stands on the paper.

        Raises `Permanent("no_such_paper")` and `Permanent("no_such_field")`.
        """
        return fit(self._setter, self._slots(kind, language), field, text)
