"""What every request is: its fields, whom it is for, who agrees, which office decides, its paper.

A request's own module says its fields, what the rules say of them, the lines of its paper and
what it changes in the register; `Request.kind()` is the one maker of the rest. Its sentence,
headline and result are words with places, such as `%(semester)s`, that `Request.said` fills.

Past 300 lines, so that all that a request can say of itself is found in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import documents, on_paper, printed, register_named, room
from services.forms.catalog.fields import AnswerSchema, Choice, WholeNumber, Words
from services.forms.catalog.kind import (
    Answers,
    Asking,
    Case,
    Desk,
    Finding,
    Kind,
    Step,
    Text,
    Uploads,
    Window,
)
from services.forms.catalog.partly import Partly
from services.forms.people.masking import masked
from services.forms.people.values import Change, Semester
from services.forms.rules import tell
from shared.clock import SEOUL
from shared.words import in_language

TO_PRESIDENT = _l("To the President of Dojang University of Science")
OFFICE = "student_team"
REASON_LETTERS_MOST = 220  # Korean letters that the box of the form holds
YEARS = (2000, 2100)
TERMS = {"fall": _p("field", "2nd semester"), "spring": _p("field", "1st semester")}
YEAR, SEMESTER = _p("field", "Year"), _p("field", "Semester")
REASON, AS_WRITTEN = _p("field", "Reason"), _l("It is printed on the form as you write it.")
DECISION = ("decision", "decision_date")
GRANTED: Text = _p("printed", "Granted")


def today(asking: Asking) -> date:
    """The day in Seoul."""
    return asking.now.astimezone(SEOUL).date()


def midnight(day: date) -> datetime:
    """The instant at which the day begins in Seoul."""
    return datetime.combine(day, time.min, SEOUL)


def sent_on(case: Case) -> date:
    """The day in Seoul on which it was sent: the one that counts for a refund (REF-01)."""
    return case.submitted_at.astimezone(SEOUL).date()


def semester_of(answers: Answers) -> Semester:
    """The semester that is asked for."""
    return Semester(answers["year"], answers["semester"])


def semester_typed(answers: Answers) -> Semester | None:
    """The same of a draft, once it is there."""
    year, typed = answers.get("year"), answers.get("semester")
    return Semester(year, typed) if isinstance(year, int) and typed in TERMS else None


def year(label: Text = YEAR, *, required: bool = True) -> WholeNumber:
    """The year of a semester."""
    return WholeNumber(*YEARS, label, required=required)


def term(label: Text = SEMESTER, hint: Text = "", *, required: bool = True) -> Choice:
    """Which semester of the year."""
    return Choice(TERMS, label, hint, columns="two", required=required)


def reason(
    hint: Text = AS_WRITTEN,
    *,
    label: Text = REASON,
    required: bool = True,
) -> Words:
    """The box of reasons."""
    return Words(REASON_LETTERS_MOST, label, hint, required=required)


def days(first: date | None, last: date) -> Window:
    """Whole days in Seoul, both included, as instants."""
    return (midnight(first) if first else None), midnight(last + timedelta(days=1))


def lines(case: Case, *roles: str) -> dict[str, Any]:
    """What stands on every request's paper, with the signatures of these roles."""
    return {
        "application_number": case.number,
        **printed.student_lines(case.student),
        "application_date": printed.day(case.submitted_at),
        **{role: printed.signature(case, role) for role in ("applicant", *roles)},
        "attachments": printed.attachments(case.attachments),
    }


@dataclass(frozen=True)
class Only:
    """The one semester that can be asked for; `other` is said of every other one."""

    which: Callable[[Asking], Semester | None]
    other: Callable[[Semester, Semester], Finding]
    missing: Callable[[], Finding] = tell.no_semester  # where the register has none
    or_next: bool = False  # the one after it can be asked for as well
    until_it_begins: bool = False  # which is when it closes; other pages say no such day

    def against(self, asking: Asking, asked: Semester) -> list[Finding]:
        """What stands against the semester that is asked for."""
        which = self.which(asking)
        if which is None:
            return [self.missing()]
        fits = asked == which or (self.or_next and asked == which.plus(1))
        return [] if fits else [self.other(asked, which)]

    def window(self, asking: Asking) -> Window:
        """Until that semester begins."""
        which = self.which(asking)
        return None, midnight(asking.semesters[which].first_day) if which else None


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request; `kind()` is what the catalog lists."""

    name: str
    prefix: str
    title: Text
    summary: Text
    paper_title: Text
    schema: type[AnswerSchema]
    judge: Callable[[Asking, Answers], list[Finding]]
    changes: Callable[[Case], Sequence[Change]]
    headline: Text | Callable[[Answers], Text]
    result: Text | Callable[[Answers, str | None], Text]
    sentence: Text
    # What the places of those three say, besides the semester.
    says: Callable[[Answers], Mapping[str, Any]] = lambda _answers: {}
    semester_line: str = ""  # the line of the paper where the semester asked for stands
    # Values of the paper besides those that the fields say themselves (`on_paper`).
    lines: Callable[[Case], Mapping[str, Any]] = lambda _case: {}
    # What the decision block says was granted, unless less may be granted of an answer.
    granted: Callable[[Case], Text] = lambda case: tell.semester(semester_of(case.answers))
    against: Callable[[Asking], list[Finding]] = lambda _asking: []  # who and when
    only: Only | None = None
    roles: Sequence[str] = ()
    route: Sequence[Step] = ()  # in place of one step for each role
    office: str = OFFICE
    partly: Partly | None = None
    prefill: Callable[[Asking], dict[str, Any]] = lambda _asking: {}
    # When it opens and closes, where a page says so; `window_of` names the choice that it is of.
    window: Callable[[Asking, Answers], Window] = lambda _asking, _answers: (None, None)
    window_of: Text = ""
    semester: Callable[[Answers], Semester | None] = semester_of
    lasts: Callable[[Answers], int] = lambda _answers: 1
    abouts: Callable[[Asking], Mapping[str, Mapping[str, Text]]] = lambda _asking: {}
    # Of the paper's lines, what the number alone tells besides the semester and the decision.
    shown: Sequence[str] = ()
    uploads: Uploads = field(default_factory=Uploads)
    document: documents.Document | None = None  # that it is always asked for with
    addressee: Text = TO_PRESIDENT
    single: bool = False

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
            desk=Desk(self.office, granted=self.grantable if self.partly else None),
            uploads=self.uploads,
            may_ask=self.may_ask,
            judge=self.judged,
            prefill=self.filled_in,
            window=self.open_within,
            window_of=self.window_of,
            semester=self.semester,
            lasts=self.lasts,
            single=self.single,
            sentences=lambda answers: [self.said(self.sentence, answers)],
            paper=self.paper,
            shows=self.shows,
            proves=lambda _case: self.proved,
            # What was signed is the form; a document that comes after it is the office's.
            for_office=("attachments",) if self.steps else (),
            changes=self.changes,
            headline=lambda answers: self.said(self.headline, answers),
            result=lambda answers, granted: self.said(self.result, answers, granted),
            named=self.named,
            choices=lambda asking: register_named.choices(asking, self.schema),
            abouts=self.abouts,
            addressee=self.addressee,
            paper_title=self.paper_title,
        )

    @property
    def steps(self) -> tuple[Step, ...]:
        """Who is asked, in their order."""
        return tuple(self.route or (Step(role) for role in self.roles))

    @property
    def signers(self) -> tuple[str, ...]:
        """The roles whose signatures stand on the paper."""
        return tuple(role for step in self.steps for role in step.roles)

    @property
    def texts(self) -> Mapping[str, Text]:
        """The fields that stand on the paper as they were written, with their labels."""
        fields = {n: f for n, f in self.schema().fields.items() if isinstance(f, Words)}
        return {n: f.metadata["label"] for n, f in fields.items() if not f.metadata.get("secret")}

    @property
    def told(self) -> Sequence[str]:
        """What the number alone tells besides the name, in its order."""
        semester = (self.semester_line,) if self.semester_line else ()
        return (*semester, *self.shown, *DECISION)

    @property
    def proved(self) -> Sequence[str]:
        """What the QR code repeats, signed, the most important first."""
        return ("name", *self.told)

    def named(self, answers: Answers) -> dict[str, str]:
        """The professors whom the applicant names for a role of the route."""
        fields = self.schema().fields.items()
        return {
            one.metadata["role"]: str(answers[name])
            for name, one in fields
            if one.metadata.get("role")
        }

    def said(self, words: Text | Callable[..., Text], *given: Any) -> Text:
        """The words with what their places say; `given` are the answers and what was granted."""
        answers: Answers = given[0]
        return tell.filled(
            words(*given) if callable(words) else words,
            lambda: {**_semester_said(answers), **self.says(answers)},
        )

    def open_within(self, asking: Asking, answers: Answers) -> Window:
        """When it opens and closes."""
        if self.only and self.only.until_it_begins:
            return self.only.window(asking)
        return self.window(asking, answers)

    def may_ask(self, asking: Asking) -> list[Finding]:
        """Who and when, and whether the register has the semester of `only`."""
        if found := self.against(asking):
            return found
        return [self.only.missing()] if self.only and not self.only.which(asking) else []

    def judged(self, asking: Asking, answers: Answers) -> list[Finding]:
        """What the rules say, what the answers bring with them, whether the paper holds it."""
        return [
            *self.of_rules(asking, answers),
            *documents.needed(asking, self.schema, answers, self.document),
            *self.does_not_fit(asking, answers),
        ]

    def of_rules(self, asking: Asking, answers: Answers) -> list[Finding]:
        """What the rules say of the one semester that can be asked for, then of everything."""
        stands = self.only.against(asking, semester_of(answers)) if self.only else []
        return stands or self.judge(asking, answers)

    def does_not_fit(self, asking: Asking, answers: Answers) -> list[Finding]:
        """What the printed form could not hold, before anybody signs it."""
        return (
            room.of_choices(asking, self.name, self.schema, answers)
            + room.of_student(asking, self.name)
            + room.of_texts(asking, self.name, self.texts, answers)
        )

    def filled_in(self, asking: Asking) -> dict[str, Any]:
        """What the form begins with: the one semester, and what the request knows."""
        which = self.only.which(asking) if self.only else None
        return {**(which.as_json() if which else {}), **self.prefill(asking)}

    def paper(self, case: Case) -> dict[str, Any]:
        """The values of `templates/documents/<name>`, in the language of the case."""
        with in_language(case.language):
            return {
                **lines(case, *self.signers),
                **self.head(case),
                **{name: case.answers.get(name) or "" for name in self.texts},
                **self.own_lines(case),
                **printed.decision(case, self.decided(case), self.granted_of(case)),
            }

    def grantable(self, answers: Answers) -> Sequence[str]:
        """What may be granted of what was asked for."""
        return self.partly.grantable(answers[self.partly.field]) if self.partly else ()

    def decided(self, case: Case) -> Text:
        """Granted, or granted in part."""
        less = self.partly is not None and self.partly.less(case)
        return self.partly.in_part or GRANTED if self.partly and less else GRANTED

    def granted_of(self, case: Case) -> Text:
        """What was granted, as the decision block has it."""
        return self.partly.printed(self.partly.granted(case)) if self.partly else self.granted(case)

    def own_lines(self, case: Case) -> dict[str, Any]:
        """What no other request's paper has: values of its own, then the answers of its fields."""
        return {**self.lines(case), **on_paper.lines(self.schema, case)}

    def head(self, case: Case) -> dict[str, str]:
        """Who was born when, and which semester it is about."""
        semester = str(tell.semester(semester_of(case.answers))) if self.semester_line else ""
        return {
            "birth_date": printed.long_day(case.student.birth_date),
            **({self.semester_line: semester} if semester else {}),
        }

    def shows(self, case: Case) -> list[tuple[str, str]]:
        """What the number alone tells a stranger, to compare with the paper in hand."""
        values = self.paper(case)
        return [("name", masked(values["name"])), *((name, values[name]) for name in self.told)]


def _semester_said(answers: Answers) -> dict[str, Any]:
    if "year" not in answers:
        return {}
    semester = semester_of(answers)
    return {"semester": tell.semester(semester), **printed.semester_lines(semester)}
