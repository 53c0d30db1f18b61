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

from services.forms.catalog import granted, request
from services.forms.catalog.fields import AnswerSchema, BankAccount, Choice, Line, WholeNumber
from services.forms.catalog.kind import Answers, Asking, Finding
from services.forms.catalog.request import semester_of
from services.forms.rules import refund_asked, tell_refund
from shared.say import money, named

KRW_MOST = 100_000_000
APPLY = _l("I hereby apply for the refund of tuition stated above, to be paid to this account.")


class RefundOfTuition(AnswerSchema):
    """What is answered; reason and amount are those of the register."""

    year = request.year()
    semester = request.term()
    reason = Choice(
        tell_refund.REASONS,
        _p("field", "Reason"),
        line="reason",
        documents={"admission_not_taken_up": tell_refund.proof_needed},
        notes={
            "integrative_dropped": tell_refund.requirement_of_masters,
            "expulsion": tell_refund.benefits_back,
        },
    )
    amount = WholeNumber(
        1,
        KRW_MOST,
        _p("field", "Amount in won"),
        _l("As the rule has it."),
        line="refund_amount",
        unit=money,
    )
    bank = Line(15, _p("field", "Bank"))
    account = BankAccount(
        _p("field", "Account"), _l("Only the office that pays sees it in full."), line="account"
    )
    holder = Line(20, _p("field", "Holder of the account"))


def against(asking: Asking) -> list[Finding]:
    """REF-01: whoever has paid."""
    return [] if asking.student.payments else [tell_refund.never_paid()]


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """REF-01, REF-02: a reason on record, the share of its day, paid back once."""
    asked = (semester_of(answers), answers["reason"], answers["amount"])
    return [refund_asked.said(asking.student, *asked, asking.semesters, request.today(asking))]


def prefill(asking: Asking) -> dict[str, Any]:
    """What comes back of the newest semester, to an account of one's own."""
    known = refund_asked.begins_with(asking.student, asking.semesters, request.today(asking))
    return {**known, "holder": named(asking.student)}


KIND = request.Request(
    name="refund",
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
    granted=lambda case: money(case.answers["amount"]),
    shown=("refund_amount",),
    changes=lambda case: granted.arrangement(case, "refund", krw=case.answers["amount"]),
    headline=_l("asks for a refund of %(amount)s"),
    result=_l("%(amount)s are paid back to you"),
).kind()
