"""Judge again what was sent: by the data, the register and the instant that it was judged by then.

A decision keeps what it rested on (`submission.student`, `.semesters`, `.findings`), so that a
change of the semester's data never changes what was said, and anybody can check that the rules
still say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.forms.applications import cases
from services.forms.applications.answers import as_json, judge
from services.forms.applications.snapshot import thaw
from services.forms.applications.tables import ApplicationRow, SubmissionRow
from services.forms.catalog.kind import Asking, Finding
from services.forms.parts import Parts
from services.forms.people.values import Semester, SemesterData

WORDS = ("message", "remedy")  # said in the reader's language, so no part of what is compared


@dataclass(frozen=True)
class Replayed:
    """One round of an application, judged again; `now` differs from `then` where rules changed."""

    number: str
    round: int
    kind: str
    then: Sequence[Mapping[str, Any]]
    now: Sequence[Mapping[str, Any]]

    @property
    def same(self) -> bool:
        """Whether the rules say what they said."""
        return list(self.then) == list(self.now)


def kept(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """What the rules said, without words: rule, severity, field, figures."""
    return [
        {name: value for name, value in one.items() if name not in WORDS}
        for one in as_json(list(findings))
    ]


def asking_then(session: Session, parts: Parts, sent: SubmissionRow) -> Asking:
    """Who asked and what the university's data said when it was sent.

    What was sent before the data were kept is judged by those of now.
    """
    asking = cases.asking(session, parts, cases.student_of(sent), sent.at)
    # What contradicted another one was never sent; what is open beside it now was not then.
    asking = replace(asking, attached=len(sent.attachments), beside=tuple)
    if sent.semesters is None:
        return asking
    semesters: Mapping[Semester, SemesterData] = thaw(
        Mapping[Semester, SemesterData],  # type: ignore[type-abstract]  # a hint, never made
        sent.semesters,
    )
    return replace(asking, semesters=semesters)


def replay(session: Session, parts: Parts) -> Iterator[Replayed]:
    """Every round that kept what it was judged by, in the order of its sending."""
    rows = session.execute(
        select(ApplicationRow, SubmissionRow)
        .join(SubmissionRow, SubmissionRow.application_id == ApplicationRow.id)
        .where(SubmissionRow.findings.is_not(None))
        .order_by(SubmissionRow.at, ApplicationRow.number)
    )
    for row, sent in rows:
        kind = parts.kind(row.kind)
        if sent.findings is None or kind.version != sent.kind_version:
            continue
        asking = asking_then(session, parts, sent)
        with parts.speaking("en"):
            now = kept(judge(kind, asking, sent.answers))
        yield Replayed(row.number, sent.round, row.kind, sent.findings, now)
