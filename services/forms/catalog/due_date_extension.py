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

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import printed, request, room, tuition_asked
from services.forms.catalog.fields import AnswerSchema, Choice, Day, Words
from services.forms.catalog.kind import Answers, Asking, Case, Desk, Finding, Kind, Step, Uploads
from services.forms.catalog.request import semester_of
from services.forms.people.masking import masked
from services.forms.people.values import Arrangement, Period, Semester
from services.forms.rules import extension, installments, tell, tell_extension, tuition
from services.forms.rules.finding import Text
from shared.say import full_day
from shared.words import in_language

NAME = extension.NAME
IN_FULL, IN_INSTALLMENTS = "full", "installments"
PAYMENTS = {
    IN_FULL: _l("In full on that day"),
    IN_INSTALLMENTS: _l("In four installments, the first on that day"),
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
    reason = Words(
        220,  # Korean letters that the box of the form holds
        _p("field", "Reason"),
        _l("Say why you cannot pay in time. It is printed on the form as you write it."),
    )


def in_installments(answers: Answers) -> bool:
    """EXT-02: not ticked means full payment."""
    return bool(answers.get("payment") == IN_INSTALLMENTS)


def may_ask(asking: Asking) -> list[Finding]:
    """TUI-02 and EXT-01: who pays, within the period."""
    stands = tuition_asked.against_any(asking)
    now = tuition_asked.semester_now(asking)
    return stands if stands or now is None else _period(asking, now)


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """What the rules say of the answers: what refuses them, and what is paid then."""
    semester = semester_of(answers)
    stands = tuition_asked.against(asking, semester) or _period(asking, semester)
    fits = _does_not_fit(asking, answers)
    if stands:
        return stands + fits
    data = asking.semesters[semester]
    dates, by_parts = extension.dates(asking.student, data), in_installments(answers)
    if dates is None:
        return [tell.missing_data(semester, ["payment_periods"]), *fits]
    if answers["due_date"] != dates.due_now:
        return [tell_extension.other_due_date(semester, dates), *fits]
    if why := extension.why_not(dates, answers["pay_on"], installments=by_parts):
        return [tell_extension.bad_day(dates, why), *fits]
    charge = tuition.charge(asking.student, data)
    findings = [tell.charged(charge, semester)]
    if charge.krw is not None:
        findings.insert(0, tell_extension.to_pay(_dues(asking, answers, charge.krw)))
    if closes := lapses_at(asking, answers):
        findings.append(tell_extension.confirm_in_time(closes))
    return findings + fits


def prefill(asking: Asking) -> dict[str, Any]:
    """The semester that students deal with now, its due date, and payment in full."""
    semester = tuition_asked.prefill(asking)
    data = asking.semesters.get(semester_of(semester)) if semester else None
    dates = extension.dates(asking.student, data) if data else None
    if dates is None:
        return {**semester, "payment": IN_FULL}
    return {**semester, "due_date": dates.due_now.isoformat(), "payment": IN_FULL}


def lapses_at(asking: Asking, answers: Answers) -> datetime | None:
    """EXT-03: the end of the application period."""
    data = asking.semesters.get(semester_of(answers))
    window = extension.window(data) if data else None
    return window.closes if window else None


def window(asking: Asking) -> tuple[datetime | None, datetime | None]:
    """EXT-01: the application period of the semester that students deal with now."""
    now = tuition_asked.semester_now(asking)
    found = extension.window(asking.semesters[now]) if now else None
    return (found.opens, found.closes) if found else (None, None)


def sentences(answers: Answers) -> list[Text]:
    """EXT-06: the declaration is part of what is signed."""
    return [tell.filled(DECLARED, lambda: printed.semester_lines(semester_of(answers)))]


def paper(case: Case) -> dict[str, Any]:
    """The values of `templates/documents/due_date_extension`, in the language of the case."""
    by_parts = in_installments(case.answers)
    with in_language(case.language):
        return {
            "application_number": case.number,
            **printed.student_lines(case.student),
            **printed.semester_lines(semester_of(case.answers)),
            "current_due_date": printed.day(case.answers["due_date"]),
            "extended_due_date": printed.day(case.answers["pay_on"]),
            "box_full": printed.box(not by_parts),
            "box_installments": printed.box(by_parts),
            "reason": case.answers["reason"],
            "application_date": printed.day(case.submitted_at),
            "applicant": printed.signature(case, "applicant"),
            "advisor": printed.signature(case, "advisor"),
            "campus_professor": printed.signature(case, "campus_professor"),
            "attachments": printed.attachments(case.attachments),
            **printed.decision(case, _p("printed", "Granted"), printed.day(case.answers["pay_on"])),
        }


def shows(case: Case) -> list[tuple[str, str]]:
    """What the number alone tells a stranger, to compare with the paper in hand."""
    values = paper(case)
    public = ("year", "semester_ordinal", "extended_due_date", "decision", "decision_date")
    return [("name", masked(values["name"])), *((field, values[field]) for field in public)]


def changes(case: Case) -> list[Arrangement]:
    """EXT-05: when the tuition of the semester is due from now on."""
    semester, by_parts = semester_of(case.answers), in_installments(case.answers)
    pay_on = None if by_parts else case.answers["pay_on"]
    return [Arrangement(semester, "extension", case.number, pay_on=pay_on, installments=by_parts)]


def headline(answers: Answers) -> Text:
    """What it asks for, in a line."""
    words = (
        _l("asks to pay tuition in installments from %(day)s on")
        if in_installments(answers)
        else _l("asks to pay tuition by %(day)s")
    )
    return tell.filled(words, lambda: {"day": full_day(answers["pay_on"])})


def _period(asking: Asking, semester: Semester) -> list[Finding]:
    data = asking.semesters[semester]
    state = extension.when(data, asking.now)
    return (
        []
        if state == "open"
        else [tell_extension.not_open(semester, state, extension.window(data))]
    )


def _dues(asking: Asking, answers: Answers, krw: int) -> tuple[installments.Due, ...]:
    """EXT-05: all of it on the day, or a quarter in each of P2 to P5."""
    data, day = asking.semesters[semester_of(answers)], answers["pay_on"]
    if in_installments(answers):
        return installments.plan(data, krw, one_step_later=True)
    return (installments.Due(installments.FULL_PAYMENT, krw, Period(day, day)),)


def _does_not_fit(asking: Asking, answers: Answers) -> list[Finding]:
    """What the printed form could not hold, before anybody signs it."""
    return room.of_student(asking, NAME) + room.of_text(
        asking, NAME, "reason", _p("field", "Reason"), answers["reason"]
    )


PROVES = ("name", "extended_due_date", "decision", "year", "semester_ordinal", "decision_date")

KIND = Kind(
    name=NAME,
    version=1,
    prefix="E",
    title=_l("Extension of the tuition due date"),
    summary=_l("Pay tuition on a later day, or in installments from the next period on."),
    schema=DueDateExtension,
    route=(Step("advisor"), Step("campus_professor")),
    desk=Desk("dean"),
    uploads=Uploads(),
    may_ask=may_ask,
    judge=judge,
    prefill=prefill,
    window=window,
    semester=semester_of,
    sentences=sentences,
    paper=paper,
    shows=shows,
    proves=lambda _case: PROVES,
    for_office=("attachments",),
    headline=headline,
    changes=changes,
    lapses_at=lapses_at,
    lapsed=tell_extension.not_confirmed,
    addressee=_l("To the Dean of Academic Affairs"),
    result=lambda answers, _granted: tell.filled(
        _l("Your tuition is due on %(day)s"), lambda: {"day": full_day(answers["pay_on"])}
    ),
    paper_title=_l("Application for Extension of Tuition Fee Due Date"),
)
