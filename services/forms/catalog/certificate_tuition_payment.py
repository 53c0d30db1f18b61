"""Certificate of tuition payment, 등록금 납입증명서 (CRT-09): what was paid, also in part.

In Korean only. Readings: it is of one semester, the last one paid unless another is asked for.
A payment can be certified once the deadline of its period is over (TUI-10).
It says what arrived, not what was charged: the register does not know waivers.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import pgettext

from services.forms.catalog import certificate, korean_amount, printed, request
from services.forms.catalog.kind import Answers, Asking, Finding
from services.forms.people.values import Payment, Semester, Student
from services.forms.rules import paid, tell

ROWS = ("first", "second", "third", "fourth")  # the paper's; there are four installments (TUI-06)
COLUMNS = ("title", "paid_on", "amount")


class TuitionPaymentAnswers(certificate.CertificateAnswers):
    """Of which semester, if not of the last one paid."""

    year = request.year(required=False)
    semester = request.term(
        hint=_l("Leave both empty for the last semester that you paid for."), required=False
    )


def semester_of(student: Student, answers: Answers) -> Semester:
    """The one asked for, or the last one paid."""
    if "year" in answers and "semester" in answers:
        return request.semester_of(answers)
    return paid.semesters(student)[0]


def against(asking: Asking) -> list[Finding]:
    """CRT-09, TUI-10: something was paid, and the deadline of its period is over."""
    semesters = paid.semesters(asking.student)
    if not semesters:
        return [tell.nothing_paid()]
    too_early = [_too_early(asking, semester) for semester in semesters]
    return [] if [] in too_early else too_early[0]


def of_answers(asking: Asking, answers: Answers) -> list[Finding]:
    """The same of the semester that is asked for."""
    if ("year" in answers) != ("semester" in answers):
        return [tell.half_a_semester("CRT-09")]
    semester = semester_of(asking.student, answers)
    count = len(paid.of_semester(asking.student, semester))
    if not 0 < count <= len(ROWS):
        return [tell.not_paid_for(semester, count, len(ROWS))]
    return _too_early(asking, semester)


def _too_early(asking: Asking, semester: Semester) -> list[Finding]:
    asked = (asking.student, semester, asking.semesters, request.today(asking))
    from_day = paid.certified_from(*asked)
    return [tell.period_goes_on(semester, from_day)] if from_day else []


def lines(student: Student, answers: Answers) -> dict[str, Any]:
    """The semester, up to four payments, and their sum in figures and words."""
    semester = semester_of(student, answers)
    payments = paid.of_semester(student, semester)
    total = sum(payment.amount_krw for payment in payments)
    end = pgettext("printed", "– End of list –")
    rows = printed.ended([_row(one) for one in payments], COLUMNS, end, len(ROWS))
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
