"""What a granted request puts on record about the semester that it asks about."""

from __future__ import annotations

from typing import Any

from services.forms.catalog.kind import Case
from services.forms.catalog.request import semester_of
from services.forms.people.values import Arrangement, Milestone


def arrangement(case: Case, what: Any, **how: Any) -> list[Arrangement]:
    """About its tuition: a waiver, another due date, installments, a refund."""
    return [Arrangement(semester_of(case.answers), what, case.number, **how)]


def milestone(case: Case, what: Any, semesters: int = 0) -> list[Milestone]:
    """In the course of study."""
    return [Milestone(what, semester_of(case.answers), case.number, semesters)]
