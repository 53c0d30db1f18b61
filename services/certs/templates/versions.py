"""The life of an uploaded template: waiting, compiling, ready or refused; put in use, rolled back.

Functions take the session of the caller's transaction. Every change appends to the audit chain.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, text
from sqlalchemy.orm import Session

from services.certs.library import FIRST, Version
from services.certs.templates.findings import Finding, blocks
from services.certs.templates.tables import (
    COMPILING,
    READY,
    REFUSED,
    WAITING,
    ActiveRow,
    TemplateEvent,
    TemplateRow,
)
from shared import audit
from shared.errors import Conflict, NotFound

BUILT_IN = int(FIRST)
CLAIM_SECONDS = 60  # a worker says again that it is alive well before
ATTEMPTS_MOST = 3
HISTORY_MOST = 200
_CHAIN_LOCK = 0x74656D706C61  # one advisory lock: entries follow one another


@dataclass(frozen=True)
class Who:
    """Who acts: the register's id, and what they are called (for the history that staff read)."""

    person: str
    name: str = ""


WORKER = Who("certs")  # where no person acts


@dataclass(frozen=True)
class Entry:
    """An uploaded version as it is now: the values of its row."""

    kind: str
    language: str
    number: int
    form: str
    name: str
    size: int
    file_id: str | None
    sha256: str
    state: str
    findings: list[dict[str, Any]]
    uploaded_by: str
    uploaded_at: datetime
    attempts: int
    claim: str | None
    claimed_until: datetime | None
    made_at: datetime | None
    files: dict[str, Any]

    @property
    def version(self) -> Version:
        return Version(self.kind, self.language, str(self.number))

    @property
    def found(self) -> list[Finding]:
        return [Finding.read(row) for row in self.findings]


@dataclass(frozen=True)
class Event:
    """One step of a template's history."""

    language: str
    number: int
    event: str
    person: str
    at: datetime
    entry: Mapping[str, Any]


@dataclass(frozen=True)
class Uploaded:
    """A file that has been looked through: stored (`file_id`), unless it was unsafe."""

    form: str
    name: str
    size: int
    sha256: str
    file_id: str | None
    findings: Sequence[Finding]


def add(
    session: Session, kind: str, language: str, file: Uploaded, who: Who, at: datetime
) -> Entry:
    """Write an upload down as the next version: waiting to be compiled, or refused at once."""
    _in_turn(session)
    newest = session.scalar(
        select(func.max(TemplateRow.number)).where(
            TemplateRow.kind == kind, TemplateRow.language == language
        )
    )
    refused = blocks(file.findings) or file.file_id is None
    row = TemplateRow(
        kind=kind,
        language=language,
        number=(newest or BUILT_IN) + 1,
        form=file.form,
        name=file.name,
        size=file.size,
        file_id=file.file_id,
        sha256=file.sha256,
        state=REFUSED if refused else WAITING,
        findings=[one.as_json() for one in file.findings],
        uploaded_by=who.person,
        uploaded_at=at,
        attempts=0,
        files={},
    )
    session.add(row)
    session.flush()
    _append(session, row, "uploaded", who, at, {"sha256": file.sha256, "state": row.state})
    return _plain(row)


def find(session: Session, kind: str, language: str, number: int) -> Entry:
    """An uploaded version. Raises NotFound("no_template")."""
    row = session.get(TemplateRow, (kind, language, number))
    if row is None:
        raise NotFound("no_template", "there is no such version")
    return _plain(row)


def entries(session: Session, kind: str, language: str) -> list[Entry]:
    """The uploads of a paper, the newest first."""
    wanted = (
        select(TemplateRow)
        .where(TemplateRow.kind == kind, TemplateRow.language == language)
        .order_by(TemplateRow.number.desc())
    )
    return [_plain(row) for row in session.scalars(wanted)]


def newest(session: Session, kinds: Collection[str]) -> dict[tuple[str, str], Entry]:
    """The newest upload of each paper of these kinds."""
    wanted = select(TemplateRow).where(TemplateRow.kind.in_(kinds)).order_by(TemplateRow.number)
    return {(row.kind, row.language): _plain(row) for row in session.scalars(wanted)}


def active(session: Session, kind: str, language: str) -> int:
    """The number of the version in use."""
    row = session.get(ActiveRow, (kind, language))
    return row.number if row else BUILT_IN


def activate(
    session: Session,
    kind: str,
    language: str,
    number: int,
    *,
    seen: int,
    who: Who,
    at: datetime,
) -> None:
    """Print from this version from now on; an earlier one is a roll-back, 1 the built-in one.

    `seen` is the version that was in use when the person decided. Raises
    Conflict("template_not_ready" | "template_changed"), NotFound("no_template").
    """
    _in_turn(session)
    now = active(session, kind, language)
    if number != BUILT_IN and find(session, kind, language, number).state != READY:
        raise Conflict("template_not_ready", "only a version that is ready can be put in use")
    if now != seen:
        raise Conflict("template_changed", "another version was put in use meanwhile", now=now)
    if now == number:
        return
    row = session.get(ActiveRow, (kind, language))
    if row is None:
        row = ActiveRow(kind=kind, language=language, number=number)
        session.add(row)
    row.number = number
    event = "activated" if number > now else "rolled_back"
    _append(session, row, event, who, at, {"before": now})


def has_work(session: Session, now: datetime) -> bool:
    """Whether an upload waits, or was left by a worker that died."""
    return session.scalar(select(TemplateRow.number).where(_free(now)).limit(1)) is not None


def claim_next(session: Session, now: datetime) -> Entry | None:
    """The oldest upload that nobody compiles, now this caller's for a minute (`Entry.claim`).

    One that was claimed and not finished in time is taken over: its worker died.
    """
    row = session.scalar(
        select(TemplateRow)
        .where(_free(now))
        .order_by(TemplateRow.uploaded_at, TemplateRow.number)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    row.state, row.claim = COMPILING, secrets.token_hex(16)
    row.claimed_until = now + timedelta(seconds=CLAIM_SECONDS)
    row.attempts += 1
    return _plain(row)


def keep_claim(session: Session, entry: Entry, now: datetime) -> bool:
    """Say that the work goes on; False where another has taken it over."""
    row = _claimed(session, entry)
    if row is not None:
        row.claimed_until = now + timedelta(seconds=CLAIM_SECONDS)
    return row is not None


def release(session: Session, entry: Entry) -> None:
    """Give an upload back unfinished: the next worker begins anew."""
    row = _claimed(session, entry)
    if row is not None:
        row.state, row.claim, row.claimed_until = WAITING, None, None


def finish(
    session: Session,
    entry: Entry,
    findings: Sequence[Finding],
    files: Mapping[str, Any],
    at: datetime,
) -> bool:
    """Write down what compiling came to: ready, or refused; False where another has done it."""
    row = _claimed(session, entry)
    if row is None:
        return False
    row.findings = [*row.findings, *(one.as_json() for one in findings)]
    row.state = REFUSED if blocks(findings) or not files else READY
    row.files, row.made_at, row.claim, row.claimed_until = dict(files), at, None, None
    hashes = {name: one["sha256"] for name, one in files.items()}
    _append(session, row, row.state, WORKER, at, {"files": hashes})
    return True


def history(session: Session, kind: str, language: str) -> list[Event]:
    """What happened to a paper's templates, the newest first."""
    wanted = (
        select(TemplateEvent)
        .where(TemplateEvent.kind == kind, TemplateEvent.language == language)
        .order_by(TemplateEvent.position.desc())
        .limit(HISTORY_MOST)
    )
    return [
        Event(row.language, row.number, row.event, row.person, row.at, row.entry)
        for row in session.scalars(wanted)
    ]


def first_broken(session: Session) -> int | None:
    """The position (from 1) of the first event that does not follow, or None: all do."""
    rows = session.scalars(select(TemplateEvent).order_by(TemplateEvent.position))
    broken = audit.first_broken((_chained(row), row.hash) for row in rows)
    return None if broken is None else broken + 1


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(
        TemplateRow.state == WAITING,
        and_(TemplateRow.state == COMPILING, TemplateRow.claimed_until < now),
    )


def _claimed(session: Session, entry: Entry) -> TemplateRow | None:
    wanted = (
        select(TemplateRow)
        .where(
            TemplateRow.kind == entry.kind,
            TemplateRow.language == entry.language,
            TemplateRow.number == entry.number,
            TemplateRow.claim == entry.claim,
        )
        .with_for_update()
    )
    return session.scalar(wanted)


def _in_turn(session: Session) -> None:
    """One transaction at a time changes templates (SQLite has one writer anyway)."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})


def _append(
    session: Session,
    row: TemplateRow | ActiveRow,
    event: str,
    who: Who,
    at: datetime,
    entry: Mapping[str, Any],
) -> None:
    _in_turn(session)
    last = session.scalar(select(func.max(TemplateEvent.position))) or 0
    previous = session.scalar(select(TemplateEvent.hash).where(TemplateEvent.position == last))
    link = TemplateEvent(
        position=last + 1,
        kind=row.kind,
        language=row.language,
        number=row.number,
        event=event,
        person=who.person,
        at=at,
        entry={**entry, "name": who.name} if who.name else dict(entry),
    )
    link.hash = audit.link(previous or audit.BEGINNING, _chained(link))
    session.add(link)
    session.flush()


def _chained(row: TemplateEvent) -> dict[str, Any]:
    """What the hash of an event covers."""
    covered = ("position", "kind", "language", "number", "event", "person", "entry")
    return {name: getattr(row, name) for name in covered} | {
        "at": row.at.isoformat(timespec="microseconds")
    }


def _plain(row: TemplateRow) -> Entry:
    return Entry(**{item.name: getattr(row, item.name) for item in fields(Entry)})
