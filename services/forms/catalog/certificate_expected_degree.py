"""Certificate of expected degree, 학위수여예정증명서 (CRT-04): the office verifies it first.

Readings: a degree can be expected by whoever has completed the coursework, and
by enrolled students from the semester in which the earliest graduation lies
(TRM-01, TRM-02). It is expected in the semester that the student is in.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from services.forms.catalog import certificate, printed
from services.forms.catalog.kind import Answers, Asking, Desk, Finding
from services.forms.people.values import Student
from services.forms.rules import tell, terms

still_here = certificate.only_for(
    "CRT-04", ("enrolled", "completed"), _l("It is for students who are about to graduate.")
)


def against(asking: Asking) -> list[Finding]:
    """CRT-04, TRM-02: near enough to graduation, and in a semester."""
    student = asking.student
    if found := still_here(asking):
        return found
    if not student.registrations:
        return [tell.not_on_record("CRT-04", _l("a semester of yours"))]
    earliest, nth = terms.EARLIEST_DEGREE[student.program], terms.semesters_attended(student)
    if student.standing == "completed" or nth >= earliest:
        return []
    return [tell.too_early_for_a_degree(nth, earliest)]


def lines(student: Student, _answers: Answers) -> dict[str, Any]:
    """Where and since when; in which semester the degree is expected."""
    now = max((entry.semester for entry in student.registrations), default=None)
    expected = printed.semesters(now, now) if now else ""
    return {**printed.study_lines(student), "expected_semester": expected}


KIND = certificate.Certificate(
    name="certificate_expected_degree",
    rule="CRT-04",
    title=_l("Certificate of expected degree"),
    summary=_l("Student Affairs verifies first that your degree is to be expected."),
    against=against,
    lines=lines,
    shows=("program", "expected_semester"),
    desk=Desk(certificate.OFFICE),
).kind()
