"""The library: templates of papers, their versions, and what their fields are called.

Templates lie on shelves. The built-in shelf holds version 1 of each, from
`templates/documents/<kind>/`; a shelf of uploads adds later versions. An
issued document names its version and is opened with that one for ever.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from services.certs.layout.layout import Layout
from services.certs.layout.plan import Breaker, Plan, arranged, plan_of, shape_of
from shared.errors import Permanent
from shared.fit.slots import without_items

TEMPLATES = Path(__file__).parents[2] / "templates" / "documents"
FIRST = "1"
_KIND = re.compile(r"[a-z0-9_]{1,64}")
PLAIN = ""  # the shape of a template that has only one


@dataclass(frozen=True)
class Version:
    """One version of a kind's paper in one language."""

    kind: str
    language: str
    version: str


class Shelf(Protocol):
    """Where versions lie."""

    def versions(self) -> Sequence[Version]:
        """All versions here, the newest of a kind and language last."""
        ...

    def holds(self, version: Version) -> bool:
        """Whether this version lies here and may be printed."""
        ...

    def docx(self, version: Version) -> bytes:
        """The Word template."""
        ...

    def shapes(self, version: Version) -> Collection[str]:
        """The keys of the shapes that are compiled; "" is the only one of a plain template."""
        ...

    def layout(self, version: Version, shape: str = "") -> Layout:
        """The compiled layout of a shape. Raises Permanent("template_damaged")."""
        ...


class BuiltIn:
    """Version 1 of each template, as it comes with the product."""

    def __init__(self, folder: Path = TEMPLATES) -> None:
        self._folder = folder
        self._versions = tuple(
            Version(path.parent.name, path.stem, FIRST) for path in sorted(folder.glob("*/*.docx"))
        )

    def versions(self) -> Sequence[Version]:
        return self._versions

    def holds(self, version: Version) -> bool:
        return version in self._versions

    def docx(self, version: Version) -> bytes:
        return (self._folder / version.kind / f"{version.language}.docx").read_bytes()

    def shapes(self, version: Version) -> Collection[str]:
        names = (self._folder / version.kind).glob(f"{version.language}.*layout.json")
        return [
            path.name.removesuffix(".layout.json")[len(version.language) + 1 :] for path in names
        ]

    def layout(self, version: Version, shape: str = "") -> Layout:
        return Layout.read(self._folder / version.kind, version.language, shape)


def _size(shape: str) -> int:
    """How much a shape holds: the numbers in its key."""
    return sum(int(number) for number in re.findall(r"\d+", shape))


def always_first(_kind: str, _language: str) -> str:
    """Where nobody uploads, the version in use is the one that comes with the product."""
    return FIRST


class Library:
    """All shelves as one: finds the version to use, and keeps opened layouts at hand.

    `active(kind, language)` says which version is in use; it is asked each time, so that all
    workers turn to another version at once.
    """

    def __init__(
        self,
        shelves: Sequence[Shelf],
        words_folder: Path = TEMPLATES,
        active: Callable[[str, str], str] = always_first,
    ) -> None:
        self._shelves = tuple(shelves)
        self._active = active
        self._words_folder = words_folder
        self._layouts: dict[tuple[Version, str], Layout] = {}
        self._plans: dict[Version, Plan] = {}
        self._shapes: dict[Version, frozenset[str]] = {}
        self._words: dict[str, Mapping[str, Any]] = {}
        self._lock = threading.Lock()

    def versions(self) -> list[Version]:
        """Every version of every template."""
        return [version for shelf in self._shelves for version in shelf.versions()]

    def find(self, kind: str, language: str, version: str | None = None) -> Version:
        """The version asked for, or the one in use. Raises Permanent("unknown_template")."""
        found = Version(kind, language, version or self._active(kind, language))
        if not any(shelf.holds(found) for shelf in self._shelves):
            raise Permanent("unknown_template", "there is no such template", kind=kind[:64])
        return found

    def docx(self, version: Version) -> bytes:
        """The Word template of a version."""
        return self._shelf(version).docx(version)

    def plan(self, version: Version) -> Plan:
        """What a version's Word template asks of the values, read once."""
        if version not in self._plans:
            plan = plan_of(self.docx(version))
            with self._lock:
                self._plans[version] = plan
        return self._plans[version]

    def shapes(self, version: Version) -> frozenset[str]:
        """The shapes of a version that are compiled."""
        if version not in self._shapes:
            found = frozenset(self._shelf(version).shapes(version))
            with self._lock:
                self._shapes[version] = found
        return self._shapes[version]

    def arranged(
        self, version: Version, values: Mapping[str, Any], breaker: Breaker | None = None
    ) -> Mapping[str, Any]:
        """The values as the layouts of a version want them: lists padded, texts in lines."""
        if self._is_plain(version):
            return values
        return arranged(self.plan(version), values, breaker)

    def layout(self, version: Version, values: Mapping[str, Any] | None = None) -> Layout:
        """The compiled layout for arranged values, read once; without values the largest one.

        Raises Permanent("no_layout") where no compiled shape serves these values.
        """
        shapes = self.shapes(version)
        if self._is_plain(version):
            return self._layout(version, PLAIN)
        if values is None:
            shape = max(shapes, key=_size, default=None)
        else:
            plan = self.plan(version)
            shape = shape_of(plan, values) if plan.compiles else None
        if shape is None or shape not in shapes:
            raise Permanent("no_layout", "no compiled shape serves these values")
        return self._layout(version, shape)

    def _is_plain(self, version: Version) -> bool:
        """Whether nothing of the values decides its shape; with a condition that is false a
        template has the plain shape among others."""
        return self.shapes(version) == {PLAIN}

    def _layout(self, version: Version, shape: str) -> Layout:
        with self._lock:
            if (version, shape) not in self._layouts:
                self._layouts[version, shape] = self._shelf(version).layout(version, shape)
            return self._layouts[version, shape]

    def title(self, kind: str, language: str) -> str:
        """What the paper of a kind is called in a language."""
        return self._word(self._words_of(kind).get("title", {}), language) or kind

    def label(self, kind: str, field: str, language: str) -> str:
        """What a field of a kind's paper is called in a language: `Course title 4` in the fourth
        row of a list."""
        words = self._words_of(kind).get("fields", {}).get(without_items(field), {})
        numbers = [str(int(name) + 1) for name in field.split(".") if name.isdigit()]
        return " ".join([self._word(words, language) or field, *numbers])

    def _shelf(self, version: Version) -> Shelf:
        for shelf in self._shelves:
            if shelf.holds(version):
                return shelf
        raise Permanent("unknown_template", "there is no such template")

    def _words_of(self, kind: str) -> Mapping[str, Any]:
        with self._lock:
            if kind not in self._words:
                path = self._words_folder / kind / "fields.json"
                known = _KIND.fullmatch(kind)  # part of a path; shelves are not asked for it
                self._words[kind] = (
                    json.loads(path.read_text("utf-8")) if known and path.exists() else {}
                )
            return self._words[kind]

    @staticmethod
    def _word(words: Mapping[str, str], language: str) -> str:
        return words.get(language) or words.get("en", "")
