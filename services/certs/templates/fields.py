"""What may stand in a template of a kind: the names of its values, and how they are built.

Read from what comes with the kind (`fields.json`, `sample.json`); certs' own values are among the
sample's. A value is text, a flag (true or false), a list of items, or a group with names inside.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TEXT, FLAG, LIST, GROUP = "text", "flag", "list", "group"
# What certs adds to every paper; a document without the first three proves nothing.
OWN = (
    "document_number",
    "verify_address",
    "issued_at",
    "issue_date",
    "signatory_name",
    "contact_line",
)
NEEDED = ("document_number",)
NEEDED_PICTURES = ("qr", "seal")
STYLE = "long"  # the names that take the small style
LOOP = ("index", "index0", "first", "last", "length")


@dataclass(frozen=True)
class Kind:
    """A kind's paper in one language: title, sample values, and what its fields are called."""

    name: str
    language: str
    title: str
    sample: Mapping[str, Any]
    labels: Mapping[str, Mapping[str, str]]

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that stands for a text, items of lists as `courses.title`."""
        return tuple(names_in(self.sample))

    @property
    def signers(self) -> tuple[str, ...]:
        """Whoever signs: groups with a typed or a drawn signature."""
        return tuple(
            name
            for name, value in self.sample.items()
            if isinstance(value, Mapping) and "drawn" in value
        )

    def label(self, name: str, language: str) -> str:
        return self.labels.get(name, {}).get(language) or name


def kind_of(folder: Path, kind: str, language: str) -> Kind | None:
    """A kind that comes with the product, or None: of another nothing can be uploaded."""
    try:
        words = json.loads((folder / kind / "fields.json").read_text("utf-8"))
        samples = json.loads((folder / kind / "sample.json").read_text("utf-8"))
    except OSError:
        return None
    if language not in samples:
        return None
    title = words.get("title", {}).get(language) or kind
    own = dict.fromkeys(OWN, "") | {"seal": True}
    return Kind(kind, language, title, {**own, **samples[language]}, words.get("fields", {}))


def languages_of(folder: Path, kind: str) -> tuple[str, ...]:
    """The languages in which a kind's paper exists."""
    try:
        return tuple(json.loads((folder / kind / "sample.json").read_text("utf-8")))
    except OSError:
        return ()


def names_in(values: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, value in values.items():
        shape = shape_of(value)
        if shape == TEXT:
            yield f"{before}{name}"
        elif shape == GROUP:
            yield from names_in(value, f"{before}{name}.")
        elif shape == LIST:
            item = item_of(value)
            yield from [f"{before}{name}"] if item == "" else names_in(item, f"{before}{name}.")


def shape_of(value: Any) -> str:
    """What kind of value this is."""
    if isinstance(value, bool):
        return FLAG
    if isinstance(value, Mapping):
        return GROUP
    return LIST if isinstance(value, list | tuple) else TEXT


def item_of(values: Any) -> Any:
    """An item with everything that any item of a list has; a text where the items are texts."""
    merged: dict[str, Any] = {}
    for value in values:
        if not isinstance(value, Mapping):
            return ""
        merged |= value
    return merged


def nearest(name: str, known: Mapping[str, Any] | tuple[str, ...]) -> str | None:
    """The name that somebody probably meant."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.7)
    if close:
        return close[0]
    plain = {one.lower().replace("_", ""): one for one in known}
    return plain.get(name.lower().replace("_", "").replace(" ", ""))
