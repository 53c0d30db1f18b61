"""Application for Refund of Tuition (REF-01, REF-02, REF-03).

Whoever left, took a leave or did not begin asks for the share of what was paid;
Educational Affairs decides and pays to the account that is given.

Readings: the pages name no form and nobody who agrees. The cause is on record
before the money is asked for; an amount of another day is refused. The number of
the account is shown to that office alone: papers and mails have its last digits.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import request, room
from services.forms.catalog.fields import AnswerSchema, BankAccount, Choice, Line, WholeNumber
from services.forms.catalog.kind import Answers, Asking, Case, Finding
from services.forms.catalog.request import semester_of
from services.forms.people.masking import ending_of
from services.forms.people.values import Arrangement, Semester, Student
from services.forms.rules import refund, tell, tell_refund
from services.forms.rules.refund import Refund
from shared.say import money, named
from shared.words import in_language

NAME = "refund"
KRW_MOST = 100_000_000
APPLY = _l("I hereby apply for the refund of tuition stated above, to be paid to this account.")


class RefundOfTuition(AnswerSchema):
    """What is answered; reason and amount are those of the register."""

    year = request.year()
    semester = request.term()
    reason = Choice(tell_refund.REASONS, _p("field", "Reason"))
    amount = WholeNumber(1, KRW_MOST, _p("field", "Amount in won"), _l("As the rule has it."))
    bank = Line(15, _p("field", "Bank"))
    account = BankAccount(_p("field", "Account"), _l("Only the office that pays sees it in full."))
    holder = Line(20, _p("field", "Holder of the account"))


def against(asking: Asking) -> list[Finding]:
    """REF-01: whoever has paid."""
    return [] if asking.student.payments else [tell_refund.never_paid()]


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """REF-01 to REF-03: a reason on record, the share of its day, paid back once."""
    found = _of_money(asking, semester_of(answers), answers["reason"])
    if isinstance(found, Refund) and answers["amount"] != found.krw:
        told = [tell_refund.other_amount(semester_of(answers), found)]
    elif isinstance(found, Refund):
        told = [tell_refund.comes_back(semester_of(answers), found)]
    else:
        told = [found]
    return [*told, *_of_reason(asking, answers)]


def _of_money(asking: Asking, semester: Semester, reason: str) -> Refund | Finding:
    """What comes back of a semester, or what stands against it."""
    student, data = asking.student, asking.semesters.get(semester)
    paid = refund.paid_for(student, semester)
    if not paid:
        return tell_refund.no_payment(semester)
    if data is None:
        return tell.missing_data(semester, list(tell.MISSING))
    if (given := _given(student, semester)) is not None:
        return tell_refund.given_already(semester, given.application)
    arose = refund.cause(reason, student, data, request.today(asking))
    if arose is None:
        return tell_refund.lacks_reason(reason, semester)
    found = refund.of_semester(data, arose, paid)
    return found if found.krw else tell_refund.none_for(semester, found)


def _given(student: Student, semester: Semester) -> Arrangement | None:
    asked = (one for one in student.arrangements if one.semester == semester)
    return next((one for one in asked if one.what == "refund"), None)


def _of_reason(asking: Asking, answers: Answers) -> list[Finding]:
    """What the reason asks for, and whether its words fit their line."""
    with in_language(asking.student.language):
        said = str(tell_refund.REASONS[answers["reason"]])
    fits = room.of_text(asking, NAME, "reason", _p("field", "Reason"), said)
    return [*_asked_for(asking, answers["reason"]), *fits]


def _asked_for(asking: Asking, reason: str) -> list[Finding]:
    if reason == "integrative_dropped":
        return [tell_refund.requirement_of_masters()]
    if reason == "expulsion":
        return [tell_refund.benefits_back()]
    if reason == "admission_not_taken_up":
        return request.with_file(asking, tell_refund.proof_needed)
    return []


def prefill(asking: Asking) -> dict[str, Any]:
    """The newest semester with a reason on record, and what it comes to."""
    student = asking.student
    paid = sorted({one.semester for one in student.payments}, reverse=True)
    for semester in paid:
        for reason in refund.REASONS:
            found = _of_money(asking, semester, reason)
            if isinstance(found, Refund):
                known = {"reason": reason, "amount": found.krw, "holder": named(student)}
                return {**semester.as_json(), **known}
    return {**(paid[0].as_json() if paid else {}), "holder": named(student)}


def lines(case: Case) -> dict[str, Any]:
    """What comes back and why, and to which account."""
    answers = case.answers
    return {
        "reason": str(tell_refund.REASONS[answers["reason"]]),
        "refund_amount": money(answers["amount"]),
        "account": ending_of(answers["account"]),
    }


def changes(case: Case) -> list[Arrangement]:
    """REF-01: what is paid back of the semester."""
    semester, krw = semester_of(case.answers), case.answers["amount"]
    return [Arrangement(semester, "refund", case.number, krw=krw)]


KIND = request.Request(
    name=NAME,
    prefix="RF",
    title=_l("Refund of tuition"),
    summary=_l("What comes back after leaving, a leave or a cancelled admission, to your account."),
    paper_title=_l("Application for Refund of Tuition"),
    schema=RefundOfTuition,
    office="educational_affairs",
    against=against,
    judge=judge,
    prefill=prefill,
    sentence=APPLY,
    says=lambda answers: {"amount": money(answers["amount"])},
    semester_line="refund_semester",
    lines=lines,
    granted=lambda case: money(case.answers["amount"]),
    shown=("refund_amount",),
    changes=changes,
    headline=_l("asks for a refund of %(amount)s"),
    result=_l("%(amount)s are paid back to you"),
).kind()
