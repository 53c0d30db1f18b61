"""Application for the Qualifying Examination of the integrative course, 자격시험 (IQE-01).

After at least two completed semesters, passed before the fourth is completed.
The advisor agrees, the Student Team admits; the register has the semester.

Readings: the schedule of each semester's notice is the semester's window of
this name; its documents are attached and looked at by the office. That the
examination was passed is imported (`milestones.csv`).
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import granted, printed, request, semester_window, study_request
from services.forms.catalog.fields import AnswerSchema
from services.forms.catalog.kind import Answers, Asking, Case, Finding, Uploads
from services.forms.rules import study, tell_study, terms


class QualifyingExam(AnswerSchema):
    """What the student answers; everything else comes from the register."""

    year = request.year()
    semester = request.term()
    remarks = request.reason(
        _l("What the office should know, if anything."),
        label=_p("field", "Remarks"),
        required=False,
    )


def against(asking: Asking) -> list[Finding]:
    """IQE-01: the integrative course, in time."""
    now = semester_window.going_on(asking)
    if now is not None and (why := study.why_no_exam(asking.student, now)):
        completed, _open = terms.exam_semesters(asking.student, now)
        return [tell_study.no_exam(why, completed)]
    return []


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """IQE-01: how many semesters were completed before this one."""
    semester = request.semester_of(answers)
    completed, _open = terms.exam_semesters(asking.student, semester)
    if why := study.why_no_exam(asking.student, semester):
        return [tell_study.no_exam(why, completed)]
    return [tell_study.exam_open(completed), tell_study.exam_documents()]


def lines(case: Case) -> dict[str, Any]:
    """After how many semesters."""
    semester = request.semester_of(case.answers)
    completed, _open = terms.exam_semesters(case.student, semester)
    return {"completed_semesters": printed.semesters_count(completed)}


KIND = study_request.Request(
    name="integrative_qualifying_exam",
    rule="IQE-01",
    prefix="QE",
    title=_l("Qualifying examination"),
    summary=_l("For students of the integrative course, after two to three completed semesters."),
    paper_title=_l("Application for the Qualifying Examination of the Integrative Course"),
    schema=QualifyingExam,
    roles=("advisor",),
    uploads=Uploads(why=_l("Those that this semester’s notice names.")),
    who=("enrolled",),
    whom=_l("It is for enrolled students."),
    against=against,
    in_period=True,
    judge=judge,
    prefill=study_request.this_semester,
    semester=request.semester_of,
    semester_line="exam_semester",
    lines=lines,
    changes=lambda case: granted.milestone(case, "exam_admitted"),
    headline=_l("asks to be admitted to the qualifying examination"),
    result=_l("You are admitted to the qualifying examination"),
).kind()
