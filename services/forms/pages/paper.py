"""An application as paper on the screen, in the paper's own language.

The PDF is made of the template; this page has the same words in the same
order, so that nobody needs a PDF to know what they sign.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import pgettext

from services.forms.applications import cases
from services.forms.applications.answers import said_one
from services.forms.applications.roles import ROLES
from services.forms.catalog import printed
from services.forms.catalog.kind import Answers, Kind, Signed
from services.forms.people.values import Named, Student
from shared import say
from shared.words import in_language

TICKS_FROM = 3  # fewer choices are printed as what was chosen
HALF_LETTERS_MOST = 16  # what stands in half a row of the form


@dataclass(frozen=True)
class Tick:
    """A box on the paper."""

    words: str
    chosen: bool


@dataclass(frozen=True)
class PaperCell:
    """A label with its value, or with boxes."""

    label: str
    value: str = ""
    ticks: Sequence[Tick] = ()

    @property
    def half(self) -> bool:
        """Whether it takes half a row."""
        return not self.ticks and len(self.value) <= HALF_LETTERS_MOST


@dataclass(frozen=True)
class Sign:
    """A line for a signature: given (seal) or still to come (wait)."""

    role: str
    name: str
    seal: Sequence[str] = ()
    wait: str = ""


@dataclass(frozen=True)
class Paper:
    """What the template draws."""

    title: str
    language: str
    rows: Sequence[Sequence[PaperCell]]
    sentences: Sequence[str]
    date: str
    signs: Sequence[Sign]
    to: str


@dataclass(frozen=True)
class Drawn:
    """What a paper is drawn from. `signed` has the signatures given so far."""

    kind: Kind
    student: Student
    answers: Answers
    at: datetime
    language: str
    sentences: Sequence[str] | None = None  # as they were sent; None makes them
    signed: Sequence[Signed] = ()
    people: Mapping[str, Named] = field(default_factory=dict)  # named in the answers, by field


def draw(drawn: Drawn) -> Paper:
    """The paper in its language, whoever reads it."""
    with in_language(drawn.language):
        kind = drawn.kind
        sentences = drawn.sentences
        if sentences is None:
            sentences = [str(sentence) for sentence in kind.sentences(drawn.answers)]
        return Paper(
            title=str(kind.paper_title or kind.title),
            language=drawn.language,
            rows=_rows([*_student(drawn.student), *_answers(drawn)]),
            sentences=sentences,
            date=printed.day(drawn.at),
            signs=[_sign(drawn, role) for role in ("applicant", *_roles(kind))],
            to=str(kind.addressee),
        )


def _roles(kind: Kind) -> list[str]:
    return [role for step in kind.route for role in step.roles]


def _student(student: Student) -> list[PaperCell]:
    labels = (
        ("campus", pgettext("on paper", "Campus")),
        ("major", pgettext("on paper", "Major")),
        ("student_number", pgettext("on paper", "Student number")),
        ("program", pgettext("on paper", "Degree program")),
        ("name", pgettext("on paper", "Name")),
    )
    lines = printed.student_lines(student)
    return [PaperCell(label, lines[key]) for key, label in labels]


def _answers(drawn: Drawn) -> list[PaperCell]:
    return [
        _answer(one.metadata, drawn.answers[name], drawn.people.get(name))
        for name, one in drawn.kind.schema().fields.items()
        if drawn.answers.get(name) not in (None, "")
    ]


def _answer(shown: Mapping[str, Any], value: Any, whom: Named | None) -> PaperCell:
    label, words = str(shown["label"]), shown.get("words")
    if not words:
        return PaperCell(label, said_one(shown, value, whom))
    if len(words) >= TICKS_FROM:
        return PaperCell(
            label, ticks=[Tick(str(text), key == value) for key, text in words.items()]
        )
    return PaperCell(label, str(words.get(value, value)))


def _rows(cells: Sequence[PaperCell]) -> list[list[PaperCell]]:
    """Two short cells share a row; a student's five lines always do."""
    rows: list[list[PaperCell]] = []
    for index, cell in enumerate(cells):
        fits = cell.half or index < 5
        if rows and fits and len(rows[-1]) == 1 and (rows[-1][0].half or index <= 5):
            rows[-1].append(cell)
        else:
            rows.append([cell])
    return rows


def _sign(drawn: Drawn, role: str) -> Sign:
    words = str(ROLES[role])
    if role in printed.COMMITTEES:
        return Sign(words, "", wait=pgettext("on paper", "(Vote)"))
    given = next((one for one in drawn.signed if one.role == role), None)
    if given:
        return Sign(words, printed.signer_name(given), say.seal_lines(say.named(given)))
    named = cases.named(drawn.kind, drawn.answers, drawn.people).get(role)
    person = named or printed.on_record(drawn.student, role)
    return Sign(
        words, say.named(person) if person else "", wait=pgettext("on paper", "(Signature)")
    )
