"""Application for Payment of Tuition in Installments (TUI-06 to TUI-08, TUI-13).

Four quarters instead of one payment, asked for within the semester's period;
whoever missed it is led to the extension of the due date.

Readings: the pages name no form and nobody who agrees: Educational Affairs
records the plan. The period is data of the semester.
"""

from __future__ import annotations

from dataclasses import replace

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import granted, request, tuition_asked
from services.forms.catalog.fields import AnswerSchema
from services.forms.catalog.kind import Answers, Asking, Finding
from services.forms.catalog.request import semester_of
from services.forms.people.values import Arrangement, Semester, SemesterData
from services.forms.rules import dues, extension, installments, tell, tell_installments, windows
from services.forms.rules.windows import When

PLAN = _p("printed", "Four installments")
APPLY = _l(
    "I hereby apply to pay the tuition stated above in four installments. I know that this is "
    "valid only if the first installment is paid within its period."
)


class Installments(AnswerSchema):
    """What the student answers; everything else comes from the register."""

    year = request.year()
    semester = request.term()


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """TUI-06, TUI-08: what stands against a plan, else the plan and its condition."""
    semester = semester_of(answers)
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


def not_open(asking: Asking, data: SemesterData, state: When) -> Finding:
    """TUI-06, and TUI-13 for whoever missed it."""
    window, extended = installments.window(data), extension.window(data)
    beside = windows.when(extended, asking.now)
    return tell_installments.not_open(data.semester, state, window, beside, extended)


KIND = tuition_asked.Request(
    name=installments.NAME,
    prefix="IP",
    title=_l("Payment in installments"),
    summary=_l("Pay tuition in four quarters instead of at once."),
    paper_title=_l("Application for Payment of Tuition in Installments"),
    schema=Installments,
    period=tuition_asked.Period(installments.window, "TUI-06", not_open),
    judge=judge,
    sentence=APPLY,
    semester_line="paid_semester",
    lines=lambda _case: {"payment_plan": str(PLAN)},
    granted=lambda _case: PLAN,
    shown=("payment_plan",),
    changes=lambda case: granted.arrangement(case, "installments", installments=True),  # TUI-06
    headline=_l("asks to pay the %(semester)s in installments"),
    result=_l("You pay the %(semester)s in installments"),
).kind()
