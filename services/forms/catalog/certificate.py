"""What every certificate is: language, copies, purpose; no fee (CRT-10), issued at once.

A certificate's own module says who may have it (the rulebook's CRT row) and
which lines stand on it beside the person's. Its name in the paper's language
is always "Certificate of …" with the Korean title of the rulebook's Readings.

Readings: one number for all copies, since each print is checked by the same
number; a person may ask for as many certificates as they need, so none belongs
to a semester and none waits for another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p
from flask_babel import pgettext

from services.forms.catalog import printed, who
from services.forms.catalog.fields import AnswerSchema, Choice, Line, WholeNumber
from services.forms.catalog.kind import (
    Answers,
    Asking,
    Case,
    Desk,
    Finding,
    Kind,
    Room,
    Text,
    Uploads,
)
from services.forms.people.masking import masked
from services.forms.people.values import Student
from services.forms.rules import tell
from shared.words import in_language

OFFICE = "student_affairs"  # rulebook, Readings, "Approvers": certificates, expected degree
COPIES_MOST = 20
PURPOSE_LETTERS_MOST = 40
LANGUAGES: Mapping[str, Text] = {"ko": _l("Korean"), "en": _l("English")}
# What of the register may be too long for the paper, or in letters that no face has.
MEASURED: Mapping[str, Text] = {
    "name_ko": _p("field", "Name in Korean"),
    "name_en": _p("field", "Name in English"),
    "campus": _p("field", "Campus"),
    "major": _p("field", "Major"),
    "degree_title": _p("field", "Degree"),
    "courses.title": _p("field", "Course title"),
    "courses.code": _p("field", "Course number"),
    "courses.category": _p("field", "Category"),
}
NAME_OF: Mapping[str, str] = {"ko": "name_ko", "en": "name_en"}
# Who may have it by their standing alone; everybody else is told which certificate fits.
only_for = partial(who.only, told=tell.not_in_this_standing)


class CertificateAnswers(AnswerSchema):
    """What is asked; everything else comes from the register."""

    language = Choice(LANGUAGES, _p("field", "Language"), columns="two")
    copies = WholeNumber(
        1,
        COPIES_MOST,
        _p("field", "Copies"),
        _l("How many you will print. All of them carry the same number, and each can be checked."),
    )
    purpose = Line(
        PURPOSE_LETTERS_MOST,
        _p("field", "Purpose"),
        _l("For instance: to be handed in at a company. It does not stand on the paper."),
    )


@dataclass(frozen=True)
class Certificate:
    """What one certificate has of its own.

    `against` says why this student cannot have it (nothing when they can);
    `lines` are its rows from the register, asked only when nothing stands
    against it; `shows` are those of them that a number alone tells anybody.
    """

    name: str
    rule: str  # the rulebook's CRT row
    title: Text
    summary: Text
    against: Callable[[Asking], list[Finding]]
    lines: Callable[[Student, Answers], dict[str, Any]]
    shows: tuple[str, ...]
    proves: tuple[str, ...] = ()  # what its QR code repeats beside name, `shows` and birth date
    schema: type[CertificateAnswers] = CertificateAnswers
    languages: tuple[str, ...] = ("ko", "en")
    # What stands against these answers of somebody who may have it.
    of_answers: Callable[[Asking, Answers], list[Finding]] = lambda _asking, _answers: []
    desk: Desk | None = None  # CRT-04: the office verifies it first
    sensitive: bool = False  # two people end it before its time

    def kind(self) -> Kind:
        """The kind of the catalog."""
        return Kind(
            name=self.name,
            version=1,
            prefix="C",
            title=self.title,
            summary=self.summary,
            schema=self.schema,
            route=(),
            desk=self.desk,
            uploads=Uploads(count=0),
            may_ask=self.against,
            judge=self.judge,
            prefill=self.prefill,
            window=lambda _asking, _answers: (None, None),
            semester=lambda _answers: None,
            sentences=lambda _answers: [],
            paper=self.paper,
            shows=self.shown,
            proves=self.proven,
            result=lambda _answers, _granted: _l("Your certificate is ready"),
            certificate=True,
            office=OFFICE,
            sensitive=self.sensitive,
            paper_language=lambda answers, _applicants: str(answers["language"]),
        )

    def judge(self, asking: Asking, answers: Answers) -> list[Finding]:
        """CRT-10, the language, and whether the paper can hold what the register says."""
        findings = [tell.no_fee()]
        if answers["language"] not in self.languages:
            return [*findings, tell.not_in_this_language(self.rule)]
        if self.against(asking):
            return findings
        findings += self.of_answers(asking, answers)
        if asking.room is None or len(findings) > 1:
            return findings
        return findings + self._does_not_fit(asking, answers, asking.room)

    def _does_not_fit(self, asking: Asking, answers: Answers, room: Room) -> list[Finding]:
        findings = []
        language = answers["language"]
        with in_language(language):
            values = self.values(asking.student, answers)
        for field, label in MEASURED.items():
            for text in texts_at(values, field):
                fit = room(self.name, language, field, text)
                if not fit.ok:
                    found = tell.unprintable if fit.missing else tell.too_long
                    findings.append(replace(found(field, label, fit), rule=self.rule, field=None))
        return findings

    def values(self, student: Student, answers: Answers) -> dict[str, Any]:
        """The rows of the paper, in the language in force."""
        return {**printed.person_lines(student), **self.lines(student, answers)}

    def paper(self, case: Case) -> dict[str, Any]:
        """The values of `templates/documents/<name>`, in the language of the case."""
        with in_language(case.language):
            number = pgettext("printed", "No. %(number)s", number=case.number)
            return {"issue_number": number, **self.values(case.student, case.answers)}

    def shown(self, case: Case) -> list[tuple[str, str]]:
        """What the number alone tells a stranger, to compare with the paper in hand."""
        values, name = self.paper(case), NAME_OF[case.language]
        told = ((field, text) for field in self.shows for text in texts_at(values, field))
        return [(name, masked(values[name])), *told]

    def proven(self, case: Case) -> list[str]:
        """What the QR code repeats, signed: the birth date tells people of one name apart."""
        return [NAME_OF[case.language], *self.shows, *self.proves, "birth_date"]

    def prefill(self, asking: Asking) -> dict[str, Any]:
        """One copy in the student's own language, to be handed in somewhere."""
        own = asking.student.language
        with in_language(own):
            purpose = str(_p("purpose", "To be handed in"))
        language = own if own in self.languages else self.languages[0]
        return {"language": language, "copies": 1, "purpose": purpose}


def texts_at(values: Mapping[str, Any], field: str) -> list[str]:
    """Every text at a dotted name, each once; of a list those of all items."""
    found: list[Any] = [values]
    for name in field.split("."):
        found = [one[name] for one in found if name in one]
        found = [item for one in found for item in (one if isinstance(one, list) else [one])]
    return list(dict.fromkeys(found))
