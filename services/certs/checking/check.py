"""`dojang documents check`: the whole store, beside a running server, changing nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from services.certs.checking.chain import Anchor, check_chain
from services.certs.checking.files import check_files, check_unnamed
from services.certs.checking.finding import NOTE, Finding, Tally
from services.certs.checking.papers import check_papers
from shared.database import Database
from shared.errors import TryLater
from shared.files import FileStore

Named = Callable[[Sequence[str]], set[str]]


@dataclass(frozen=True)
class Asked:
    """What a check is told: the machine's time (files bear it), and what was noted down before.

    Without `is_named` (not all databases are known here) the store is not searched for strays.
    """

    now: datetime
    is_named: Named | None = None
    anchor: Anchor | None = None


def check_documents(
    database: Database, files: FileStore, asked: Asked, tally: Tally
) -> Iterator[Finding]:
    """Every finding as it is found, counted in `tally`, in the memory that a few papers take."""
    found = chain(
        check_chain(database, tally, asked.anchor),
        check_files(files, check_papers(database, tally), tally),
        _strays(files, asked),
    )
    for finding in found:
        tally.count(finding)
        yield finding


def _strays(files: FileStore, asked: Asked) -> Iterator[Finding]:
    if asked.is_named is None:
        yield Finding(
            "strays_not_searched",
            "not every department's database is known here, so no file can be called unnamed",
            severity=NOTE,
        )
        return
    try:
        yield from check_unnamed(files, asked.is_named, asked.now)
    except TryLater as error:
        yield Finding(error.code, "the store could not be listed")
