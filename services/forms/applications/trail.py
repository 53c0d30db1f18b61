"""An application's own audit trail: every change is an entry of its hash chain.

The entry is written in the transaction of the change. Its length and last hash
stand on the application, so that entries cut off at the end are missed too.

Who did it, with what details, and the hash of what they saw are private: the
entry holds a commitment to them, they lie beside it with their salt until the
person is forgotten. Entries of before that say it all themselves; when one is
forgotten its hash alone stays, and the entry `erased` lists those hashes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.forms.applications.tables import ApplicationRow, TrailRow
from services.forms.signin.person import Person
from shared import audit
from shared.clock import Clock


@dataclass(frozen=True)
class Who:
    """Who did it: role student | professor | staff | system, and an opaque id."""

    role: str
    id: str


FORM = 2  # of an entry: with a commitment
ERASED = "erased"
NOBODY: dict[str, Any] = {"who": "", "details": {}, "shown": None}
SYSTEM = Who("system", "forms")
CERTS = Who("system", "certs")
NOTIFY = Who("system", "notify")


@dataclass(frozen=True)
class HistoryEntry:
    """One entry as people see it; `what` is a code that catalogs have a text for."""

    seq: int
    at: datetime
    role: str
    who: str
    what: str
    details: dict[str, Any]
    shown: str | None
    hash: str


def by(person: Person) -> Who:
    """A signed-in person as the trail names them."""
    return Who(person.role, person.id)


def note(
    session: Session,
    clock: Clock,
    row: ApplicationRow,
    who: Who,
    what: str,
    *,
    shown: str | None = None,
    **details: Any,
) -> None:
    """Append an entry: who did what now; `shown` is the hash of what they saw, if they signed."""
    private = {
        "who": who.id,
        "details": {name: value for name, value in details.items() if value is not None},
        "shown": shown,
    }
    _append(session, clock, row, who.role, what, private)


def _append(
    session: Session,
    clock: Clock,
    row: ApplicationRow,
    role: str,
    what: str,
    private: dict[str, Any],
    **public: Any,
) -> None:
    salt = audit.new_salt()
    entry = {
        "form": FORM,
        "application_id": row.id,
        "seq": row.trail_length + 1,
        "at": clock.now().isoformat(),
        "role": role,
        "what": what,
        "commitment": audit.commitment(private, salt),
        **public,
    }
    row.trail_head = audit.link(row.trail_head or audit.BEGINNING, entry)
    row.trail_length += 1
    session.add(
        TrailRow(
            application_id=row.id,
            seq=row.trail_length,
            entry=entry,
            private=private,
            salt=salt,
            hash=row.trail_head,
        )
    )


def forget(session: Session, clock: Clock, row: ApplicationRow) -> None:
    """Erase what the trail says of people; it verifies as before, and says that it was erased."""
    stubs = []
    for one in _rows(session, row.id):
        if "form" not in one.entry:  # it says it all itself: its hash alone can stay
            one.entry = {}
        if not one.entry:
            stubs.append([one.seq, one.hash])
        one.private = one.salt = None
    _append(session, clock, row, SYSTEM.role, ERASED, dict(NOBODY), stubs=stubs)


def last_doer(session: Session, row: ApplicationRow) -> str | None:
    """The person whose deed is the newest entry that is a person's."""
    return next(
        (_private(one)["who"] for one in reversed(_rows(session, row.id))
         if one.entry.get("role", SYSTEM.role) != SYSTEM.role),
        None,
    )  # fmt: skip


def history(session: Session, application_id: str) -> list[HistoryEntry]:
    """All entries that still say something, the oldest first."""
    return [
        HistoryEntry(
            seq=row.seq,
            at=datetime.fromisoformat(row.entry["at"]),
            role=row.entry["role"],
            what=row.entry["what"],
            hash=row.hash,
            **{name: _private(row)[name] for name in NOBODY},
        )
        for row in _rows(session, application_id)
        if row.entry
    ]


def _private(row: TrailRow) -> dict[str, Any]:
    if row.entry and "form" not in row.entry:
        return row.entry
    return row.private or NOBODY


def first_broken(session: Session, application_id: str) -> int | None:
    """The number (from 1) of the first entry that is not as written, or None if all are."""
    row = session.get_one(ApplicationRow, application_id)
    entries = _rows(session, application_id)
    broken = _first_broken(entries)
    if broken is not None:
        return broken
    whole = len(entries) == row.trail_length and (
        (entries[-1].hash if entries else audit.BEGINNING) == row.trail_head
    )
    return None if whole else len(entries) + 1


def _first_broken(entries: Sequence[TrailRow]) -> int | None:
    previous = audit.BEGINNING
    stubs = [stub for one in entries for stub in one.entry.get("stubs", ())]
    for n, one in enumerate(entries, 1):
        if one.entry:
            kept = one.private is None or _committed(one)
            if not kept or audit.link(previous, one.entry) != one.hash:
                return n
        elif [one.seq, one.hash] not in stubs:
            return n
        previous = one.hash
    return None


def _committed(row: TrailRow) -> bool:
    return row.entry.get("commitment") == audit.commitment(row.private, row.salt or "")


def _rows(session: Session, application_id: str) -> list[TrailRow]:
    session.flush()
    rows = select(TrailRow).where(TrailRow.application_id == application_id)
    return list(session.scalars(rows.order_by(TrailRow.seq)))
