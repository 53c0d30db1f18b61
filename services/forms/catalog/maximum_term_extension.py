"""Application for Extension of the Maximum Term of Study, 최대수업연한 연장 (TRM-03, TRM-04).

For a valid reason, at most two semesters, after deliberation of the Graduate
Committee; applied for at the end of every semester, which is the semester's
window of this name (data). The committee votes, its office records what it came to.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import printed, request, semester_window, study_request
from services.forms.catalog.fields import AnswerSchema, WholeNumber
from services.forms.catalog.kind import Answers, Asking, Case, Finding, Step, Vote
from services.forms.people.values import Milestone, Semester
from services.forms.rules import study, tell, tell_study, terms


class MaximumTermExtension(AnswerSchema):
    """What the student answers; everything else comes from the register."""

    year = request.year()
    semester = request.term(hint=_l("With which your maximum term ends."))
    semesters = WholeNumber(
        1,
        terms.EXTENDED_AT_MOST,
        _p("field", "Number of semesters"),
        _l("At most two, all extensions together."),
    )
    reason = request.reason()


def against(asking: Asking) -> list[Finding]:
    """TRM-04: for whom the term ends, at the end of the semester."""
    now, student = semester_window.going_on(asking), asking.student
    if now is not None and (why := study.why_no_longer(student, now, 1)):
        left, rest = study.semesters_left(student, now), study.extension_left(student)
        return [tell_study.no_longer(why, left, rest, 1)]
    return []


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """TRM-03, TRM-04: whether the term ends now, and by how much it can be longer."""
    semester, asked = request.semester_of(answers), answers["semesters"]
    student = asking.student
    left, rest = study.semesters_left(student, semester), study.extension_left(student)
    if why := study.why_no_longer(student, semester, asked):
        return [tell_study.no_longer(why, left, rest, asked)]
    most = terms.MAXIMUM_SEMESTERS[student.program] + study.extended(student)
    ends = semester.plus(left)
    return [tell_study.longer(ends, asked, rest, most), tell_study.deliberated()]


def lines(case: Case) -> dict[str, Any]:
    """When the term ends, by how much it is to be longer, when it ends then."""
    return {
        "term_ends": str(tell.semester(ends(case))),
        "asked_semesters": printed.semesters_count(case.answers["semesters"]),
        "extended_until": str(tell.semester(ends(case).plus(case.answers["semesters"]))),
    }


def ends(case: Case) -> Semester:
    """The last semester of the maximum term as the register had it."""
    semester = request.semester_of(case.answers)
    return semester.plus(study.semesters_left(case.student, semester))


def changes(case: Case) -> list[Milestone]:
    """TRM-04: the semesters granted."""
    semester, granted = request.semester_of(case.answers), case.answers["semesters"]
    return [Milestone("term_extension", semester, case.number, granted)]


KIND = study_request.Request(
    name="maximum_term_extension",
    rule="TRM-04",
    prefix="MT",
    title=_l("Extension of the maximum term"),
    summary=_l("One or two semesters more, after deliberation of the Graduate Committee."),
    paper_title=_l("Application for Extension of the Maximum Term of Study"),
    schema=MaximumTermExtension,
    route=(Step("graduate_committee", agree=Vote()),),
    office="graduate_committee",
    against=against,
    in_period=True,
    judge=judge,
    prefill=lambda asking: {**study_request.this_semester(asking), "semesters": 1},
    semester=request.semester_of,
    lines=lines,
    granted=lambda case: printed.semesters_count(case.answers["semesters"]),
    changes=changes,
    headline=_l("asks for an extension of the maximum term of study"),
    result=_l("Your maximum term of study is extended"),
    addressee=_l("To the Graduate Committee"),
    shown=("extended_until",),
).kind()
