"""Application for Leave of Absence, in all seven kinds (LEA-01 to LEA-10).

The advisor agrees, the Student Team decides; granted, the register has the
leave, and whoever paid tuition gets the refund that the page names (REF-01).

Readings: a leave is of whole semesters and begins in the one that goes on or
the next; "freshmen" are in the first semester of the course; what a leave for
military service lasts stands in its notice and is checked by the desk.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import printed, request, semester_window, who
from services.forms.catalog.fields import AnswerSchema, Choice, WholeNumber
from services.forms.catalog.kind import Answers, Asking, Case, Finding, Window
from services.forms.catalog.request import semester_of
from services.forms.people.values import Leave, Semester
from services.forms.rules import leave_asked, tell, tell_leaves

SEMESTERS_MOST = 6
APPLY = _l("I hereby apply for a leave of absence as stated above.")


class LeaveOfAbsence(AnswerSchema):
    """What the student answers; everything else comes from the register."""

    kind = Choice(
        tell_leaves.KINDS,
        _p("field", "Kind of leave"),
        line="leave_kind",
        documents=tell_leaves.NEEDED,
        notes={"disease": tell_leaves.counsel},
    )
    year = request.year(_p("field", "From the year"))
    semester = request.term(_p("field", "From the semester"))
    semesters = WholeNumber(
        1, SEMESTERS_MOST, _p("field", "Number of semesters"), _l("Whole semesters, in a row.")
    )
    reason = request.reason()


def period_of(answers: Answers) -> tuple[Semester, Semester]:
    """The first and the last semester that are asked for."""
    first = semester_of(answers)
    return first, first.plus(answers["semesters"] - 1)


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """LEA-01 to LEA-10: what stands against it, what is left of it, what comes back."""
    asked = (asking.semesters, request.today(asking))
    return leave_asked.said(asking.student, answers["kind"], period_of(answers), *asked)


def window(asking: Asking, answers: Answers) -> Window:
    """LEA-01: of the general leave, for the semester that it begins in; others any time."""
    first = request.semester_typed(answers) or semester_window.going_on(asking)
    found = leave_asked.window(asking.semesters, first) if first else None
    general = found is not None and answers.get("kind") == "general"
    return request.days(found.first_day, found.last_day) if found and general else (None, None)


def said(answers: Answers) -> str:
    """How long, as it is printed."""
    return printed.semesters(*period_of(answers))


def changes(case: Case) -> list[Leave]:
    """The leave enters the register as it was asked for."""
    return [Leave(case.answers["kind"], *period_of(case.answers), request.sent_on(case))]


# The kind of the leave is nobody's business: the number alone does not tell it.
KIND = request.Request(
    name="leave_of_absence",
    prefix="L",
    title=_l("Leave of absence"),
    summary=_l("General, or for military service, birth, childcare, start-up, disease, others."),
    paper_title=_l("Application for Leave of Absence"),
    schema=LeaveOfAbsence,
    roles=("advisor",),
    against=who.only(
        "LEA-01",
        ("enrolled", "on_leave", "admitted"),
        _l("It is for students."),
        tell.not_in_this_standing,
    ),
    only=request.Only(semester_window.going_on, tell_leaves.not_that_semester, or_next=True),
    judge=judge,
    prefill=lambda _asking: {"kind": "general", "semesters": 1},
    window=window,
    window_of=_l("General leave"),
    lasts=lambda answers: int(answers["semesters"]),
    sentence=APPLY,
    says=lambda answers: {"period": said(answers)},
    lines=lambda case: {"leave_period": said(case.answers)},
    granted=lambda case: said(case.answers),
    shown=("leave_period",),
    changes=changes,
    headline=_l("asks for a leave of absence, %(period)s"),
    result=_l("You are on leave: %(period)s"),
).kind()
