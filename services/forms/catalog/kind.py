"""What a kind is: everything that a student can ask for, said in one value.

The workflow knows kinds, never a particular one. A kind's functions are pure:
they are handed who asks (`Asking`) or the whole case (`Case`) and answer with
plain values; texts are lazy and become Korean or English where they are read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any, Literal

from marshmallow import Schema

from services.forms.people.values import (
    Campus,
    Change,
    Major,
    Named,
    Professor,
    Semester,
    SemesterData,
    Student,
)
from services.forms.rules.finding import Finding as Finding  # `as`: to be taken from here
from services.forms.rules.finding import Text as Text
from shared.fit import Fit

Answers = Mapping[str, Any]
Window = tuple[datetime | None, datetime | None]  # opens, closes; None: without such an end
# Whether a text fits the paper: (kind, language, field, text) -> Fit.
Room = Callable[[str, str, str, str], Fit]


@dataclass(frozen=True)
class Beside:
    """Another application of the same student that nobody has decided yet."""

    id: str
    number: str
    kind: str
    title: Text
    semesters: frozenset[Semester]  # that it is about
    named: frozenset[str]  # professors whom its answers name


@dataclass(frozen=True)
class Asking:
    """Who asks, when, and what the university's data say."""

    student: Student
    semesters: Mapping[Semester, SemesterData]
    now: datetime
    room: Room | None = None  # `shared.fit.Papers.lines`; without it nothing is measured
    # The professors of the register, asked for only where a kind lets one be named.
    professors: Callable[[], Sequence[Professor]] = tuple
    majors: Callable[[], Sequence[Major]] = tuple
    campuses: Callable[[], Sequence[Campus]] = tuple
    attached: int | None = None  # files at hand; None where nothing was begun yet
    beside: Callable[[], Sequence[Beside]] = tuple  # the student's other ones (`contradictions.py`)


@dataclass(frozen=True)
class Vote:
    """How a committee decides: more than `quorum` of its members answer, and of the votes cast
    more than `majority` are in favour. A tie is not in favour."""

    quorum: Fraction = Fraction(1, 2)
    majority: Fraction = Fraction(1, 2)


# Whose agreement a step needs: of its one person, of all of several, of any of them, by vote.
Agree = Literal["one", "all", "any"] | Vote


@dataclass(frozen=True)
class Step:
    """One agreement: who gives it, how long they have, whether a code is asked as well.

    Unless one person agrees, everybody who holds `role`, and the holders of the roles `beside`
    it, are asked at the same time, each by a link of their own.
    """

    role: str  # of `applications/roles.py`; who that is comes from the register or is named
    business_days: int = 5
    second_factor: bool = False  # never with `writes`: a letter is signed on a page of its own
    writes: bool = False  # a letter, which is part of what this step signs (REC-01)
    agree: Agree = "one"
    beside: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError for what no page can ask."""
        if self.second_factor and self.writes:
            raise ValueError("a step that writes a letter asks no code")

    @property
    def roles(self) -> tuple[str, ...]:
        """Every role that is asked in this step."""
        return (self.role, *self.beside)


@dataclass(frozen=True)
class Letter:
    """What a writing approver adds (REC-01): the words, and the lines below their name.

    `body` has its paragraphs apart by an empty line. As typed while it is a draft.
    """

    body: str = ""
    position: str = ""
    department: str = ""
    contact: str = ""


@dataclass(frozen=True)
class Delivery:
    """An office hands the paper over or mails it; until then nobody else has it (REC-02)."""

    wished: Callable[[Answers], str]  # handed | mailed, as the student asked
    address: Callable[[Answers], str]  # where it is mailed to, "" when it is handed over


@dataclass(frozen=True)
class Desk:
    """The office that decides; `granted` lists what may be granted of what was asked."""

    office: str
    business_days: int = 5
    granted: Callable[[Answers], Sequence[str]] | None = None


@dataclass(frozen=True)
class Uploads:
    """What may be attached: at most `count` files of `bytes_each`."""

    count: int = 5
    bytes_each: int = 10 * 1024 * 1024
    why: Text = ""  # whom they are for; the office's decision, unless said
    required: bool = False  # whether nothing goes without one; a rule says which


@dataclass(frozen=True)
class Signed:
    """A signature as it stands on the paper."""

    role: str  # applicant | advisor | campus_professor
    name_ko: str
    name_en: str
    typed: str
    at: datetime
    drawn: bool = False  # the picture goes to the template's place of its own
    behalf_ko: str = ""  # of whom they signed for
    behalf_en: str = ""


@dataclass(frozen=True)
class Votes:
    """What a committee has come to, as papers print it (TRM-04)."""

    members: int
    ayes: int
    noes: int
    at: datetime


@dataclass(frozen=True)
class Decision:
    """What the desk decided: granted as one of the kind's values, by which office, when."""

    granted: str | None
    office: str
    at: datetime
    reference: str


@dataclass(frozen=True)
class Case:
    """All that stands on a paper. The student is as the register was at submission."""

    number: str
    student: Student
    answers: Answers
    submitted_at: datetime
    attachments: Sequence[str]  # file names, in their order
    signatures: Sequence[Signed]
    decision: Decision | None
    language: str
    letter: Letter | None = None  # as signed, or as its writer has it now in a preview
    # Who holds a role now, where that is not in the student's own record.
    holders: Mapping[str, Professor] = field(default_factory=dict)
    # What the answers name in the register, by field.
    chosen: Mapping[str, Named] = field(default_factory=dict)
    room: Room | None = None  # what breaks a letter into lines
    votes: Mapping[str, Votes] = field(default_factory=dict)  # of committees, by their role

    @property
    def granted(self) -> str | None:
        """What was granted where it is not what was asked for."""
        return self.decision.granted if self.decision else None


@dataclass(frozen=True)
class Kind:
    """A form or certificate. `name` is the same in URL, module, template folder and test."""

    name: str
    version: int
    prefix: str  # of the application number: W-2026-00042
    title: Text
    summary: Text
    schema: type[Schema]
    route: tuple[Step, ...]
    desk: Desk | None
    uploads: Uploads
    may_ask: Callable[[Asking], list[Finding]]  # before anything is typed: who and when
    judge: Callable[[Asking, Answers], list[Finding]]  # of valid answers
    prefill: Callable[[Asking], dict[str, Any]]
    # When it can be asked for; the answers are those that the form begins with, or as typed.
    window: Callable[[Asking, Answers], Window]
    # One open application a kind and semester; a kind without a semester (None) may be asked
    # again while another is on its way, unless it is `single`.
    semester: Callable[[Answers], Semester | None]
    sentences: Callable[[Answers], list[Text]]  # what is signed, in the paper's language
    paper: Callable[[Case], dict[str, Any]]  # values of the template's fields
    shows: Callable[[Case], list[tuple[str, str]]]  # (field, value) a number alone shows to anybody
    # Names of `paper`'s values that the QR code's signed facts repeat, most important first: what
    # does not fit into 120 bytes is hashed from the last one on (rows always are).
    proves: Callable[[Case], Sequence[str]] = lambda _case: ()
    headline: Callable[[Answers], Text] = lambda _answers: ""  # "asks for two thirds"
    # Small print under a choice, by field and value: "waives …, leaves …".
    abouts: Callable[[Asking], Mapping[str, Mapping[str, Text]]] = lambda _asking: {}
    # When it ends unless every approver has confirmed, and how that is said (EXT-03); nothing
    # lapses without a rule that says so.
    lapses_at: Callable[[Asking, Answers], datetime | None] = lambda _asking, _answers: None
    lapsed: Callable[[datetime], Text] = lambda _at: ""
    # What it changes in the register when it is granted.
    changes: Callable[[Case], Sequence[Change]] = lambda _case: ()
    addressee: Text = ""  # "To the President of …"
    paper_title: Text = ""  # as printed: "Application for …"; the title where there is none
    # What was granted, in a sentence: "One third of your tuition is waived."
    result: Callable[[Answers, str | None], Text] = lambda _answers, _granted: ""
    # A paper about the student: nothing is signed by them, so it is sent from the form.
    certificate: bool = False
    window_of: Text = ""  # which of its choices the window is of, where it is not all of them
    office: str = ""  # whose papers these are, where no desk decides
    # Its papers are revoked and replaced by two people of the office: one asks, another confirms.
    sensitive: bool = False
    # From the answers and the applicant's own language: that of the paper.
    paper_language: Callable[[Answers, str], str] = lambda _answers, applicants: applicants
    # Professors whom the applicant names, by their role in the route: ids of the register.
    named: Callable[[Answers], Mapping[str, str]] = lambda _answers: {}
    # The choices of a field that the register gives, by field and value.
    choices: Callable[[Asking], Mapping[str, Mapping[str, Text]]] = lambda _asking: {}
    # Business days of a step, where what was asked shortens them.
    days: Callable[[Answers, Step, datetime], int] = lambda _answers, step, _at: step.business_days
    # What stands against printing a letter, its writer's lines included.
    judge_letter: Callable[[Case, Room | None], list[Finding]] = lambda _case, _room: []
    delivery: Delivery | None = None
    # What the office alone judges, of answers' names and "attachments" (files added): a correction
    # of nothing else keeps the signatures that were given.
    for_office: tuple[str, ...] = ()
    single: bool = (
        False  # one open at a time, whatever it asks for: two would contradict each other
    )
    lasts: Callable[[Answers], int] = lambda _answers: 1  # semesters that it is about, in a row
    # Mails of this kind in place of the ordinary ones: approval_request to letter_request.
    mails: Mapping[str, str] = field(default_factory=dict)

    @property
    def in_charge(self) -> str:
        """The office that decides, retries and revokes; "" where there is none."""
        return self.desk.office if self.desk else self.office

    def about(self, answers: Answers) -> frozenset[Semester]:
        """Every semester that it is about."""
        first = self.semester(answers)
        return (
            frozenset(first.plus(n) for n in range(self.lasts(answers))) if first else frozenset()
        )

    @property
    def writes(self) -> bool:
        """Whether the paper is a letter that somebody of the route writes."""
        return any(step.writes for step in self.route)

    @property
    def printed_form(self) -> bool:
        """Whether its paper is a form that can be filled in by hand as well (EXT-04)."""
        return not self.certificate and not self.writes

    def step(self, role: str) -> Step | None:
        """The step in which somebody of this role is asked."""
        return next((step for step in self.route if role in step.roles), None)

    @property
    def at_once(self) -> bool:
        """Whether nobody has to agree: sent is approved."""
        return not self.route and self.desk is None
