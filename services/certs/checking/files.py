"""The files: does each document have its own, and what does the store hold that nobody names?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from services.certs.checking.finding import NOTE, Finding, Tally
from services.certs.checking.papers import Page, Paper
from shared.errors import Permanent, TryLater
from shared.files import FileStore

AT_ONCE = 4
# A store that is away is not asked for every single file.
OUTAGES_MOST = 8
# What is younger may belong to a transaction that has not ended: files come before their rows.
YOUNG = timedelta(hours=1)

SENTENCES = {
    "file_missing": "its file is not in the store",
    "file_damaged": "the file in the store is not the one that was issued",
    "store_unavailable": "the store did not answer for its file",
}


def check_files(files: FileStore, pages: Iterable[Page], tally: Tally) -> Iterator[Finding]:
    """The findings of the pages, and those about the files of their papers."""
    outages = 0
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="check") as readers:
        for page in pages:
            yield from page.findings
            if outages >= OUTAGES_MOST:
                continue
            for finding in readers.map(lambda paper: _read(files, paper), page.papers):
                tally.files += 1
                if finding is not None:
                    outages += finding.code == "store_unavailable"
                    yield finding
            if outages >= OUTAGES_MOST:
                yield Finding("files_not_read", "the store is away: no further file was read")


def check_unnamed(
    files: FileStore,
    is_named: Callable[[Sequence[str]], set[str]],
    now: datetime,
    at_a_time: int = 500,
) -> Iterator[Finding]:
    """What lies in the store and is named by no table (`is_named` gives those that are)."""
    some: list[str] = []
    for one in files.everything():
        if now - one.at < YOUNG:
            continue
        if not one.is_file:
            yield Finding("file_strange", "no file of ours", severity=NOTE, file=one.name)
            continue
        some.append(one.name)
        if len(some) == at_a_time:
            yield from _unnamed(some, is_named)
            some = []
    yield from _unnamed(some, is_named)


def _read(files: FileStore, paper: Paper) -> Finding | None:
    try:
        files.get(paper.file_id, paper.sha256)
    except (Permanent, TryLater) as error:
        sentence = SENTENCES.get(error.code, error.sentence)
        return Finding(error.code, sentence, number=paper.number, file=paper.file_id)
    return None


def _unnamed(some: Sequence[str], is_named: Callable[[Sequence[str]], set[str]]) -> list[Finding]:
    named = is_named(some) if some else set()
    return [
        Finding("file_unreferenced", "no table names this file", severity=NOTE, file=name)
        for name in some
        if name not in named
    ]
