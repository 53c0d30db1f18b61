"""What the rules say of a refund that is asked for (REF-01, REF-02)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.forms.people.values import Semester, SemesterData, Student
from services.forms.rules import paid, refund, tell, tell_refund
from services.forms.rules.finding import Finding
from services.forms.rules.refund import Refund

Semesters = Mapping[Semester, SemesterData]


def said(
    student: Student, semester: Semester, reason: str, krw: int, semesters: Semesters, today: date
) -> Finding:
    """REF-01: a reason on record, the share of its day, paid back once; no other amount."""
    found = claim(student, semester, reason, semesters, today)
    if not isinstance(found, Refund):
        return found
    told = tell_refund.comes_back if krw == found.krw else tell_refund.other_amount
    return told(semester, found)


def claim(
    student: Student, semester: Semester, reason: str, semesters: Semesters, today: date
) -> Refund | Finding:
    """REF-01, REF-02: what comes back of a semester, or what stands against it."""
    data, krw = semesters.get(semester), refund.paid_for(student, semester)
    if not krw:
        return tell_refund.no_payment(semester)
    if data is None:
        return tell.missing_data(semester, list(tell.MISSING))
    for one in student.arrangements:
        if (one.semester, one.what) == (semester, "refund"):
            return tell_refund.given_already(semester, one.application)
    arose = refund.cause(reason, student, data, today)
    if arose is None:
        return tell_refund.lacks_reason(reason, semester)
    found = refund.of_semester(data, arose, krw)
    return found if found.krw else tell_refund.none_for(semester, found)


def begins_with(student: Student, semesters: Semesters, today: date) -> dict[str, Any]:
    """REF-01: the newest semester with a reason on record and what it comes to, as answers.

    The newest semester that was paid for where none has a reason.
    """
    semesters_paid = paid.semesters(student)
    for semester in semesters_paid:
        for reason in refund.REASONS:
            found = claim(student, semester, reason, semesters, today)
            if isinstance(found, Refund):
                return {**semester.as_json(), "reason": reason, "amount": found.krw}
    return semesters_paid[0].as_json() if semesters_paid else {}
