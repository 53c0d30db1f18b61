"""Application for Payment of Tuition in Installments (TUI-06 to TUI-08, TUI-13).

Four quarters instead of one payment, asked for within the semester's period;
whoever missed it is led to the extension of the due date.

Readings: the pages name no form and nobody who agrees: Educational Affairs
records the plan. The period is data of the semester.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import request, tuition_asked
from services.forms.catalog.fields import AnswerSchema
from services.forms.catalog.kind import Answers, Asking, Case, Finding
from services.forms.catalog.request import in_semester, semester_of
from services.forms.people.values import Arrangement, Semester
from services.forms.rules import (
    dues,
    extension,
    installments,
    tell,
    tell_installments,
    terms,
    windows,
)

APPLY = _l(
    "I hereby apply to pay the tuition stated above in four installments. I know that this is "
    "valid only if the first installment is paid within its period."
)


class Installments(AnswerSchema):
    """What the student answers; everything else comes from the register."""

    year = request.year()
    semester = request.term()


def against(asking: Asking) -> list[Finding]:
    """TUI-02 and TUI-06: who pays, within the period of a semester that can be asked about."""
    if stands := tuition_asked.against_any(asking):
        return stands
    open_now = [one for one in _semesters(asking) if not _period(asking, one)]
    asked = tuition_asked.semester_now(asking)
    return [] if open_now or asked is None else _period(asking, asked)


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """TUI-06 to TUI-08, TUI-13: what stands against it, else the plan and its condition."""
    semester = semester_of(answers)
    stands = tuition_asked.against(asking, semester) or _period(asking, semester)
    return stands or _plan(asking, semester)


def _plan(asking: Asking, semester: Semester) -> list[Finding]:
    student, data, today = asking.student, asking.semesters[semester], request.today(asking)
    arranged = [one for one in student.arrangements if one.semester == semester]
    paid = [one for one in student.payments if one.semester == semester]
    wished = Arrangement(semester, "installments", "", installments=True)
    so = dues.owed(replace(student, arrangements=(*student.arrangements, wished)), data, today)
    parts = [line.due for line in so.lines]
    if why := installments.why_not_asked(arranged, paid, parts, today):
        return [tell_installments.against(semester, why)]
    if so.krw is None:
        return [tell.charged(so.charge, semester), tell_installments.after_registration()]
    found = [
        tell_installments.plan(so, _whole(asking, semester)),
        tell.charged(so.charge, semester),
    ]
    return [*found, tell_installments.first_in_time(parts[0])] if parts else found


def _whole(asking: Asking, semester: Semester) -> installments.Due | None:
    """What paying in full would be."""
    owed = dues.owed(asking.student, asking.semesters[semester], request.today(asking))
    return next((line.due for line in owed.lines), None)


def _period(asking: Asking, semester: Semester) -> list[Finding]:
    """TUI-06, and TUI-13 for whoever missed it."""
    data = asking.semesters[semester]
    window, extended = installments.window(data), extension.window(data)
    state = windows.when(window, asking.now)
    if state == "open":
        return []
    beside = windows.when(extended, asking.now)
    return [tell_installments.not_open(semester, state, window, beside, extended)]


def _semesters(asking: Asking) -> list[Semester]:
    """The semesters that this student pays and can ask about."""
    open_now = terms.open_semesters(asking.semesters, request.today(asking))
    return [one for one in open_now if not tuition_asked.against(asking, one)]


def prefill(asking: Asking) -> dict[str, Any]:
    """The semester whose period is open, if one is."""
    open_now = [one for one in _semesters(asking) if not _period(asking, one)]
    return open_now[0].as_json() if open_now else tuition_asked.prefill(asking)


def window(asking: Asking) -> request.Window:
    """TUI-06: the period of the semester that would be asked for."""
    known = prefill(asking)
    data = asking.semesters.get(semester_of(known)) if known else None
    found = installments.window(data) if data else None
    return (found.opens, found.closes) if found else (None, None)


def plan(_case: Case) -> str:
    """What is granted."""
    return str(_p("printed", "Four installments"))


def changes(case: Case) -> list[Arrangement]:
    """TUI-06: the semester is paid in four parts from now on."""
    return [Arrangement(semester_of(case.answers), "installments", case.number, installments=True)]


KIND = request.Request(
    name=installments.NAME,
    prefix="IP",
    title=_l("Payment in installments"),
    summary=_l("Pay tuition in four quarters instead of at once."),
    paper_title=_l("Application for Payment of Tuition in Installments"),
    schema=Installments,
    office="educational_affairs",
    against=against,
    judge=judge,
    prefill=prefill,
    window=window,
    sentence=APPLY,
    lines=lambda case: {
        "paid_semester": str(tell.semester(semester_of(case.answers))),
        "payment_plan": plan(case),
    },
    granted=plan,
    shown=("paid_semester", "payment_plan"),
    changes=changes,
    headline=lambda answers: in_semester(
        _l("asks to pay the %(semester)s in installments"), answers
    ),
    result=lambda answers, _granted: in_semester(
        _l("You pay the %(semester)s in installments"), answers
    ),
).kind()
