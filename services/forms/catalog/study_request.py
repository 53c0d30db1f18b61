"""What every request about the course of study is: who may ask, who agrees, which office decides.

A request's own module says its fields, what the rules say of them, the lines of
its paper and what it changes in the register. The advisor's and other people's
signatures stand in the order of `roles`.

Readings: the pages name no window for most of them ("when necessary"), so they
can be asked for at any time by whoever studies here. For change of advisor,
joint advisor and change of major the advisor agrees, and the new or joint one;
the examination and the early degree are asked for with the advisor's agreement
in the same way; enrolment after the coursework takes the office alone. The
office is the Student Team, which keeps the register, unless a row names another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import printed, request, room
from services.forms.catalog.fields import AnswerSchema, Words
from services.forms.catalog.kind import Answers, Asking, Case, Desk, Finding, Kind, Step, Text
from services.forms.catalog.kind import Uploads as Uploads
from services.forms.people.values import Change, Named, Semester, Standing
from services.forms.rules import tell, terms
from shared.words import in_language

OFFICE = "student_team"
STUDYING: tuple[Standing, ...] = ("enrolled", "on_leave", "completed")
REASON_LETTERS_MOST = 220  # Korean letters that the box of the form holds
# What the QR code repeats, signed (most important first).
PROVES = ("name", "extent_granted", "decision", "decision_date")
APPLY = _l("I hereby apply as stated above.")
FOR_STUDENTS = _l("It is for students.")


def reason(label: Text, hint: Text = "", *, required: bool = True) -> Words:
    """The box of reasons."""
    about = hint or _l("It is printed on the form as you write it.")
    return Words(REASON_LETTERS_MOST, label, about, required=required)


@dataclass(frozen=True)
class Request:
    """One request; `kind()` is what the catalog lists."""

    name: str
    rule: str
    prefix: str
    title: Text
    summary: Text
    paper_title: Text
    schema: type[AnswerSchema]
    judge: Callable[[Asking, Answers], list[Finding]]
    lines: Callable[[Case], Mapping[str, Any]]  # its own values of the paper
    granted: Callable[[Case], str]  # what the decision block says was granted
    changes: Callable[[Case], Sequence[Change]]
    headline: Callable[[Answers], Text]
    result: Callable[[Answers, str | None], Text]
    roles: Sequence[str] = ()
    route: Sequence[Step] = ()  # in place of one step for each role
    office: str = OFFICE
    who: Sequence[Standing] = STUDYING
    whom: Text = FOR_STUDENTS
    against: Callable[[Asking], list[Finding]] = lambda _asking: []
    prefill: Callable[[Asking], dict[str, Any]] = lambda _asking: {}
    window: Callable[[Asking], tuple[datetime | None, datetime | None]] = lambda _asking: (
        None,
        None,
    )
    semester: Callable[[Answers], Semester | None] = lambda _answers: None
    named: Callable[[Answers], Mapping[str, str]] = lambda _answers: {}
    choices: Callable[[Asking], Mapping[str, Mapping[str, Text]]] = lambda _asking: {}
    proves: Sequence[str] = ()  # of `lines`, what the QR code repeats besides what was granted
    shown: Sequence[str] = ()  # of `lines`, what the number alone tells besides the decision
    uploads: Uploads = field(default_factory=Uploads)
    sentence: Text = APPLY
    addressee: Text = request.TO_PRESIDENT

    def kind(self) -> Kind:
        """The kind of the catalog."""
        return Kind(
            name=self.name,
            version=1,
            prefix=self.prefix,
            title=self.title,
            summary=self.summary,
            schema=self.schema,
            route=self.steps,
            desk=Desk(self.office),
            uploads=self.uploads,
            for_office=("attachments",),
            may_ask=self.may_ask,
            judge=self.judged,
            prefill=self.prefill,
            window=self.window,
            semester=self.semester,
            single=True,
            sentences=lambda _answers: [self.sentence],
            paper=self.paper,
            shows=self.shows,
            proves=lambda _case: (*PROVES, *self.proves),
            changes=self.changes,
            headline=self.headline,
            result=self.result,
            named=self.named,
            choices=self.choices,
            addressee=self.addressee,
            paper_title=self.paper_title,
        )

    @property
    def steps(self) -> tuple[Step, ...]:
        """Who is asked, in their order."""
        return tuple(self.route or (Step(role) for role in self.roles))

    def may_ask(self, asking: Asking) -> list[Finding]:
        """Whoever studies here, unless the rule says otherwise."""
        standing = asking.student.standing
        if standing not in self.who:
            found = tell.not_in_this_standing(self.rule, self.whom, standing)
            return [replace(found, remedy=tell.OFFICE_KNOWS)]
        return self.against(asking)

    def judged(self, asking: Asking, answers: Answers) -> list[Finding]:
        """What the rules say, and whether the paper holds it."""
        found = self.judge(asking, answers) + room.of_student(asking, self.name)
        for name, label in self.texts.items():
            found += room.of_text(asking, self.name, name, label, answers.get(name) or "")
        if any(one.severity == "block" for one in found):
            return found
        return found + self._does_not_fit(asking, answers)

    def _does_not_fit(self, asking: Asking, answers: Answers) -> list[Finding]:
        """What the register says of what was chosen may be too long for its line, or in no font."""
        language = asking.student.language
        case = Case("", asking.student, answers, asking.now, (), (), None, language)
        with in_language(language):
            case = replace(case, chosen=chosen(asking, self.schema, answers))
            lines = {**self.lines(case), "extent_granted": self.granted(case)}
        return [
            finding
            for name, text in lines.items()
            for finding in room.of_text(asking, self.name, name, self.title, text)
        ]

    @property
    def texts(self) -> Mapping[str, Text]:
        """The fields that stand on the paper as they were written, with their labels."""
        fields = self.schema().fields
        return {n: f.metadata["label"] for n, f in fields.items() if isinstance(f, Words)}

    def paper(self, case: Case) -> dict[str, Any]:
        """The values of `templates/documents/<name>`, in the language of the case."""
        with in_language(case.language):
            return {
                **request.lines(case, *self.signers),
                **{name: case.answers.get(name) or "" for name in self.texts},
                **self.lines(case),
                **printed.decision(case, _p("printed", "Granted"), self.granted(case)),
            }

    @property
    def signers(self) -> tuple[str, ...]:
        """The roles whose signatures stand on the paper."""
        return tuple(role for step in self.steps for role in step.roles)

    def shows(self, case: Case) -> list[tuple[str, str]]:
        """What the number alone tells a stranger, to compare with the paper in hand."""
        return request.shown(self.paper(case), *self.shown, "decision", "decision_date")


def chosen(asking: Asking, schema: type[AnswerSchema], answers: Answers) -> dict[str, Named]:
    """What the answers name in the register, by field (`Case.chosen`)."""
    there: Mapping[str, tuple[Callable[[], Sequence[Any]], str]] = {
        "professors": (asking.professors, "id"),
        "majors": (asking.majors, "code"),
        "campuses": (asking.campuses, "code"),
    }
    found: dict[str, Named] = {}
    for name, one in schema().fields.items():
        if of := one.metadata.get("of"):
            things, key = there[of]
            wanted = [thing for thing in things() if getattr(thing, key) == answers.get(name)]
            if wanted:
                found[name] = wanted[0]
    return found


def this_semester(asking: Asking) -> dict[str, Any]:
    """Year and semester of the one that goes on, to begin with."""
    going_on = terms.open_semesters(asking.semesters, request.today(asking))
    return going_on[0].as_json() if going_on else {}
