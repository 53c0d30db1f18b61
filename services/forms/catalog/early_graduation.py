"""Application for Early Graduation, 조기졸업 (TRM-01, TRM-02).

With the minimum credits, at most one semester before the standard term
(master's, doctoral) or two (integrative). The advisor agrees, Student Affairs
decides, which verifies expected degrees.

Readings: asked for in the semester at whose end the degree is to be had.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from flask_babel import lazy_gettext as _l

from services.forms.catalog import granted, printed, request, semester_window, study_request
from services.forms.catalog.fields import AnswerSchema
from services.forms.catalog.kind import Answers, Asking, Case, Finding
from services.forms.rules import study, tell_study, terms


class EarlyGraduation(AnswerSchema):
    """What the student answers; everything else comes from the register."""

    year = request.year()
    semester = request.term(hint=_l("At whose end you are to graduate."))
    reason = request.reason()


def against(asking: Asking) -> list[Finding]:
    """TRM-02: in the semester that goes on, by the time of study alone."""
    now = semester_window.going_on(asking)
    if now is None:
        return []
    found = study.early_degree(asking.student, asking.semesters[now])
    why = study.why_not_early(found)
    return [tell_study.no_early_degree(found, why)] if why in ("too_early", "not_early") else []


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """TRM-02: how early it is, and whether the credits are enough."""
    found = study.early_degree(asking.student, asking.semesters[request.semester_of(answers)])
    if why := study.why_not_early(found):
        return [tell_study.no_early_degree(found, why)]
    return [tell_study.early_degree(found)]


def lines(case: Case) -> dict[str, Any]:
    """After how many semesters, with how many credits on record."""
    semester = request.semester_of(case.answers)
    return {
        "study_semesters": printed.semesters_count(terms.semester_number(case.student, semester)),
        "credits_earned": printed.credits_count(study.earned(case.student.grades)),
    }


KIND = study_request.Request(
    name="early_graduation",
    rule="TRM-02",
    prefix="EG",
    title=_l("Early graduation"),
    summary=_l("Your degree up to one semester early, two in the integrative course."),
    paper_title=_l("Application for Early Graduation"),
    schema=EarlyGraduation,
    roles=("advisor",),
    office="student_affairs",
    who=("enrolled",),
    whom=_l("It is for enrolled students."),
    against=against,
    only=request.Only(semester_window.going_on, partial(tell_study.other_semester, "TRM-02")),
    judge=judge,
    semester=request.semester_of,
    semester_line="graduation_semester",
    lines=lines,
    changes=lambda case: granted.milestone(case, "early_graduation"),
    headline=_l("asks to graduate early, %(semester)s"),
    result=_l("You may graduate early: %(semester)s"),
).kind()
