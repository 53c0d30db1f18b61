"""What requests have in common: the lines of their papers, what a number shows, whether it fits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from services.forms.catalog import printed, room
from services.forms.catalog.kind import Answers, Asking, Case, Finding, Text
from services.forms.people.masking import masked
from services.forms.people.values import Semester
from shared.clock import SEOUL

TO_PRESIDENT = _l("To the President of Dojang University of Science")


def today(asking: Asking) -> date:
    """The day in Seoul."""
    return asking.now.astimezone(SEOUL).date()


def sent_on(case: Case) -> date:
    """The day in Seoul on which it was sent: the one that counts for a refund (REF-01)."""
    return case.submitted_at.astimezone(SEOUL).date()


def semester_of(answers: Answers) -> Semester:
    """The semester that is asked for."""
    return Semester(answers["year"], answers["semester"])


def lines(case: Case, *roles: str) -> dict[str, Any]:
    """What stands on every request's paper, with the signatures of these roles."""
    return {
        "application_number": case.number,
        **printed.student_lines(case.student),
        "birth_date": printed.long_day(case.student.birth_date),
        "application_date": printed.day(case.submitted_at),
        **{role: printed.signature(case, role) for role in ("applicant", *roles)},
        "attachments": printed.attachments(case.attachments),
    }


def shown(values: Mapping[str, Any], *public: str) -> list[tuple[str, str]]:
    """The name masked, and what of a paper a number alone shows to anybody."""
    return [("name", masked(values["name"])), *((field, values[field]) for field in public)]


def does_not_fit(asking: Asking, kind: str, texts: Mapping[str, tuple[Text, str]]) -> list[Finding]:
    """What the printed form could not hold, before anybody signs it: (label, text) by field."""
    return room.of_student(asking, kind) + [
        finding
        for field, (label, text) in texts.items()
        for finding in room.of_text(asking, kind, field, label, text)
    ]
