"""The three databases: do they answer, have they today's schema, does anything wait in them?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.doctor.finding import Finding, note, well, wrong
from shared.database import Database, newest_revision, revision
from shared.errors import TryLater
from shared.files.naming import knows_its_tables
from shared.outbox import OUTBOX, oldest_waiting

WAITS_LONG, WAITS_TOO_LONG = timedelta(minutes=1), timedelta(minutes=10)
CLOCKS_APART = timedelta(seconds=2)


def look(name: str, database: Database, package: Path, now: datetime) -> Iterator[Finding]:
    """Everything about one department's database; the later asks only where the former is well.

    `now` is the installation's time.
    """
    part = f"database of {name}"
    try:
        if not database.is_sqlite:
            revision(database)  # or the question for tables would not know that it is away
        if not knows_its_tables(database):
            yield _no_tables(part, database)
            return
        yield from _schema(part, database, package)
        with database.read() as session:
            yield from _clock(part, session, datetime.now(UTC))
            yield _outbox(part, session, now)
    except TryLater:
        yield wrong(
            part,
            "database_unavailable",
            "The database does not answer.",
            f"Start it, and look at DOJANG_{name.upper()}_DATABASE.",
        )


def _no_tables(part: str, database: Database) -> Finding:
    if database.is_sqlite and not Path(database.engine.url.database or "").exists():
        return note(part, "no_database", "It is not there yet.", "The first start makes it.")
    return wrong(part, "no_schema", "It has no tables.", "Run `dojang migrate`.")


def _schema(part: str, database: Database, package: Path) -> Iterator[Finding]:
    found, wanted = revision(database), newest_revision(package)
    if found == wanted:
        yield well(part, f"It answers and has the newest schema ({found}).")
        return
    yield wrong(
        part,
        "schema_differs",
        f"Its schema is {found}, this version wants {wanted}.",
        "Run `dojang migrate`; if the database is the newer one, run the newer Dojang.",
    )


def _clock(part: str, session: Session, now: datetime) -> Iterator[Finding]:
    if session.get_bind().dialect.name != "postgresql":
        return
    theirs = session.scalar(select(func.clock_timestamp()))
    if theirs is not None and abs(theirs - now) > CLOCKS_APART:
        yield note(
            part,
            "clocks_apart",
            f"Its clock and ours are {abs(theirs - now).total_seconds():.0f} s apart.",
            "Have both machines' clocks kept (NTP).",
        )


def _outbox(part: str, session: Session, now: datetime) -> Finding:
    since = oldest_waiting(session)
    if since is None or now - since < WAITS_LONG:
        return well(part, "Nothing waits in its outbox.")
    count = session.scalar(select(func.count()).where(OUTBOX.c.published_at.is_(None)))
    said = f"{count} messages wait in its outbox, the oldest for {_span(now - since)}."
    remedy = "Start the department's processes, and look at the broker: they are published then."
    if now - since < WAITS_TOO_LONG:
        return note(part, "outbox_waits", said, remedy)
    return wrong(part, "outbox_waits", said, remedy)


def _span(time: timedelta) -> str:
    minutes = int(time.total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
