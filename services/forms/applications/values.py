"""What use cases answer: plain values that API and pages show. Dates are aware instants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from services.forms.applications.trail import HistoryEntry
from services.forms.catalog.kind import (
    Agree,
    Answers,
    Asking,
    Finding,
    Kind,
    Letter,
    Text,
    Vote,
)
from services.forms.people.values import Named, Professor, Semester, Staff, Student


@dataclass(frozen=True)
class StepView:
    """One approval. `who` is None while unassigned; `link_*` and `mail_*` are for staff."""

    id: str
    n: int
    roles: tuple[str, ...]
    who: Professor | None
    state: str  # waiting | asked | unassigned | approved | returned | declined | void
    by_when: datetime | None
    asked_at: datetime | None
    sent_at: datetime | None
    remind_at: datetime | None
    reminded_at: datetime | None
    decision: str | None
    decided_at: datetime | None
    reason: str | None
    typed: str | None
    drawn: bool
    shown: str | None
    link_expires_at: datetime | None
    mail_failed_at: datetime | None
    mail_code: str | None
    seat: int = 0  # 1, 2, … where several people are asked in one step
    outcome: str | None = None  # approved | declined, once it stands
    agree: Agree = "one"  # how several come to one answer
    members: tuple[StepView, ...] = ()  # those people; then `who` is None
    kept: bool = False  # signed before a correction that left it alone
    on_behalf_of: Professor | None = None  # whose signature it is, where `who` gives it for them
    days: tuple[date, date] | None = None  # of the absence on which `who` acts
    may_hand_over: bool = False  # whether somebody else may sign; said of one's own step alone

    @property
    def role(self) -> str:
        """The first role; the only one unless one person holds two."""
        return self.roles[0]

    @property
    def secret(self) -> bool:
        """Whether a committee votes: how each of them voted is for the office alone."""
        return isinstance(self.agree, Vote)

    @property
    def unassigned(self) -> bool:
        """Whether the office has yet to find who signs."""
        return self.state == "unassigned" or (self.who is None and not self.members)

    @property
    def ayes(self) -> int:
        """How many of several have agreed."""
        return sum(one.state == "approved" for one in self.members)

    @property
    def noes(self) -> int:
        """How many of several have refused."""
        return sum(one.state == "declined" for one in self.members)


@dataclass(frozen=True)
class LetterView:
    """A letter while it is written: as it is now, what stands against signing it, its length."""

    letter: Letter
    saved_at: datetime | None
    findings: tuple[Finding, ...]
    pages: int
    may_put_back: bool  # an uploaded file replaced other words


@dataclass(frozen=True)
class DeliveryView:
    """How a paper left the house (REC-02). `reference`: a tracking number, for instance."""

    how: str  # handed | mailed
    day: date
    reference: str
    noted_at: datetime


@dataclass(frozen=True)
class AttachmentView:
    """A supporting document. `size` in bytes."""

    id: str
    name: str
    media_type: str
    size: int
    sha256: str
    added_at: datetime | None = None


@dataclass(frozen=True)
class Served:
    """A file for somebody who may have it."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True)
class EndingView:
    """A revocation or a replacement, for staff. `way`: revoke | replace; `state`: awaiting_second |
    printing | asked | done | refused | failed."""

    way: str
    state: str
    code: str
    reason: str
    asked_by: Staff
    asked_at: datetime
    decided_by: Staff | None
    decided_at: datetime | None
    refusal: str | None
    replaced_by: str | None
    failure: Mapping[str, Any] | None


@dataclass(frozen=True)
class DocumentView:
    """An issued document; `state` issued | revoked | superseded."""

    number: str
    application_id: str
    application_number: str
    kind: str
    title: Text
    language: str
    state: str
    issued_at: datetime
    sha256: str
    template_version: str
    code: str | None
    reason: str | None  # the office's own words, for staff only
    changed_at: datetime | None
    ending: EndingView | None = None  # the last one asked for, for staff only


@dataclass(frozen=True)
class DecisionView:
    """What the desk decided."""

    granted: str | None
    office: str
    at: datetime
    reference: str
    reason: str | None


@dataclass(frozen=True)
class CaseView:
    """Everything about one application for somebody who may see it."""

    id: str
    number: str
    kind: Kind
    state: str
    semester: Semester | None
    answers: Mapping[str, Any]  # as typed while editable, else as sent
    sent: Mapping[str, Any] | None  # what was sent last, if anything was
    student: Student
    language: str
    created_at: datetime
    updated_at: datetime
    submitted_at: datetime | None
    shown: str | None
    sentences: tuple[str, ...]
    kind_version: int | None  # of what was sent; with the next one, what `shown` is made of
    template_version: str | None
    typed: str | None
    steps: tuple[StepView, ...]
    step: int  # whose turn it is, 0 when none of them
    office: str | None
    due_at: datetime | None  # by when whoever's turn it is should act
    attachments: tuple[AttachmentView, ...]
    findings: tuple[Finding, ...]
    documents: tuple[DocumentView, ...]
    history: tuple[HistoryEntry, ...]
    decision: DecisionView | None
    reason: str | None  # of the last return, decline or withdrawal
    returned_by: str | None  # role or office
    failure: Mapping[str, Any] | None  # {code, detail}, for staff
    trouble: str | None  # unassigned | mail_failed
    may: frozenset[str]  # edit submit withdraw discard | decide retry assign revoke second
    granted: tuple[str, ...]  # what the desk may grant, the first as asked
    people: Mapping[str, Named] = field(default_factory=dict)  # named in the answers, by field
    delivery: DeliveryView | None = None  # how the paper left the house, where an office delivers
    span: Span | None = None  # while it can still be sent: by when
    on_paper: bool = False  # a signed paper form that the office entered (EXT-04)


@dataclass(frozen=True)
class Span:
    """When a kind can be asked for, seen at one instant; None: without such an end."""

    opens: datetime | None
    closes: datetime | None
    now: datetime
    of: Text = ""  # which of the kind's choices it is of, where it is not all of them

    @classmethod
    def seen(cls, kind: Kind, asking: Asking, answers: Answers) -> Span:
        """That of the kind, with answers as far as they are typed."""
        opens, closes = kind.window(asking, answers)
        return cls(opens, closes, asking.now, kind.window_of if opens or closes else "")

    @property
    def state(self) -> str:
        """`not_yet`, `open` from the first instant until just before the last, or `closed`."""
        if self.opens and self.now < self.opens:
            return "not_yet"
        return "closed" if self.closes and self.now >= self.closes else "open"

    @property
    def seconds_left(self) -> int | None:
        """Whole seconds until it closes, 0 from then on."""
        if self.closes is None:
            return None
        return max(0, int((self.closes - self.now).total_seconds()))


@dataclass(frozen=True)
class Summary:
    """One line of a student's list."""

    id: str
    number: str
    kind: Kind
    state: str
    semester: Semester | None
    headline: str
    updated_at: datetime
    submitted_at: datetime | None
    due_at: datetime | None
    step: int
    steps: tuple[StepView, ...]
    documents: tuple[DocumentView, ...]
    reason: str | None
    returned_by: str | None


@dataclass(frozen=True)
class Offer:
    """A kind as one student sees it today; closed ones too, with their reason in `findings`."""

    kind: Kind
    open: bool
    findings: tuple[Finding, ...]
    prefill: Mapping[str, Any]
    approvers: tuple[tuple[str, Professor | None], ...]  # (role, who)
    span: Span
    open_application: tuple[str, str] | None  # (id, number) of one that is on its way


@dataclass(frozen=True)
class Receipt:
    """The answer to a submission: number, time and what was sent."""

    id: str
    number: str
    state: str
    submitted_at: datetime
    shown: str
    sent: tuple[tuple[str, str], ...]  # (label, text)
    attachments: tuple[str, ...]


@dataclass(frozen=True)
class ApprovalView:
    """What a link shows: the application as it will be signed."""

    application_id: str
    number: str
    kind: Kind
    student: Student
    language: str  # of the paper
    answers: Mapping[str, Any]
    headline: str
    submitted_at: datetime
    typed: str  # the applicant's signature
    sentences: tuple[str, ...]
    kind_version: int
    template_version: str
    shown: str
    step: StepView
    steps: tuple[StepView, ...]
    office: str | None
    by_when: datetime | None
    attachments: tuple[AttachmentView, ...]
    form_subject: str  # what the page's form token is made over
    people: Mapping[str, Named] = field(default_factory=dict)  # named in the answers, by field
    letter: LetterView | None = None  # where the step writes one
    panel: StepView | None = None  # the whole step, where several are asked in it
    asks_code: bool = False  # a code comes before the decision (`second_factor`)


@dataclass(frozen=True)
class ApprovalDone:
    """What came of a decision."""

    number: str
    kind: Kind
    student: Student
    decision: str
    state: str
    decided_at: datetime
    shown: str
    step: StepView
    following: StepView | None  # who is asked next
    office: str | None
    given_back: bool = False  # by a delegate, to whoever was asked


@dataclass(frozen=True)
class Preview:
    """A paper asked of certs: state asked | finished | failed."""

    render_id: str
    state: str
    file_id: str | None = None
    code: str | None = None
    detail: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class QueueRow:
    """One line of the desk's queue. `flags`: unassigned mail_failed overdue issue_failed …"""

    id: str
    number: str
    kind: Kind
    state: str
    name_ko: str
    name_en: str
    student_number: str
    due_at: datetime | None
    submitted_at: datetime | None
    updated_at: datetime
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Queue:
    """A page of the queue with how many there are in each view."""

    rows: Sequence[QueueRow]
    total: int
    counts: Mapping[str, int]
    next_offset: int | None
