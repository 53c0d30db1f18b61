"""What cannot be asked for side by side: of two contradicting requests one is open at a time.

The rows below say which kinds contradict each other, by which rule and why; the second one is
refused while nobody has decided the first. What was granted is in the register, whose rules speak.

Reading: the pages say what each request does, not that two contradict; a row stands here where
both cannot be granted, or where one would change what the other was judged by.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from flask_babel import lazy_gettext as _l

from services.forms.catalog.kind import Answers, Asking, Beside, Finding, Kind, Text
from services.forms.rules import tell_beside

Within = Literal["always", "semester", "professor"]


@dataclass(frozen=True)
class Contradiction:
    """`one` and each of `others`: always, about the same semester, or naming the same professor."""

    rule: str
    one: str
    others: tuple[str, ...]
    why: Text
    within: Within = "always"


PAYING = ("tuition_waiver", "due_date_extension", "installments")
STUDYING_ON = (
    "leave_of_absence",
    "return_from_leave",
    "advisor_change",
    "joint_advisor",
    "major_change",
    "integrative_qualifying_exam",
    "early_graduation",
    "post_coursework_enrollment",
    "maximum_term_extension",
    "certificate_expected_degree",
)
CONTRADICTIONS = (
    Contradiction(
        "WDR-01",
        "withdrawal",
        (*PAYING, *STUDYING_ON),
        _l("Whoever leaves the university for good does not study on."),
    ),
    Contradiction(
        "REF-04",
        "admission_cancellation",
        (*PAYING, "leave_of_absence"),
        _l("Whoever cancels the admission does not begin to study."),
    ),
    Contradiction(
        "TUI-02",
        "leave_of_absence",
        PAYING,
        _l("Whoever is on leave in a semester has no tuition to pay for it."),
        "semester",
    ),
    Contradiction(
        "LEA-01",
        "leave_of_absence",
        ("return_from_leave", "post_coursework_enrollment", "early_graduation"),
        _l("Nobody is on leave and studies in the same semester."),
        "semester",
    ),
    Contradiction(
        "TUI-13",
        "installments",
        ("due_date_extension",),
        _l("Both say when the tuition of the semester is due; the extension has installments too."),
        "semester",
    ),
    Contradiction(
        "REF-01",
        "refund",
        (*PAYING, "return_from_leave"),
        _l("What is paid back of a semester is a share of what was paid for it in the end."),
        "semester",
    ),
    Contradiction(
        "MAJ-01",
        "major_change",
        ("advisor_change", "joint_advisor"),
        _l("A change of major names the advisor itself, and advisors are of the student’s major."),
    ),
    Contradiction(
        "ADV-02",
        "joint_advisor",
        ("advisor_change",),
        _l("Nobody is advisor and joint advisor of the same student."),
        "professor",
    ),
    Contradiction(
        "TRM-02",
        "early_graduation",
        ("maximum_term_extension",),
        _l("Nobody graduates early and studies past the maximum term."),
    ),
)


def against(kind: Kind, asking: Asking, answers: Answers) -> list[Finding]:
    """Each undecided application that this contradicts, as far as the answers are there."""
    return [finding for _row, finding in _each(kind, asking, answers)]


def offered(kind: Kind, asking: Asking, prefill: Answers) -> list[Finding]:
    """The same of a form as it begins: a note where another semester or professor would do."""
    return [
        finding if row.within == "always" else replace(finding, severity="note")
        for row, finding in _each(kind, asking, prefill)
    ]


def _each(kind: Kind, asking: Asking, answers: Answers) -> Iterator[tuple[Contradiction, Finding]]:
    rows = [row for row in CONTRADICTIONS if kind.name in (row.one, *row.others)]
    for one in asking.beside() if rows else ():
        for row in _between(kind, one, rows):
            if _meets(row.within, kind, answers, one):
                told = (row.rule, row.why, one.title, one.number, one.id)
                yield row, tell_beside.contradicts(*told)


def _between(kind: Kind, one: Beside, rows: list[Contradiction]) -> Iterator[Contradiction]:
    for row in rows:
        other_way = row.one == one.kind and kind.name in row.others
        if other_way or (row.one == kind.name and one.kind in row.others):
            yield row


def _meets(within: Within, kind: Kind, answers: Answers, one: Beside) -> bool:
    if within == "always":
        return True
    try:
        if within == "semester":
            return not one.semesters.isdisjoint(kind.about(answers))
        return not one.named.isdisjoint(kind.named(answers).values())
    except KeyError:
        return False  # what it depends on is not answered yet
