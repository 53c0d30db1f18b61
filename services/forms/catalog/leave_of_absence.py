"""Application for Leave of Absence, in all seven kinds (LEA-01 to LEA-10).

The advisor agrees, the Student Team decides; granted, the register has the
leave, and whoever paid tuition gets the refund that the page names (REF-01).

Readings: a leave is of whole semesters and begins in the one that goes on or
the next; "freshmen" are in the first semester of the course; what a leave for
military service lasts stands in its notice and is checked by the desk.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import printed, request, semester_window
from services.forms.catalog.fields import AnswerSchema, Choice, WholeNumber
from services.forms.catalog.kind import Answers, Asking, Case, Finding, Window
from services.forms.catalog.request import semester_of, today
from services.forms.people.values import Leave, Semester
from services.forms.rules import dues, leaves, tell, tell_leaves, tuition

SEMESTERS_MOST = 6
WHO = ("enrolled", "on_leave", "admitted")
APPLY = _l("I hereby apply for a leave of absence as stated above.")


class LeaveOfAbsence(AnswerSchema):
    """What the student answers; everything else comes from the register."""

    kind = Choice(tell_leaves.KINDS, _p("field", "Kind of leave"))
    year = request.year(_p("field", "From the year"))
    semester = request.term(_p("field", "From the semester"))
    semesters = WholeNumber(
        1, SEMESTERS_MOST, _p("field", "Number of semesters"), _l("Whole semesters, in a row.")
    )
    reason = request.reason()


def period_of(answers: Answers) -> tuple[Semester, Semester]:
    """The first and the last semester that are asked for."""
    first = semester_of(answers)
    return first, first.plus(answers["semesters"] - 1)


def against(asking: Asking) -> list[Finding]:
    """LEA-01: students of a semester that the register knows."""
    if asking.student.standing not in WHO:
        return [
            tell.not_in_this_standing("LEA-01", _l("It is for students."), asking.student.standing)
        ]
    return [] if semester_window.going_on(asking) else [tell.no_semester()]


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """LEA-01 to LEA-10: what stands against it, what is needed, what comes back."""
    kind, period = answers["kind"], period_of(answers)
    found = _time(asking, period) or _against(asking, kind, period)
    if not found:
        left = leaves.rest(asking.student, kind)
        found = [tell_leaves.left_over(kind, left, answers["semesters"]), *_refund(asking, period)]
    if leaves.RULES[kind].document:
        found += request.with_file(asking, partial(tell_leaves.document_needed, kind))
    if kind == "disease":
        found.append(tell_leaves.counsel())
    return found


def _time(asking: Asking, period: tuple[Semester, Semester]) -> list[Finding]:
    """It begins now or next, and not while another leave lasts."""
    now = semester_window.going_on(asking)
    if now is None:
        return [tell.no_semester()]
    if period[0] not in (now, now.plus(1)):
        return [tell_leaves.not_that_semester(period[0], now, now.plus(1))]
    for one in asking.student.leaves:
        if one.first <= period[1] and period[0] <= one.last:
            return [tell_leaves.overlaps(one.first, one.last)]
    return []


def _against(
    asking: Asking, kind: leaves.LeaveKind, period: tuple[Semester, Semester]
) -> list[Finding]:
    data, before = (asking.semesters.get(period[0].plus(-n)) for n in (0, 1))
    if data is None:
        return [tell.missing_data(period[0], list(tell.MISSING))]
    day, student = today(asking), asking.student
    window, left = leaves.general_window(data, before), leaves.rest(student, kind)
    asked = leaves.length(*period)
    return [
        tell_leaves.against(kind, why, window, left, asked)
        for why in leaves.why_not(student, kind, period, data, before, day)
    ]


def _refund(asking: Asking, period: tuple[Semester, Semester]) -> list[Finding]:
    """LEA-10: for a semester that tuition was paid for."""
    data = asking.semesters.get(period[0])
    if data is None or tuition.missing_data(data):
        return []
    owed = dues.owed(asking.student, data, today(asking))
    if not owed.paid_krw:
        return []
    return [tell_leaves.money_back(dues.if_left(owed, data, today(asking)))]


def prefill(asking: Asking) -> dict[str, Any]:
    """A general leave of one semester, from the one that goes on."""
    now = semester_window.going_on(asking)
    return {"kind": "general", **(now.as_json() if now else {}), "semesters": 1}


def window(asking: Asking, answers: Answers) -> Window:
    """LEA-01: of the general leave, for the semester that it begins in; others any time."""
    first = request.semester_typed(answers) or semester_window.going_on(asking)
    data = asking.semesters.get(first) if first else None
    if data is None or answers.get("kind") != "general":
        return None, None
    before = asking.semesters.get(data.semester.plus(-1))
    opens, last = leaves.general_window(data, before)
    return request.midnight(opens), request.midnight(last + timedelta(days=1))


def lines(case: Case) -> dict[str, Any]:
    """Which leave, and how long."""
    return {
        "leave_kind": str(tell_leaves.KINDS[case.answers["kind"]]),
        "leave_period": _period(case.answers),
    }


def _period(answers: Answers) -> str:
    return printed.semesters(*period_of(answers))


def changes(case: Case) -> list[Leave]:
    """The leave enters the register as it was asked for."""
    first, last = period_of(case.answers)
    return [Leave(case.answers["kind"], first, last, request.sent_on(case))]


# The kind of the leave is nobody's business: the number alone does not tell it.
KIND = request.Request(
    name="leave_of_absence",
    prefix="L",
    title=_l("Leave of absence"),
    summary=_l("General, or for military service, birth, childcare, start-up, disease, others."),
    paper_title=_l("Application for Leave of Absence"),
    schema=LeaveOfAbsence,
    roles=("advisor",),
    against=against,
    judge=judge,
    prefill=prefill,
    window=window,
    window_of=_l("General leave"),
    lasts=lambda answers: int(answers["semesters"]),
    sentence=APPLY,
    says=lambda answers: {"period": _period(answers)},
    lines=lines,
    granted=lambda case: _period(case.answers),
    shown=("leave_period",),
    changes=changes,
    headline=_l("asks for a leave of absence, %(period)s"),
    result=_l("You are on leave: %(period)s"),
).kind()
