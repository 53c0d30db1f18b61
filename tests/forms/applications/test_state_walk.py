"""Every state that an application can be in has somebody responsible, a timer and a way out.

The walk does what people, clocks and departments can do, with the product's own use cases, in one
transaction that is taken back to where it was after each step. Of a kind it keeps what the workflow
sees (route, desk, delivery, lapse); kinds of one shape walk the same way, so each shape walks once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from services.forms.applications import (
    absences,
    approvals,
    cases,
    deadlines,
    delegations,
    delivering,
    desk,
    issuing,
    letters,
    life,
    mails,
    sitting,
)
from services.forms.applications.delegation_tables import DelegationRow
from services.forms.applications.roles import HOLDERS
from services.forms.applications.states import ENDS, TRANSITIONS
from services.forms.applications.tables import (
    ApplicationRow,
    NotificationRow,
    ProfessorQueueRow,
    StepRow,
)
from services.forms.catalog import KINDS
from services.forms.catalog.fields import AnswerSchema
from services.forms.catalog.kind import Delivery, Desk, Kind, Step, Vote
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.tables import PostRow, ProfessorRow, StaffRow
from services.forms.signin.person import Person
from shared.clock import SEOUL
from shared.links import Link, make_link
from shared.messages import (
    DocumentFailed,
    DocumentIssued,
    DocumentRequested,
    Envelope,
    Message,
    NotificationFailed,
    NotificationRequested,
)
from shared.outbox import OUTBOX
from tests.forms.campus import DESK, HAN, NUMBER, SHA, Campus

OFFICE_OF = {
    "educational_affairs": DESK,
    "student_affairs": "sua.moon",
    "student_team": "jihun.baek",
    "dean": "sera.lim",
    "graduate_committee": "hyunwoo.jo",
}
DEFAULTS = {one.name: one.default for one in fields(Kind)}
WITHOUT_RULES = ("abouts", "changes", "choices", "headline", "judge_letter", "result", "proves")
ABSENCE_DAYS = 3  # shorter than a step: it is over while the request still waits
# Shapes that the routes of the rulebook may take and no kind of the catalog has today.
OTHER_SHAPES = {
    "a_committee": (Step("graduate_committee", agree=Vote()),),
    "all_at_once": (Step("advisor", agree="all", beside=("dean",)),),
    "either": (Step("advisor", agree="any", beside=("dean",)),),
}


@dataclass(frozen=True)
class OneSession:
    """A database whose transactions are all the one that is open."""

    session: Session

    @contextmanager
    def write(self) -> Iterator[Session]:
        yield self.session
        self.session.flush()

    read = write


def bare(kind: Kind, somebody: str) -> Kind:
    """The kind as the workflow sees it: nothing is asked and no rule of its own refuses."""
    lapses = kind.lapses_at is not DEFAULTS["lapses_at"]
    roles = [role for step in kind.route for role in step.roles]
    nobody = replace(kind, **{name: DEFAULTS[name] for name in WITHOUT_RULES})
    return replace(
        nobody,
        schema=AnswerSchema,
        desk=replace(kind.desk, granted=None) if kind.desk else None,
        may_ask=lambda _asking: [],
        judge=lambda _asking, _answers: [],
        prefill=lambda _asking: {},
        window=lambda _asking, _answers: (None, None),
        semester=lambda _answers: None,
        sentences=lambda _answers: [],
        paper=lambda _case: {"body": ""},
        shows=lambda _case: [],
        paper_language=lambda _answers, applicants: applicants,
        named=lambda _answers: {role: somebody for role in roles if role in NAMED},
        days=lambda _answers, step, _at: step.business_days,
        delivery=Delivery(lambda _a: "handed", lambda _a: "") if kind.delivery else None,
        lapses_at=(lambda asking, _answers: asking.now + timedelta(days=20))
        if lapses
        else DEFAULTS["lapses_at"],
        lapsed=lambda _at: "Not confirmed in time.",
    )


NAMED = {role for role, found in HOLDERS.items() if found is HOLDERS["recommender"]}


def shape(kind: Kind) -> tuple[Any, ...]:
    """What tells the walks of two kinds apart."""
    lapses = kind.lapses_at is not DEFAULTS["lapses_at"]
    return kind.route, kind.desk and kind.desk.office, bool(kind.delivery), lapses


def walks() -> dict[str, Kind]:
    """One kind of each shape, by its name, and the shapes that are still to come."""
    found: dict[tuple[Any, ...], Kind] = {}
    for kind in KINDS:
        found.setdefault(shape(kind), kind)
    form = next(kind for kind in KINDS if kind.desk and kind.route and not kind.delivery)
    more = {name: replace(form, route=route) for name, route in OTHER_SHAPES.items()}
    return {**{kind.name: kind for kind in found.values()}, **more}


def stage(step: StepRow) -> str:
    """How far one person's answer is, and whether a delegate gives it: for one request, or on days
    of absence, which may be over."""
    if step.state != "asked" or step.delegation is None:
        return reached(step)
    return f"{reached(step)}, {'once' if step.delegation.first_day is None else 'on behalf'}"


def reached(step: StepRow) -> str:
    """The same without who gives it; of several people the mails are those of a single one."""
    if step.overdue_told_at and step.state in ("asked", "unassigned"):
        return f"{step.state}, late"
    if step.state == "asked" and not step.seat:
        if step.mail_failed_at:
            return "asked, bounced"
        if step.reminded_at:
            return "asked, reminded"
    return step.state


def had_a_link(step: StepRow) -> bool:
    """Whether the link went to whoever was asked before it went to the delegate."""
    return (step.acted_from or 0) > 1


@dataclass
class Walk:
    """A walk through one kind: the states met, and where each of them leads."""

    campus: Campus
    session: Session
    parts: Parts
    application: str
    student: Person
    offices: Mapping[str, Person]
    leads: dict[Any, set[Any]] = field(default_factory=dict)

    @property
    def row(self) -> ApplicationRow:
        return self.session.get_one(ApplicationRow, self.application)

    @property
    def office(self) -> Person:
        """Somebody of the office in charge."""
        return self.offices[self.parts.kind(self.row.kind).in_charge]

    def here(self) -> Any:
        """All that decides what can happen next. Who of equals has answered does not, nor how a
        step that stands came to it, nor any step of what has been decided; whether somebody was
        told of a date counts where the date is the application's own."""
        row = self.row
        told = row.state in deadlines.DATED and row.desk_told_at is not None
        due = row.due_at is not None
        away = row.state not in (*ENDS, "approved", "issue_failed") and self.away()
        seats: dict[int, list[StepRow]] = {}
        if row.state in ("in_approval", "at_desk", "returned"):
            for one in cases.steps_of(row):
                seats.setdefault(one.n, []).append(one)
        steps = tuple(held[0].outcome or tuple(sorted(map(stage, held))) for held in seats.values())
        return row.state, row.step, row.trouble, told, due, away, steps

    def stages(self) -> set[str]:
        """Every stage that an answer was met in."""
        steps = [held for *_rest, steps in self.leads for held in steps]
        return {stage for held in steps if not isinstance(held, str) for stage in held}

    def away(self) -> bool:
        """Whether the next link goes to somebody else: the first who was asked is absent."""
        first = next((one for one in cases.steps_of(self.row) if one.n == 1), None)
        return first is not None and absences.away(
            self.session, self.parts, first.principal_id) is not None  # fmt: skip

    def go(self) -> None:
        """From here everywhere; each state once."""
        here = self.here()
        if here in self.leads:
            return
        self.leads[here] = set()
        self.check()
        for deed in list(deeds(self)):
            now, seq = self.campus.clock.now(), self._seq()
            nested = self.session.begin_nested()
            before = self.row.state
            deed()
            self.session.flush()
            there = self.here()
            self._follows_the_table(before)
            if self.row.state in ENDS and before != self.row.state:
                self._everybody_was_told(seq)
            self.leads[here].add(there)
            self.go()
            nested.rollback()
            self.session.expire_all()
            self.campus.clock.advance(now - self.campus.clock.now())

    def check(self) -> None:
        """Somebody is responsible, and a date stands by which somebody is told."""
        row = self.row
        if row.state in ENDS and row.due_at is None:
            return
        if row.state == "in_approval":
            self._approvers(row)
        elif row.state == "returned":
            assert register.find_student(self.session, row.student_id).email
        elif row.state == "approved":
            assert self._certs_is_asked(row)
        else:
            assert self._staff()
        assert row.due_at is not None or row.state == "approved", row.state

    def _approvers(self, row: ApplicationRow) -> None:
        waiting = [one for one in cases.steps_of(row) if one.n == row.step
                   and one.state in ("asked", "unassigned")]  # fmt: skip
        assert waiting
        for one in waiting:
            assert one.by_when is not None
            if one.state == "unassigned":
                assert self._staff()
                continue
            assert one.remind_at is not None
            professor = self.session.get_one(ProfessorRow, one.professor_id)
            assert professor.email
            approvals.find(self.session, self.parts, self.token(one))
            if one.delegation is not None:
                self._principal(one, one.delegation)

    def _principal(self, step: StepRow, made: DelegationRow) -> None:
        """Whoever was asked still answers for the step, and has a link to take it back by."""
        assert step.principal_id == made.professor_id != step.professor_id
        assert self.session.get_one(ProfessorRow, made.professor_id).email
        if had_a_link(step):
            own = self.token(step, (step.acted_from or 0) - 1)
            assert approvals.handed_on(self.session, self.parts, own) is made
        else:
            sitting.look(self.session, self.parts, self.queue(made.professor_id))
            found = delegations.of_professor(self.session, self.parts, made.professor_id)
            assert made.id in {one.id for one in found}

    def _staff(self) -> list[Any]:
        office = self.parts.kind(self.row.kind).in_charge
        return list(self.session.scalars(select(StaffRow).where(StaffRow.office == office)))

    def _certs_is_asked(self, row: ApplicationRow) -> bool:
        return any(
            isinstance(one, DocumentRequested) and one.issue_id == row.issue_id
            for one in self.said(0)
        )

    def _follows_the_table(self, before: str) -> None:
        after = self.row.state
        allowed = {(one.state, one.leads_to) for one in TRANSITIONS}
        assert before == after or (before, after) in allowed, (before, after)

    def _everybody_was_told(self, seq: int) -> None:
        """The student and whoever was asked; of what is delivered, when it has left the house."""
        row, kind = self.row, self.parts.kind(self.row.kind)
        if row.state == "issued" and kind.delivery is not None:
            return
        signers = [one for one in cases.steps_of(row) if one.asked_at]
        asked = {who for one in signers for who in (one.professor_id, one.principal_id)}
        people = [register.find_professor(self.session, one).email for one in asked if one]
        wanted = {*people, register.find_student(self.session, row.student_id).email}
        told = {one.address["email"] for one in self.said(seq)
                if isinstance(one, NotificationRequested)}  # fmt: skip
        assert wanted <= told, row.state

    def token(self, step: StepRow, generation: int | None = None) -> str:
        link = Link("approval", step.id, generation or step.generation)
        return make_link(link, self.parts.keyring)

    def queue(self, professor_id: str) -> str:
        """The link of all that is asked of a professor, as it was mailed last."""
        row = self.session.get_one(ProfessorQueueRow, professor_id)
        return make_link(Link("queue", professor_id, row.generation), self.parts.keyring)

    def said(self, after: int) -> list[Message]:
        rows = self.session.execute(select(OUTBOX.c.payload).where(OUTBOX.c.seq > after))
        return [Envelope.from_json(row[0]).message() for row in rows]

    def _seq(self) -> int:
        return self.session.scalar(select(func.max(OUTBOX.c.seq))) or 0


Deed = Callable[[], object]


def deeds(walk: Walk) -> Iterator[Deed]:
    """What anybody, a clock or another department can do here."""
    row = walk.row
    yield from BY_STATE[row.state](walk, row) if row.state in BY_STATE else ()
    if row.state in (*ENDS, "approved") and row.due_at is None:
        return
    times = {row.due_at, row.lapses_at if row.state in ("in_approval", "returned") else None}
    times |= {one.remind_at for one in cases.steps_of(row) if one.state == "asked"}
    for at in times - {None}:
        yield lambda at=at: time_comes(walk, at)


def time_comes(walk: Walk, at: Any) -> None:
    late = at - walk.campus.clock.now()
    if late > timedelta():
        walk.campus.clock.advance(late)
    deadlines.tick(walk.parts, walk.campus.clock.now())


def in_approval(walk: Walk, row: ApplicationRow) -> Iterator[Deed]:
    session, parts = walk.session, walk.parts
    steps = cases.steps_of(row)
    office = walk.office
    yield lambda: life.withdraw(session, parts, walk.student, row.id)
    asked = next((one for one in steps if one.state == "asked"), None)
    if asked:
        for decision in ("approve", "return", "decline", "not_mine"):
            yield lambda decision=decision: answer(walk, asked, decision)
        if asked.mail_failed_at:
            email = "right@dojang.example"
            yield lambda: desk.send_link(session, parts, office, row.id, asked.n, asked.seat)
            yield lambda: desk.correct_address(
                session, parts, office, row.id, asked.n, email, asked.seat
            )
        else:
            yield lambda: mail_fails(walk, asked)
        yield from of_delegation(walk, row, asked)
    empty = next((one for one in steps if one.state == "unassigned"), None)
    if empty:
        spare = spare_professor(walk, row)
        yield lambda: desk.assign(session, parts, office, row.id, empty.n, spare, empty.seat)


def of_delegation(walk: Walk, row: ApplicationRow, step: StepRow) -> Iterator[Deed]:
    """Somebody else signs, for this request or on days of absence; or nobody does any more."""
    session, parts = walk.session, walk.parts
    if step.delegation is not None:
        made = step.delegation
        if had_a_link(step):
            mine = walk.token(step, (step.acted_from or 0) - 1)
            yield lambda: delegations.take_back(session, parts, mine)
        queue = walk.queue(made.professor_id)
        yield lambda: delegations.take_back_one(session, parts, queue, made.id)
        yield lambda: delegations.end_for_office(
            session, parts, walk.office, row.id, step.n, step.seat
        )
    elif absences.may_hand_over(parts.kind(row.kind), row, step):
        link, spare = walk.token(step), spare_professor(walk, row)
        yield lambda: delegations.delegate(session, parts, link, spare)
        if step.n == 1 and not step.seat and not absences.away(session, parts, step.professor_id):
            today = walk.campus.clock.now().astimezone(SEOUL).date()
            last = today + timedelta(days=ABSENCE_DAYS)
            yield lambda: delegations.delegate(session, parts, link, spare, today, last)


def answer(walk: Walk, step: StepRow, decision: str) -> None:
    row = walk.row
    sent = cases.submission(row)
    shown = sent.shown
    if decision == "approve" and letters.writes(walk.parts.kind(row.kind), step):
        shown = letters.shown_with(sent, letters.draft(walk.session, walk.parts, row, step))
    approvals.decide(walk.session, walk.parts, walk.token(step), decision=decision, shown=shown,
                     reason="because", typed="윤태호")  # fmt: skip


def mail_fails(walk: Walk, step: StepRow) -> None:
    mail = walk.session.scalars(
        select(NotificationRow).where(
            NotificationRow.step_id == step.id, NotificationRow.generation == step.generation
        )
    ).first()
    assert mail is not None
    mails.failed(
        walk.session,
        walk.parts,
        NotificationFailed(notification_id=mail.id, permanent=True, code="no_such_mailbox"),
    )


def spare_professor(walk: Walk, row: ApplicationRow) -> str:
    steps = cases.steps_of(row)
    taken = {who for one in steps for who in (one.professor_id, one.principal_id)}
    return next(one.id for one in register.professors(walk.session) if one.id not in taken)


def at_desk(walk: Walk, row: ApplicationRow) -> Iterator[Deed]:
    office = walk.office
    yield lambda: life.withdraw(walk.session, walk.parts, walk.student, row.id)
    for decision in ("approve", "return", "decline"):
        yield lambda decision=decision: desk.decide(
            walk.session, walk.parts, office, row.id, decision=decision, reason="because"
        )


def returned(walk: Walk, row: ApplicationRow) -> Iterator[Deed]:
    yield lambda: life.withdraw(walk.session, walk.parts, walk.student, row.id)
    yield lambda: life.submit(walk.session, walk.parts, walk.student, row.id)


def approved(walk: Walk, row: ApplicationRow) -> Iterator[Deed]:
    issue, at = row.issue_id or "", walk.campus.clock.now()
    yield lambda: issuing.issued(
        walk.session,
        walk.parts,
        DocumentIssued(
            issue_id=issue,
            application_id=row.id,
            number=NUMBER,
            sha256=SHA,
            template_version="1",
            issued_at=at,
        ),
    )
    yield lambda: issuing.failed(
        walk.session,
        walk.parts,
        DocumentFailed(issue_id=issue, application_id=row.id, code="no_template", detail={}),
    )


def issue_failed(walk: Walk, row: ApplicationRow) -> Iterator[Deed]:
    office = walk.office
    yield lambda: desk.retry(walk.session, walk.parts, office, row.id)


def issued(walk: Walk, row: ApplicationRow) -> Iterator[Deed]:
    if row.due_at is not None:
        office = walk.office
        yield lambda: delivering.deliver(walk.session, walk.parts, office, row.id, how="handed")


BY_STATE: dict[str, Callable[[Walk, ApplicationRow], Iterator[Deed]]] = {
    "in_approval": in_approval,
    "at_desk": at_desk,
    "returned": returned,
    "approved": approved,
    "issue_failed": issue_failed,
    "issued": issued,
}


def leads_to_an_end(leads: dict[Any, set[Any]]) -> set[Any]:
    """The states from which an end can be reached."""
    good = {here for here in leads if here[0] in ENDS}
    while True:
        more = {here for here, there in leads.items() if there & good} - good
        if not more:
            return good
        good |= more


@pytest.mark.parametrize("name", walks())
def test_every_reachable_state_has_somebody_responsible_a_timer_and_a_way_out(
    campus: Campus, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    student, offices = campus.person(HAN), {k: campus.person(v) for k, v in OFFICE_OF.items()}
    with campus.write() as session:
        session.execute(delete(PostRow).where(PostRow.seat > 3))  # a committee of three will do
        somebody = next(one.id for one in register.professors(session))
        kind = replace(bare(walks()[name], somebody), name=walks()[name].name)
        parts = replace(
            campus.parts,
            kinds={**campus.parts.kinds, kind.name: kind},
            database=OneSession(session),  # type: ignore[arg-type]  # of a Database, its transactions
            room=None,
        )
        made = life.start(session, parts, student, kind.name, {})
        walk = Walk(campus, session, parts, made.id, student, offices)
        life.submit(session, parts, student, made.id)
        walk.go()
        session.rollback()
    assert leads_to_an_end(walk.leads) == set(walk.leads)
    reached = {here[0] for here in walk.leads}
    assert "issued" in reached
    if kind.desk and kind.route:
        assert reached >= {"in_approval", "at_desk", "returned", "declined", "withdrawn"}
    if kind.route and all(one.agree == "one" and one.role not in NAMED for one in kind.route):
        assert walk.stages() >= {"asked, once", "asked, on behalf", "asked, late, on behalf"}
    with capsys.disabled():
        edges = sum(len(there) for there in walk.leads.values())
        sys.stdout.write(f"\n{name}: {len(walk.leads)} states, {edges} ways between them\n")


def test_every_kind_of_the_catalog_is_walked() -> None:
    walked = {shape(kind) for kind in walks().values()}
    assert {shape(kind) for kind in KINDS} <= walked
    assert all(kind.in_charge in OFFICE_OF for kind in KINDS)
    assert all(isinstance(kind.desk, Desk) or not kind.route for kind in KINDS)
