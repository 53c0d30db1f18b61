"""Application for Leaving the University (WDR-01, REF-01).

The advisor agrees, the Student Team decides; granted, the student has left from
that day on, and asks for the tuition that comes back with a request of its own.

Readings: the register's last day is that of the decision, the refund counts from
the day of the application. It is asked for in the semester that goes on.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import printed, request, semester_window, who
from services.forms.catalog.fields import AnswerSchema
from services.forms.catalog.kind import Answers, Asking, Case, Finding
from services.forms.catalog.request import semester_of
from services.forms.people.values import Leaving
from services.forms.rules import refund, tell_refund, tell_standing
from shared.clock import SEOUL

students = who.only("WDR-01", ("enrolled", "on_leave", "completed"), _l("It is for students."))
APPLY = _l(
    "I hereby apply to leave the university as stated above. I know that I am no longer a student "
    "of the university from the day on which this is granted."
)


class Withdrawal(AnswerSchema):
    """What the student answers; everything else comes from the register."""

    year = request.year()
    semester = request.term(_p("field", "Semester of leaving"))
    reason = request.reason()


def against(asking: Asking) -> list[Finding]:
    """WDR-01: students, any time."""
    standing = asking.student.standing
    if standing == "admitted":
        words = _l("Whoever has not begun cancels the admission instead.")
        return [tell_standing.not_for("WDR-01", words, standing, _l("Ask for that (REF-04)."))]
    return students(asking)


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """WDR-01 and REF-01: what comes back of the tuition."""
    found = refund.refunds(asking.student, asking.semesters, request.today(asking))
    told = [tell_refund.comes_back(*one) for one in found]
    told = told or [tell_refund.nothing_paid(semester_of(answers))]
    if any(one.krw for _semester, one in found):
        told.append(tell_refund.ask_for_it())
    return [*told, tell_standing.left_for_good()]


def changes(case: Case) -> list[Leaving]:
    """WDR-01: left, from the day of the decision; asked for on the day of the application."""
    if case.decision is None:
        return []
    return [Leaving(case.decision.at.astimezone(SEOUL).date(), request.sent_on(case))]


KIND = request.Request(
    name="withdrawal",
    prefix="WD",
    title=_l("Leaving the university"),
    summary=_l("Give up your studies for good, and see what tuition comes back."),
    paper_title=_l("Application for Leaving the University"),
    schema=Withdrawal,
    roles=("advisor",),
    against=against,
    only=request.Only(semester_window.going_on, tell_standing.other_semester),
    judge=judge,
    sentence=APPLY,
    semester_line="leaving_semester",
    granted=lambda case: printed.day(case.decision.at) if case.decision else "",
    changes=changes,
    headline=_l("asks to leave the university"),
    result=_l("You have left the university"),
).kind()
