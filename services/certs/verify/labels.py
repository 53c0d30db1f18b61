"""What the fields of a comparison are called."""

from __future__ import annotations

import re

from services.certs.database import FOLDER
from services.certs.library import Library
from shared import words

PICTURES = ("seal", "qr", "picture")


def _n(text: str) -> str:
    """Marks words for the catalogue, to be looked up in the reader's language."""
    return text


# Differences that are in no field of the template.
OF_THE_PAPER = {
    "wording": _n("Printed text"),
    "pages": _n("Pages"),
    "seal": _n("Seal"),
    "qr": _n("QR code"),
    "picture": _n("Picture"),
}


def label(library: Library, kind: str, field: str, language: str) -> str:
    """What a field is called: the template's own words, or ours for what is no field of it."""
    name = re.sub(r"\.\d+(?=\.|$)", "", field)  # a row of a list is called like the others
    known = library.label(kind, name, language)
    if known != name or name not in OF_THE_PAPER:
        return known
    return str(words.catalog((FOLDER / "translations",), language).gettext(OF_THE_PAPER[name]))
