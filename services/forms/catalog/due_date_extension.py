"""Application for Extension of Tuition Fee Due Date (EXT-01 to EXT-06; "Forms as printed").

The student gives the day of payment, or asks for installments; advisor and
campus representative professor confirm within the same period, or it lapses;
the Dean of Academic Affairs decides.

Readings: an extended due date is any day up to the end of the semester's last
period; in installments it is a day of the period in which the first of them
is paid (TUI-07, one step later). How it is paid, which the printed form
lacks, stands below the dates.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import granted, printed, request, tuition_asked
from services.forms.catalog.fields import AnswerSchema, Choice, Day
from services.forms.catalog.kind import Answers, Asking, Case, Finding, Text
from services.forms.catalog.request import semester_of
from services.forms.people.values import Arrangement, SemesterData
from services.forms.rules import extension, extension_asked, tell_extension
from shared.say import full_day

IN_FULL, IN_INSTALLMENTS = "full", "installments"
PAYMENTS = {
    IN_FULL: _l("In full on that day"),
    IN_INSTALLMENTS: _l("In four installments, the first on that day"),
}
HEADLINES: Mapping[str, Text] = {
    IN_FULL: _l("asks to pay tuition by %(day)s"),
    IN_INSTALLMENTS: _l("asks to pay tuition in installments from %(day)s on"),
}
DECLARED = _l(
    "I hereby apply for an extension of the due date of payment of the tuition fees for "
    "%(year)s, %(semester_ordinal)s semester, for the reasons stated above. I fully understand "
    "the penalties which may be applied pursuant to the “Academic Regulations” Article 28 in the "
    "event of failure to make the payment by the due date."
)


class DueDateExtension(AnswerSchema):
    """What the student answers; everything else comes from the register."""

    year = request.year()
    semester = request.term()
    due_date = Day(
        _p("field", "Current due date"), _l("As the register has it."), line="current_due_date"
    )
    pay_on = Day(
        _p("field", "Extended due date"),
        _l("The day on which you will pay, or pay the first installment."),
        line="extended_due_date",
    )
    payment = Choice(
        PAYMENTS,
        _p("field", "Payment"),
        _l("Whoever missed the period for asking installments asks for them here."),
        required=False,
        boxes={IN_FULL: "box_full", IN_INSTALLMENTS: "box_installments"},
        unticked=IN_FULL,  # EXT-02
    )
    reason = request.reason(
        _l("Say why you cannot pay in time. It is printed on the form as you write it.")
    )


def in_installments(answers: Answers) -> bool:
    """EXT-02: not ticked means full payment."""
    return bool(answers.get("payment") == IN_INSTALLMENTS)


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """TUI-07, EXT-02 to EXT-05: whether that day can be given, and what is paid then."""
    data, by_parts = asking.semesters[semester_of(answers)], in_installments(answers)
    days = (answers["due_date"], answers["pay_on"])
    return extension_asked.said(asking.student, data, *days, by_parts=by_parts)


def fill(asking: Asking, data: SemesterData) -> dict[str, Any]:
    """The semester's due date, and payment in full."""
    dates = extension.dates(asking.student, data)
    due = {"due_date": dates.due_now.isoformat()} if dates else {}
    return {**due, "payment": IN_FULL}


def changes(case: Case) -> list[Arrangement]:
    """EXT-05: when the tuition of the semester is due from now on."""
    by_parts = in_installments(case.answers)
    pay_on = None if by_parts else case.answers["pay_on"]
    return granted.arrangement(case, "extension", pay_on=pay_on, installments=by_parts)


KIND = tuition_asked.PrintedForm(
    name=extension.NAME,
    prefix="E",
    title=_l("Extension of the tuition due date"),
    summary=_l("Pay tuition on a later day, or in installments from the next period on."),
    paper_title=_l("Application for Extension of Tuition Fee Due Date"),
    schema=DueDateExtension,
    office="dean",
    addressee=_l("To the Dean of Academic Affairs"),
    period=tuition_asked.Period(extension.window, "EXT-01"),
    fill=fill,
    judge=judge,
    lapsed=tell_extension.not_confirmed,
    sentence=DECLARED,
    says=lambda answers: {"day": full_day(answers["pay_on"])},
    granted=lambda case: printed.day(case.answers["pay_on"]),
    decides="extended_due_date",
    shown=("year", "semester_ordinal", "extended_due_date", "decision", "decision_date"),
    changes=changes,
    headline=lambda answers: HEADLINES[answers.get("payment", IN_FULL)],
    result=_l("Your tuition is due on %(day)s"),
).kind()
