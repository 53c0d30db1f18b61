"""The press: from an order (template, values, pictures) to the bytes of a paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from services.certs.layout.layout import Layout
from services.certs.library import Version


@dataclass(frozen=True)
class Order:
    """What is to be printed. `values` by the template's field names; `pictures` by docPr name
    as {"file_id", "sha256"} of the file store; `proves` names the values that the QR code's signed
    facts repeat, most important first."""

    template: Version
    values: Mapping[str, Any]
    pictures: Mapping[str, Mapping[str, str]]
    proves: Sequence[str] = ()


@dataclass(frozen=True)
class Place:
    """A paragraph with fields: its wording (`{field}` where a value goes), page (from 0), and
    the box of its baselines in points from the page's lower left corner."""

    wording: str
    fields: tuple[str, ...]
    page: int
    left: float
    bottom: float
    right: float
    top: float


class Proves(Protocol):
    """What printing needs of whoever signs the facts of a paper."""

    def digits(self, order: Order, number: str, at: datetime) -> str:
        """The signed facts, as decimal digits for the QR code."""
        ...


@dataclass(frozen=True)
class Spot:
    """Where a picture stands: its name in the template, page (from 0), box in points."""

    name: str
    page: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class Paper:
    """A layout that serves an order, and the values as it wants them."""

    layout: Layout
    values: Mapping[str, Any]
    by_office: bool = False  # LibreOffice made it for this one order


class Press(Protocol):
    """Prints. All raise Permanent with `field` in its facts where the order cannot be printed."""

    def paper(self, order: Order, number: str, at: datetime | None) -> Paper:
        """What an order is to be printed on; of a preview number and time are blank.

        Seconds where no compiled layout serves and LibreOffice makes one for this order, so never
        called in a transaction. Raises Permanent("needs_libreoffice"), TryLater("office_failed").
        """
        ...

    def document(
        self, order: Order, number: str, at: datetime, paper: Paper | None = None
    ) -> bytes:
        """The signed PDF under its number, on the paper that was made for it.

        Without one a compiled layout must serve. Raises Permanent("no_layout").
        """
        ...

    def preview(self, order: Order, at: datetime, paper: Paper | None = None) -> bytes:
        """A PDF marked as a preview: no number, no seal, no signature of the university."""
        ...

    def blank(self, template: Version, at: datetime, office: str) -> bytes:
        """The form to fill in by hand (EXT-04): of nobody, with the office that takes it.

        Raises Permanent("no_layout") for what only LibreOffice lays out.
        """
        ...

    def working_copy(self, order: Order, number: str, at: datetime) -> bytes:
        """A DOCX marked as a working copy, without seal and signatures."""
        ...

    def places(self, template: Version, values: Mapping[str, Any] | None = None) -> list[Place]:
        """Where the fields of a template stand when it is filled with these values; fields of
        lists have numbers (`courses.3.title`)."""
        ...

    def pictures(
        self, template: Version, values: Mapping[str, Any] | None = None
    ) -> Sequence[Spot]:
        """Where the pictures of a template stand when it is filled with these values."""
        ...
