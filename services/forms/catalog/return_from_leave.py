"""Application for Return from Leave of Absence (LEA-01 to LEA-08, TUI-02).

The advisor agrees, the Student Team decides; granted, the leave ends with the
semester before, and the student is enrolled from the first day of the next.

Readings: the pages name no form for it. The route is that of the leave. It can
be asked for as long as the leave lasts, and afterwards by whoever did not.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import paying_again, printed, request, semester_window, who
from services.forms.catalog.fields import AnswerSchema
from services.forms.catalog.kind import Answers, Asking, Case, Finding
from services.forms.catalog.request import semester_of
from services.forms.people.values import Return
from services.forms.rules import returning, tell, tell_leaves, tell_returning

APPLY = _l("I hereby apply to return from my leave of absence as stated above.")

on_leave = who.only("LEA-01", ("on_leave",), _l("Students on leave ask for it."))


class ReturnFromLeave(AnswerSchema):
    """What the student answers; everything else comes from the register."""

    year = request.year(_p("field", "Year of return"))
    semester = request.term(_p("field", "Semester of return"))
    reason = request.reason(
        _l("Say how the reason of your leave has ended. It is printed as you write it.")
    )


def against(asking: Asking) -> list[Finding]:
    """LEA-01: whoever is on leave, in a semester that the register knows."""
    lacking = [] if _way(asking) else [tell.no_semester()]
    return on_leave(asking) or lacking


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """LEA-01 to LEA-08 and TUI-02: which semester, what is left of the leave, what it costs."""
    way, asked = _way(asking), semester_of(answers)
    if way is None:
        return [tell.no_semester()]
    if why := returning.why_not(way, asked):
        return [tell_returning.against(way, why, asked)]
    left = returning.left_afterwards(asking.student, way, asked)
    return [tell_returning.leave_ends(way, asked, left), paying_again.costs(asking, asked)]


def _way(asking: Asking) -> returning.Way | None:
    now = semester_window.going_on(asking)
    return returning.way_back(asking.student, now) if now else None


def prefill(asking: Asking) -> dict[str, Any]:
    """The semester after the leave."""
    way = _way(asking)
    return way.latest.as_json() if way else {}


def lines(case: Case) -> dict[str, Any]:
    """Which leave ends."""
    leave = returning.way_back(case.student, semester_of(case.answers).plus(-1)).leave
    return {
        "leave_kind": str(tell_leaves.KINDS[leave.kind]) if leave else "",
        "leave_period": printed.semesters(leave.first, leave.last) if leave else "",
    }


KIND = request.Request(
    name="return_from_leave",
    prefix="RL",
    title=_l("Return from leave of absence"),
    summary=_l("Study again after a leave, when it ends or before."),
    paper_title=_l("Application for Return from Leave of Absence"),
    schema=ReturnFromLeave,
    roles=("advisor",),
    against=against,
    judge=judge,
    prefill=prefill,
    sentence=APPLY,
    semester_line="return_semester",
    lines=lines,
    changes=lambda case: [Return(semester_of(case.answers))],
    headline=_l("asks to return in the %(semester)s"),
    result=_l("You return in the %(semester)s"),
).kind()
