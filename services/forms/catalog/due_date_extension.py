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
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import printed, request, tuition_asked
from services.forms.catalog.fields import AnswerSchema, Choice, Day
from services.forms.catalog.kind import Answers, Asking, Case, Finding, Text
from services.forms.catalog.request import semester_of
from services.forms.people.values import Arrangement, Period, SemesterData
from services.forms.rules import extension, installments, tell, tell_extension, tuition
from services.forms.rules.windows import When
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
    due_date = Day(_p("field", "Current due date"), _l("As the register has it."))
    pay_on = Day(
        _p("field", "Extended due date"),
        _l("The day on which you will pay, or pay the first installment."),
    )
    payment = Choice(
        PAYMENTS,
        _p("field", "Payment"),
        _l("Whoever missed the period for asking installments asks for them here."),
        required=False,  # EXT-02: not ticked means full payment
    )
    reason = request.reason(
        _l("Say why you cannot pay in time. It is printed on the form as you write it.")
    )


def in_installments(answers: Answers) -> bool:
    """EXT-02: not ticked means full payment."""
    return bool(answers.get("payment") == IN_INSTALLMENTS)


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """TUI-07, EXT-02 to EXT-05: whether that day can be given, and what is paid then."""
    semester, by_parts = semester_of(answers), in_installments(answers)
    data = asking.semesters[semester]
    dates = extension.dates(asking.student, data)
    if dates is None:
        return [tell.missing_data(semester, ["payment_periods"])]
    if answers["due_date"] != dates.due_now:
        return [tell_extension.other_due_date(semester, dates)]
    if why := extension.why_not(dates, answers["pay_on"], installments=by_parts):
        return [tell_extension.bad_day(dates, why)]
    charge = tuition.charge(asking.student, data)
    found = [tell.charged(charge, semester)]
    if charge.krw is not None:
        found.insert(0, tell_extension.to_pay(_dues(data, answers, charge.krw)))
    if closes := lapses_at(asking, answers):
        found.append(tell_extension.confirm_in_time(closes))
    return found


def _dues(data: SemesterData, answers: Answers, krw: int) -> tuple[installments.Due, ...]:
    """EXT-05: all of it on the day, or a quarter in each of P2 to P5."""
    if in_installments(answers):
        return installments.plan(data, krw, one_step_later=True)
    day = answers["pay_on"]
    return (installments.Due(installments.FULL_PAYMENT, krw, Period(day, day)),)


def fill(asking: Asking, data: SemesterData) -> dict[str, Any]:
    """The semester's due date, and payment in full."""
    dates = extension.dates(asking.student, data)
    due = {"due_date": dates.due_now.isoformat()} if dates else {}
    return {**due, "payment": IN_FULL}


def not_open(_asking: Asking, data: SemesterData, state: When) -> Finding:
    """EXT-01: it is asked for within the semester's period alone."""
    return tell_extension.not_open(data.semester, state, extension.window(data))


def lapses_at(asking: Asking, answers: Answers) -> datetime | None:
    """EXT-03: the end of the application period."""
    data = asking.semesters.get(semester_of(answers))
    window = extension.window(data) if data else None
    return window.closes if window else None


def lines(case: Case) -> dict[str, Any]:
    """The dates, and how it is paid."""
    by_parts = in_installments(case.answers)
    return {
        "current_due_date": printed.day(case.answers["due_date"]),
        "extended_due_date": printed.day(case.answers["pay_on"]),
        "box_full": printed.box(not by_parts),
        "box_installments": printed.box(by_parts),
    }


def changes(case: Case) -> list[Arrangement]:
    """EXT-05: when the tuition of the semester is due from now on."""
    semester, by_parts = semester_of(case.answers), in_installments(case.answers)
    pay_on = None if by_parts else case.answers["pay_on"]
    return [Arrangement(semester, "extension", case.number, pay_on=pay_on, installments=by_parts)]


def headline(answers: Answers) -> Text:
    """What it asks for, in a line."""
    return HEADLINES[IN_INSTALLMENTS if in_installments(answers) else IN_FULL]


KIND = tuition_asked.PrintedForm(
    name=extension.NAME,
    prefix="E",
    title=_l("Extension of the tuition due date"),
    summary=_l("Pay tuition on a later day, or in installments from the next period on."),
    paper_title=_l("Application for Extension of Tuition Fee Due Date"),
    schema=DueDateExtension,
    office="dean",
    addressee=_l("To the Dean of Academic Affairs"),
    period=tuition_asked.Period(extension.window, not_open),
    fill=fill,
    judge=judge,
    lapses_at=lapses_at,
    lapsed=tell_extension.not_confirmed,
    sentence=DECLARED,
    says=lambda answers: {"day": full_day(answers["pay_on"])},
    lines=lines,
    granted=lambda case: printed.day(case.answers["pay_on"]),
    decides="extended_due_date",
    shown=("year", "semester_ordinal", "extended_due_date", "decision", "decision_date"),
    changes=changes,
    headline=headline,
    result=_l("Your tuition is due on %(day)s"),
).kind()
