"""Application for Leaving the University (WDR-01, REF-01).

The advisor agrees, the Student Team decides; granted, the student has left from
that day on, and asks for the tuition that comes back with a request of its own.

Readings: the register's last day is that of the decision, the refund counts from
the day of the application. It is asked for in the semester that goes on.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import printed, request, tuition_asked
from services.forms.catalog.fields import AnswerSchema, Choice, WholeNumber, Words
from services.forms.catalog.kind import Answers, Asking, Case, Desk, Finding, Kind, Step, Uploads
from services.forms.catalog.request import semester_of
from services.forms.people.values import Leaving, Semester
from services.forms.rules import refund, tell, tell_refund, tell_standing, terms
from shared.clock import SEOUL
from shared.words import in_language

NAME = "withdrawal"
STUDENTS = ("enrolled", "on_leave", "completed")
APPLY = _l(
    "I hereby apply to leave the university as stated above. I know that I am no longer a student "
    "of the university from the day on which this is granted."
)


class Withdrawal(AnswerSchema):
    """What the student answers; everything else comes from the register."""

    year = WholeNumber(2000, 2100, _p("field", "Year"))
    semester = Choice(tuition_asked.TERMS, _p("field", "Semester of leaving"), columns="two")
    reason = Words(220, _p("field", "Reason"), _l("It is printed on the form as you write it."))


def may_ask(asking: Asking) -> list[Finding]:
    """WDR-01: students, any time."""
    standing = asking.student.standing
    if standing == "admitted":
        words = _l("Whoever has not begun cancels the admission instead.")
        return [tell_standing.not_for("WDR-01", words, standing, _l("Ask for that (REF-04)."))]
    if standing not in STUDENTS:
        return [tell_standing.not_for("WDR-01", _l("It is for students."), standing)]
    return [] if _now(asking) else [tell.no_semester()]


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """WDR-01 and REF-01: in this semester, and what comes back of the tuition."""
    now, reason = _now(asking), {"reason": (_p("field", "Reason"), answers["reason"])}
    fits = request.does_not_fit(asking, NAME, reason)
    if now is None:
        return [tell.no_semester(), *fits]
    if semester_of(answers) != now:
        return [tell_standing.other_semester(semester_of(answers), now), *fits]
    found = refund.refunds(asking.student, asking.semesters, request.today(asking))
    told = [tell_refund.comes_back(*one) for one in found] or [tell_refund.nothing_paid(now)]
    if any(one.krw for _semester, one in found):
        told.append(tell_refund.ask_for_it())
    return [*told, tell_standing.left_for_good(), *fits]


def _now(asking: Asking) -> Semester | None:
    found = terms.open_semesters(asking.semesters, request.today(asking))
    return found[0] if found else None


def prefill(asking: Asking) -> dict[str, Any]:
    """The semester that goes on."""
    now = _now(asking)
    return now.as_json() if now else {}


def window(_asking: Asking) -> tuple[datetime | None, datetime | None]:
    """WDR-01: any time."""
    return None, None


def paper(case: Case) -> dict[str, Any]:
    """The values of `templates/documents/withdrawal`, in the language of the case."""
    with in_language(case.language):
        on = printed.day(case.decision.at) if case.decision else ""
        return {
            **request.lines(case, "advisor"),
            "leaving_semester": str(tell.semester(semester_of(case.answers))),
            "reason": case.answers["reason"],
            **printed.decision(case, _p("printed", "Granted"), on),
        }


def changes(case: Case) -> list[Leaving]:
    """WDR-01: left, from the day of the decision; asked for on the day of the application."""
    if case.decision is None:
        return []
    return [Leaving(case.decision.at.astimezone(SEOUL).date(), request.sent_on(case))]


SHOWS = ("leaving_semester", "decision", "decision_date")

KIND = Kind(
    name=NAME,
    version=1,
    prefix="WD",
    title=_l("Leaving the university"),
    summary=_l("Give up your studies for good, and see what tuition comes back."),
    schema=Withdrawal,
    route=(Step("advisor"),),
    desk=Desk("student_team"),
    uploads=Uploads(),
    for_office=("attachments",),
    may_ask=may_ask,
    judge=judge,
    prefill=prefill,
    window=window,
    semester=semester_of,
    sentences=lambda _answers: [APPLY],
    paper=paper,
    shows=lambda case: request.shown(paper(case), *SHOWS),
    proves=lambda _case: ("name", *SHOWS),
    changes=changes,
    headline=lambda _answers: _l("asks to leave the university"),
    addressee=request.TO_PRESIDENT,
    result=lambda _answers, _granted: _l("You have left the university"),
    paper_title=_l("Application for Leaving the University"),
)
