"""Application for Post-coursework Enrolment, 수료 후 등록 (TRM-05, TRM-06, TRM-07).

For whoever has completed the coursework and has no degree yet. The Student Team
decides; granted, the semester stands in the register as one after the coursework.

Readings: nobody but the office has to agree; it is asked for the semester that
goes on or the next one.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from services.forms.catalog import printed, request, semester_window, study_request
from services.forms.catalog.fields import AnswerSchema
from services.forms.catalog.kind import Answers, Asking, Case, Finding
from services.forms.people.values import Registration
from services.forms.rules import study, tell, tell_study


class PostCoursework(AnswerSchema):
    """What the student answers; everything else comes from the register."""

    year = request.year()
    semester = request.term()


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """TRM-07: once a semester, what it costs; TRM-05: it counts; TRM-06: what follows else."""
    semester, student = request.semester_of(answers), asking.student
    now = semester_window.going_on(asking)
    if now is None:
        return [tell.no_semester()]
    if semester not in (now, now.plus(1)):
        return [tell_study.other_semester("TRM-07", semester, now)]
    if study.enrolled_after_coursework(student, semester):
        return [tell_study.enrolled_already(semester)]
    data = asking.semesters.get(semester)
    left = study.semesters_left(student, semester)
    found = [
        tell_study.fee(semester, data.post_coursework_krw if data else None),
        tell_study.term_runs(left, study.maximum(student)),
    ]
    return [*found, tell_study.visa()] if study.to_be_reported(student, semester) else found


def prefill(asking: Asking) -> dict[str, Any]:
    """The semester that goes on; the next one for whoever is enrolled in it."""
    now = semester_window.going_on(asking)
    if now is None:
        return {}
    return now.plus(int(study.enrolled_after_coursework(asking.student, now))).as_json()


def lines(case: Case) -> dict[str, Any]:
    """Since when the coursework is completed."""
    return {"completion_date": printed.long_day(case.student.completed_on) or "–"}


def changes(case: Case) -> list[Registration]:
    """TRM-07: enrolled after the coursework."""
    return [Registration(request.semester_of(case.answers), "post_coursework")]


KIND = study_request.Request(
    name="post_coursework_enrollment",
    rule="TRM-07",
    prefix="PC",
    title=_l("Post-coursework enrolment"),
    summary=_l("For a semester after the coursework, before the degree."),
    paper_title=_l("Application for Post-coursework Enrolment"),
    schema=PostCoursework,
    who=("completed",),
    whom=_l("It is for those who have completed their coursework."),
    judge=judge,
    prefill=prefill,
    semester=request.semester_of,
    semester_line="enrolment_semester",
    lines=lines,
    changes=changes,
    headline=_l("asks to enrol after the coursework, %(semester)s"),
    result=_l("You are enrolled after the coursework: %(semester)s"),
).kind()
