"""Application for Cancellation of Admission Registration (REF-04, REF-02, REF-01).

Whoever was admitted and does not begin; the Student Team decides. What was paid
comes back by REF-01, asked for with a request of its own.

Readings: the pages name nobody who agrees, and nobody advises the applicant yet:
it goes to the office at once. Whoever was admitted anew (RDM-01) cancels likewise.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import request, withdrawal
from services.forms.catalog.fields import AnswerSchema
from services.forms.catalog.kind import Answers, Asking, Finding
from services.forms.catalog.request import semester_of
from services.forms.people.values import Semester
from services.forms.rules import refund, tell_refund, tell_standing, terms

APPLY = _l("I hereby apply for the cancellation of my admission registration as stated above.")


class AdmissionCancellation(AnswerSchema):
    """What the applicant answers; everything else comes from the register."""

    year = request.year(_p("field", "Year of admission"))
    semester = request.term(_p("field", "Semester of admission"))
    reason = request.reason()


def against(asking: Asking) -> list[Finding]:
    """REF-04: whoever is admitted and has not begun."""
    standing = asking.student.standing
    if standing == "admitted":
        return []
    words = _l("It is for who was admitted and has not begun.")
    remedy = _l("Students ask to leave the university instead (WDR-01).")
    return [tell_standing.not_for("REF-04", words, standing, remedy)]


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """REF-04 and REF-01: what was paid for the semester of admission comes back."""
    found = refund.refunds(asking.student, asking.semesters, request.today(asking))
    if not found:
        return [tell_refund.nothing_paid(semester_of(answers))]
    return [*(tell_refund.comes_back(*one) for one in found), tell_refund.ask_for_it()]


def _first(asking: Asking) -> Semester | None:
    """The semester of the admission, or of the readmission."""
    student = asking.student
    if student.readmissions:
        return student.readmissions[-1].semester
    return terms.semester_of_day(asking.semesters, student.admitted_on)


KIND = request.Request(
    name="admission_cancellation",
    prefix="AC",
    title=_l("Cancellation of admission"),
    summary=_l("Do not begin your studies, and see what tuition comes back."),
    paper_title=_l("Application for Cancellation of Admission Registration"),
    schema=AdmissionCancellation,
    against=against,
    only=request.Only(_first, tell_standing.other_admission),
    judge=judge,
    sentence=APPLY,
    semester_line="admission_semester",
    changes=withdrawal.changes,
    headline=_l("asks to cancel the admission"),
    result=_l("Your admission is cancelled"),
).kind()
