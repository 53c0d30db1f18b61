"""Application for Cancellation of Admission Registration (REF-04, REF-02, REF-01).

Whoever was admitted and does not begin; the Student Team decides. What was paid
comes back by REF-01, asked for with a request of its own.

Readings: the pages name nobody who agrees, and nobody advises the applicant yet:
it goes to the office at once. Whoever was admitted anew (RDM-01) cancels likewise.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import printed, request, tuition_asked
from services.forms.catalog.fields import AnswerSchema, Choice, WholeNumber, Words
from services.forms.catalog.kind import Answers, Asking, Case, Desk, Finding, Kind, Uploads
from services.forms.catalog.request import semester_of
from services.forms.catalog.withdrawal import changes
from services.forms.people.values import Semester
from services.forms.rules import refund, tell, tell_refund, tell_standing, terms
from shared.words import in_language

NAME = "admission_cancellation"
APPLY = _l("I hereby apply for the cancellation of my admission registration as stated above.")


class AdmissionCancellation(AnswerSchema):
    """What the applicant answers; everything else comes from the register."""

    year = WholeNumber(2000, 2100, _p("field", "Year of admission"))
    semester = Choice(tuition_asked.TERMS, _p("field", "Semester of admission"), columns="two")
    reason = Words(220, _p("field", "Reason"), _l("It is printed on the form as you write it."))


def may_ask(asking: Asking) -> list[Finding]:
    """REF-04: whoever is admitted and has not begun."""
    standing = asking.student.standing
    if standing != "admitted":
        words = _l("It is for who was admitted and has not begun.")
        remedy = _l("Students ask to leave the university instead (WDR-01).")
        return [tell_standing.not_for("REF-04", words, standing, remedy)]
    return [] if _first(asking) else [tell.no_semester()]


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """REF-04 and REF-01: the semester of admission, and what was paid for it comes back."""
    first, reason = _first(asking), {"reason": (_p("field", "Reason"), answers["reason"])}
    fits = request.does_not_fit(asking, NAME, reason)
    if first is None:
        return [tell.no_semester(), *fits]
    if semester_of(answers) != first:
        return [tell_standing.other_admission(semester_of(answers), first), *fits]
    found = refund.refunds(asking.student, asking.semesters, request.today(asking))
    told = [tell_refund.comes_back(*one) for one in found]
    if not told:
        return [tell_refund.nothing_paid(first), *fits]
    return [*told, tell_refund.ask_for_it(), *fits]


def _first(asking: Asking) -> Semester | None:
    """The semester of the admission, or of the readmission."""
    student = asking.student
    if student.readmissions:
        return student.readmissions[-1].semester
    return terms.semester_of_day(asking.semesters, student.admitted_on)


def prefill(asking: Asking) -> dict[str, Any]:
    """The semester of admission."""
    first = _first(asking)
    return first.as_json() if first else {}


def window(_asking: Asking) -> tuple[datetime | None, datetime | None]:
    """No page names one."""
    return None, None


def paper(case: Case) -> dict[str, Any]:
    """The values of `templates/documents/admission_cancellation`, in the case's language."""
    with in_language(case.language):
        of = str(tell.semester(semester_of(case.answers)))
        return {
            **request.lines(case),
            "admission_semester": of,
            "reason": case.answers["reason"],
            **printed.decision(case, _p("printed", "Granted"), of),
        }


SHOWS = ("admission_semester", "decision", "decision_date")

KIND = Kind(
    name=NAME,
    version=1,
    prefix="AC",
    title=_l("Cancellation of admission"),
    summary=_l("Do not begin your studies, and see what tuition comes back."),
    schema=AdmissionCancellation,
    route=(),
    desk=Desk("student_team"),
    uploads=Uploads(),
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
    headline=lambda _answers: _l("asks to cancel the admission"),
    addressee=request.TO_PRESIDENT,
    result=lambda _answers, _granted: _l("Your admission is cancelled"),
    paper_title=_l("Application for Cancellation of Admission Registration"),
)
