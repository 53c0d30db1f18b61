"""Application for Extension of the Maximum Term of Study, 최대수업연한 연장 (TRM-03, TRM-04).

For a valid reason, at most two semesters, after deliberation of the Graduate
Committee; applied for at the end of every semester, which is the semester's
window of this name (data). The committee votes, its office records what it came to.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import granted, printed, request, semester_window, study_request
from services.forms.catalog.fields import AnswerSchema, WholeNumber
from services.forms.catalog.kind import Answers, Asking, Case, Finding, Step, Vote
from services.forms.catalog.request import semester_of
from services.forms.people.values import Semester, Student
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
        line="asked_semesters",
        unit=printed.semesters_count,
    )
    reason = request.reason()


def against(asking: Asking) -> list[Finding]:
    """TRM-04: for whom the term ends, at the end of the semester."""
    now = semester_window.going_on(asking)
    return _refused(asking.student, now, 1) if now else []


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """TRM-03, TRM-04: whether the term ends now, and by how much it can be longer."""
    semester, asked, student = semester_of(answers), answers["semesters"], asking.student
    if refused := _refused(student, semester, asked):
        return refused
    rest, most = study.extension_left(student), study.maximum(student)
    return [
        tell_study.longer(study.last_semester(student, semester), asked, rest, most),
        tell_study.deliberated(),
    ]


def _refused(student: Student, semester: Semester, asked: int) -> list[Finding]:
    why = study.why_no_longer(student, semester, asked)
    left, rest = study.semesters_left(student, semester), study.extension_left(student)
    return [tell_study.no_longer(why, left, rest, asked)] if why else []


def lines(case: Case) -> dict[str, str]:
    """When the term ends as the register had it, and when it ends then."""
    ends = study.last_semester(case.student, semester_of(case.answers))
    until = ends.plus(case.answers["semesters"])
    return {"term_ends": str(tell.semester(ends)), "extended_until": str(tell.semester(until))}


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
    semester=semester_of,
    lines=lines,
    granted=lambda case: printed.semesters_count(case.answers["semesters"]),
    # TRM-04: the semesters granted.
    changes=lambda case: granted.milestone(case, "term_extension", case.answers["semesters"]),
    headline=_l("asks for an extension of the maximum term of study"),
    result=_l("Your maximum term of study is extended"),
    addressee=_l("To the Graduate Committee"),
    shown=("extended_until",),
).kind()
