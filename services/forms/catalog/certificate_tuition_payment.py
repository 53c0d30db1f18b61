"""Certificate of tuition payment, 등록금 납입증명서 (CRT-09): what was paid, also in part.

In Korean only. Readings: it is of one semester, the last one paid unless another is asked for.
A payment can be certified once the deadline of its period is over (TUI-10).
It says what arrived, not what was charged: the register does not know waivers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p
from flask_babel import pgettext

from services.forms.catalog import certificate, korean_amount, printed, request
from services.forms.catalog.fields import Choice, WholeNumber
from services.forms.catalog.kind import Answers, Asking, Finding
from services.forms.people.values import Payment, Semester, Student
from services.forms.rules import tell
from shared.clock import SEOUL

ROWS = ("first", "second", "third", "fourth")  # the paper's; there are four installments (TUI-06)
NO_ROW = {"title": "", "paid_on": "", "amount": ""}


class TuitionPaymentAnswers(certificate.CertificateAnswers):
    """Of which semester, if not of the last one paid."""

    year = WholeNumber(2000, 2100, _p("field", "Year"), required=False)
    semester = Choice(
        request.TERMS,
        _p("field", "Semester"),
        _l("Leave both empty for the last semester that you paid for."),
        columns="two",
        required=False,
    )


def paid_semesters(student: Student) -> list[Semester]:
    """The semesters with a payment, the last one first."""
    return sorted({payment.semester for payment in student.payments}, reverse=True)


def semester_of(student: Student, answers: Answers) -> Semester:
    """The one asked for, or the last one paid."""
    if "year" in answers and "semester" in answers:
        return Semester(answers["year"], answers["semester"])
    return paid_semesters(student)[0]


def payments_of(student: Student, semester: Semester) -> Sequence[Payment]:
    """In the order in which they came."""
    found = [payment for payment in student.payments if payment.semester == semester]
    return sorted(found, key=lambda payment: (payment.part, payment.paid_on))


def against(asking: Asking) -> list[Finding]:
    """CRT-09, TUI-10: something was paid, and the deadline of its period is over."""
    paid = paid_semesters(asking.student)
    if not paid:
        return [tell.nothing_paid()]
    open_to_all = [semester for semester in paid if not _too_early(asking, semester)]
    return [] if open_to_all else _too_early(asking, paid[0])


def of_answers(asking: Asking, answers: Answers) -> list[Finding]:
    """The same of the semester that is asked for."""
    if ("year" in answers) != ("semester" in answers):
        return [tell.half_a_semester("CRT-09")]
    semester = semester_of(asking.student, answers)
    count = len(payments_of(asking.student, semester))
    if not 0 < count <= len(ROWS):
        return [tell.not_paid_for(semester, count, len(ROWS))]
    return _too_early(asking, semester)


def _too_early(asking: Asking, semester: Semester) -> list[Finding]:
    """TUI-10: the deadline of the period in which something was paid."""
    data = asking.semesters.get(semester)
    today = asking.now.astimezone(SEOUL).date()
    for payment in payments_of(asking.student, semester):
        for period in data.payment_periods if data else ():
            if period.first_day <= payment.paid_on <= period.last_day and today <= period.last_day:
                return [tell.period_goes_on(semester, period.last_day + timedelta(days=1))]
    return []


def lines(student: Student, answers: Answers) -> dict[str, Any]:
    """The semester, up to four payments, and their sum in figures and words."""
    semester = semester_of(student, answers)
    payments = payments_of(student, semester)
    total = sum(payment.amount_krw for payment in payments)
    rows = [_row(payment) for payment in payments]
    if len(rows) < len(ROWS):
        rows.append({**NO_ROW, "title": pgettext("printed", "– End of list –")})
    rows += [NO_ROW] * (len(ROWS) - len(rows))
    words = korean_amount.in_words(total)
    return {
        "major": printed.study_lines(student)["major"],
        "semester": printed.semesters(semester, semester),
        **dict(zip(ROWS, rows, strict=True)),
        "total_paid": f"{total:,}",
        "total_paid_words": pgettext("printed", "%(words)s won", words=words),
    }


def _row(payment: Payment) -> dict[str, str]:
    full = pgettext("printed", "Full payment")
    part = pgettext("printed", "Installment %(part)s", part=payment.part)
    return {
        "title": part if payment.part else full,
        "paid_on": printed.long_day(payment.paid_on),
        "amount": f"{payment.amount_krw:,}",
    }


KIND = certificate.Certificate(
    name="certificate_tuition_payment",
    rule="CRT-09",
    title=_l("Certificate of tuition payment"),
    summary=_l("What you paid for a semester. In Korean only."),
    schema=TuitionPaymentAnswers,
    languages=("ko",),
    against=against,
    of_answers=of_answers,
    lines=lines,
    shows=("semester", "total_paid"),
).kind()
