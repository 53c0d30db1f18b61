"""Printing on compiled layouts: what certs itself adds to an order, and the pictures fetched.

The number, the address to check it at, the time, the contact line, the QR and
the seal are certs' own; everything else comes in the order. LibreOffice is
needed only for an order that no compiled layout serves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel.dates import format_date

from services.certs.database import FOLDER
from services.certs.layout.layout import Layout
from services.certs.layout.office_way import OfficeWay
from services.certs.layout.working_copy import working_copy
from services.certs.layout.write import Writer
from services.certs.library import Library, Version
from services.certs.press import Order, Paper, Place, Proves, Spot
from services.certs.sign import Seals
from shared import words
from shared.clock import SEOUL
from shared.errors import Permanent
from shared.files import FileStore
from shared.fit.slots import Slot
from shared.settings import Settings

BOX = "☐"
LINE = "________"  # as much as somebody writes by hand for a year or a semester


@dataclass(frozen=True)
class Printer:
    """The press of the product (`press.Press`)."""

    library: Library
    files: FileStore
    settings: Settings
    writer: Writer
    signer: Seals
    prover: Proves
    office: OfficeWay | None = None

    def paper(self, order: Order, number: str, at: datetime | None) -> Paper:
        try:
            return self._compiled(order, number, at)
        except Permanent as error:
            if error.code != "no_layout":
                raise
            if self.office is None:
                raise Permanent("needs_libreoffice", "there is no LibreOffice here") from error
        own = self._own(order.template.language, number, at) | {"seal": bool(number)}
        values = self.library.arranged(order.template, {**order.values, **own})
        layout = self.office.lay_out(self.library.docx(order.template), values)
        return Paper(layout, values, by_office=True)

    def document(
        self, order: Order, number: str, at: datetime, paper: Paper | None = None
    ) -> bytes:
        paper = paper or self._compiled(order, number, at)
        written = self.writer.write(
            paper.layout,
            paper.values,
            self._pictures(order),
            number=number,
            at=at,
            qr_text=self._proof(order, number, at),
            signer=self.signer.signer(),
        )
        return self.signer.completed(written)

    def preview(self, order: Order, at: datetime, paper: Paper | None = None) -> bytes:
        paper = paper or self._compiled(order, "", None)
        return self.writer.write(
            paper.layout,
            paper.values,
            self._pictures(order),
            number="",
            at=at,
            qr_text="",
            seal=False,
            mark=_say(order.template.language, "preview", "PREVIEW"),
        )

    def blank(self, template: Version, at: datetime, office: str) -> bytes:
        layout, language = self.library.layout(template), template.language
        contact = self._own(language, "", None)["contact_line"]
        words = {
            "application_number": _say(language, "blank form", "Blank form"),
            "decision_office": office,
            "contact_line": _say(language, "blank form", "Hand in at: %(at)s", at=contact),
        }
        values = empty(layout.fields) | words
        written_on = to_write_on(layout)
        return self.writer.write(written_on, values, {}, number="", at=at, qr_text="", seal=False)

    def working_copy(self, order: Order, number: str, at: datetime) -> bytes:
        docx = self.library.docx(order.template)
        values = {**order.values, **self._own(order.template.language, number, at)}
        try:
            layout, values = self._laid(order.template, values)
        except Permanent as error:
            if error.code != "no_layout":
                raise
            return working_copy(docx, self.library.arranged(order.template, values), [])
        return working_copy(docx, values, self.writer.small(layout, values))

    def places(self, template: Version, values: Mapping[str, Any] | None = None) -> list[Place]:
        return [
            Place(
                wording=slot.text,
                fields=tuple(slot.fields),
                page=slot.page,
                left=slot.cell.left,
                right=slot.cell.right,
                bottom=slot.rise + min(heights(slot)),
                top=slot.rise + max(heights(slot)),
            )
            for layout in self._shaped(template, values)
            for slot in layout.slots
            if slot.fields
        ]

    def pictures(
        self, template: Version, values: Mapping[str, Any] | None = None
    ) -> Sequence[Spot]:
        return [
            Spot(picture.name, picture.page, picture.box)
            for layout in self._shaped(template, values)
            for picture in layout.pictures.values()
        ]

    def _shaped(self, template: Version, values: Mapping[str, Any] | None) -> list[Layout]:
        """The layout of these values; none where LibreOffice lays them out each time."""
        try:
            if values is None:
                return [self.library.layout(template)]
            own = self._own(template.language, "", None)
            return [self._laid(template, {**own, **values})[0]]
        except Permanent as error:
            if error.code != "no_layout":
                raise
            return []

    def _compiled(self, order: Order, number: str, at: datetime | None) -> Paper:
        own = self._own(order.template.language, number, at)
        return Paper(*self._laid(order.template, {**order.values, **own}))

    def _laid(self, template: Version, values: Mapping[str, Any]) -> tuple[Layout, dict[str, Any]]:
        """The layout of the shape that these values have, and the values as it wants them."""

        def broken(field: str, text: str) -> list[str]:
            return self.writer.broken(self.library.layout(template), field, text)

        ready = dict(self.library.arranged(template, values, broken))
        return self.library.layout(template, ready), ready

    def _own(self, language: str, number: str, at: datetime | None) -> dict[str, Any]:
        """The values that certs adds; without a time (a preview) they are blank."""
        contact: str = getattr(self.settings, f"contact_line_{language}")
        here = None if at is None else at.astimezone(SEOUL)
        day = "" if here is None else _day(here.date(), language)
        said = "" if here is None else here.strftime("%Y-%m-%d %H:%M:%S")
        return {
            "document_number": number,
            "verify_address": printed_address(self.settings) if number else "",
            "issued_at": said and _say(language, "printed time", "%(at)s KST (UTC+09:00)", at=said),
            "issue_date": day,
            "signatory_name": self.settings.signatory_en,
            "contact_line": contact,
        }

    def _proof(self, order: Order, number: str, at: datetime) -> str:
        """What the QR holds: where to check, and behind the # the signed facts."""
        return f"{check_address(self.settings, number)}#{self.prover.digits(order, number, at)}"

    def _pictures(self, order: Order) -> Mapping[str, bytes]:
        return {
            name: self.files.get(picture["file_id"], picture["sha256"])
            for name, picture in order.pictures.items()
        }


def empty(fields: Iterable[str]) -> dict[str, Any]:
    """Values for dotted names with nothing in them: boxes that nobody ticked, lines to write on."""
    found: dict[str, Any] = {}
    for field in fields:
        *path, last = field.split(".")
        inner = found
        for part in path:
            inner = inner.setdefault(part, {})
        inner[last] = BOX if last.startswith("box_") else ""
    return found


def to_write_on(layout: Layout) -> Layout:
    """The layout with a line to write on where a value stands in a sentence; one that stands
    alone has the form's own place. Lists, whose slots are known by identity, stay."""
    listed = {slot for one in layout.lists for item in one.slots for slot in item}
    slots = (slot if slot in listed else _lined(slot) for slot in layout.slots)
    return replace(layout, slots=tuple(slots))


def _lined(slot: Slot) -> Slot:
    if not any(letter.isalnum() for words, _field in slot.pieces for letter in words):
        return slot
    said = ((words.replace("{", "{{").replace("}", "}}"), field) for words, field in slot.pieces)
    return replace(slot, text="".join(words + (LINE if field else "") for words, field in said))


def heights(slot: Slot) -> list[float]:
    """Every baseline that a slot may use, from its rise."""
    return [y for style in slot.styles for lines in style.baselines for y in lines]


def check_address(settings: Settings, number: str) -> str:
    """Where this number is checked."""
    return f"{settings.base_url.rstrip('/')}/verify/{number}"


def printed_address(settings: Settings) -> str:
    """The address as people type it."""
    return f"{settings.base_url.rstrip('/')}/verify".split("://", 1)[1]


@lru_cache(maxsize=64)
def _day(day: date, language: str) -> str:
    return format_date(day, "long", locale=language)


def _say(language: str, context: str, words_in_english: str, **values: str) -> str:
    """Words on a paper, in the paper's language whoever reads it."""
    catalog = words.catalog((FOLDER / "translations",), language)
    return str(catalog.pgettext(context, words_in_english)) % values
