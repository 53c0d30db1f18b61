"""Which column of a list is which answer: by the field's name, or by its label in any language."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_pgettext as _p

from services.forms.bulk.reading import Table
from services.forms.catalog.fields import from_form
from services.forms.catalog.kind import Kind, Text
from services.forms.parts import Parts
from shared.errors import Refused
from shared.words import LANGUAGES

STUDENT_NUMBER = "student_number"
LABEL = _p("field", "Student number")
NUMBER_CHARACTERS_MOST = 60  # longer is nobody's


@dataclass(frozen=True)
class Line:
    """One row of a list: whose, and the answers of this row's own, as typed.

    `torn` says that there is more in it than the headings have room for: a comma too many.
    """

    n: int
    student_number: str
    given: Mapping[str, Any]
    torn: bool = False


@dataclass(frozen=True)
class Listed:
    """What a table says for a kind, and the headings that nothing is made of.

    `wrong` are findings (JSON, by language) of the lines that cannot be meant.
    """

    lines: list[Line]
    unused: list[str]
    wrong: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)


def listed(parts: Parts, kind: Kind, table: Table) -> Listed:
    """The rows of a table by the kind's fields.

    Raises Refused("list_no_numbers" | "list_twice", heading).
    """
    known = _known(parts, kind)
    fields = [known.get(_bare(heading), "") for heading in table.headings]
    for heading, name in zip(table.headings, fields, strict=True):
        if name and fields.count(name) > 1:
            raise Refused("list_twice", "a column twice", field="file", heading=heading)
    if STUDENT_NUMBER not in fields:
        raise Refused("list_no_numbers", "no column of student numbers", field="file")
    words = _words(parts, kind)
    lines = [_line(kind, words, n, fields, cells) for n, cells in table.rows]
    pairs = zip(table.headings, fields, strict=True)
    return Listed(lines, [heading for heading, name in pairs if heading and not name])


def plain_number(typed: str) -> str:
    """A student number as the register has it: full-width digits and spaces of a sheet go."""
    return unicodedata.normalize("NFKC", typed).strip()[:NUMBER_CHARACTERS_MOST]


def given_by(kind: Kind, words: Mapping[str, Mapping[str, str]], cells: Mapping[str, str]) -> Any:
    """The answers in the cells of a row; words of a choice in any language are its value."""
    named = {
        name: words.get(name, {}).get(_bare(text), text) for name, text in cells.items() if text
    }
    return from_form(kind.schema, named)


def _line(
    kind: Kind,
    words: Mapping[str, Mapping[str, str]],
    n: int,
    fields: Sequence[str],
    cells: Sequence[str],
) -> Line:
    pairs = zip(fields, cells, strict=False)  # a line may end before the headings do
    found = {name: cell for name, cell in pairs if name}
    number = plain_number(found.pop(STUDENT_NUMBER, ""))
    torn = any(cells[len(fields) :])
    return Line(n, number, given_by(kind, words, found), torn)


def _known(parts: Parts, kind: Kind) -> dict[str, str]:
    """Field by heading."""
    labels: dict[str, Text] = {STUDENT_NUMBER: LABEL}
    labels |= {name: one.metadata["label"] for name, one in kind.schema().fields.items()}
    found = {_bare(name): name for name in labels}
    for name, label in labels.items():
        found |= {_bare(said): name for said in _in_each_language(parts, label)}
    return found


def _words(parts: Parts, kind: Kind) -> dict[str, dict[str, str]]:
    """Value by word, for each field of choices."""
    return {
        name: {
            _bare(said): value
            for value, text in field.metadata.get("words", {}).items()
            for said in (value, *_in_each_language(parts, text))
        }
        for name, field in kind.schema().fields.items()
    }


def _in_each_language(parts: Parts, text: Text) -> Iterator[str]:
    for language in LANGUAGES:
        with parts.speaking(language):
            yield str(text)


def _bare(text: str) -> str:
    """Without case, spaces and underscores: how people write headings."""
    composed = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in composed if letter.isalnum())
