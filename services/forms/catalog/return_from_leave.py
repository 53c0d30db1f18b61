"""Application for Return from Leave of Absence (LEA-01 to LEA-08, TUI-02).

The advisor agrees, the Student Team decides; granted, the leave ends with the
semester before, and the student is enrolled from the first day of the next.

Readings: the pages name no form for it. The route is that of the leave. It can
be asked for as long as the leave lasts, and afterwards by whoever did not.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import printed, request, tuition_asked
from services.forms.catalog.fields import AnswerSchema, Choice, WholeNumber, Words
from services.forms.catalog.kind import Answers, Asking, Case, Desk, Finding, Kind, Step, Uploads
from services.forms.catalog.request import semester_of
from services.forms.people.values import Return
from services.forms.rules import (
    dues,
    returning,
    tell,
    tell_leaves,
    tell_returning,
    tell_standing,
    terms,
    tuition,
)
from services.forms.rules.finding import Text
from shared.words import in_language

NAME = "return_from_leave"
APPLY = _l("I hereby apply to return from my leave of absence as stated above.")


class ReturnFromLeave(AnswerSchema):
    """What the student answers; everything else comes from the register."""

    year = WholeNumber(2000, 2100, _p("field", "Year of return"))
    semester = Choice(tuition_asked.TERMS, _p("field", "Semester of return"), columns="two")
    reason = Words(
        220,  # Korean letters that the box of the form holds
        _p("field", "Reason"),
        _l("Say how the reason of your leave has ended. It is printed as you write it."),
    )


def may_ask(asking: Asking) -> list[Finding]:
    """LEA-01: whoever is on leave, in a semester that the register knows."""
    standing = asking.student.standing
    if standing != "on_leave":
        return [tell_standing.not_for("LEA-01", _l("Students on leave ask for it."), standing)]
    return [] if _way(asking) else [tell.no_semester()]


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """LEA-01 to LEA-08 and TUI-02: which semester, what is left of the leave, what it costs."""
    way, asked = _way(asking), semester_of(answers)
    reason = {"reason": (_p("field", "Reason"), answers["reason"])}
    fits = request.does_not_fit(asking, NAME, reason)
    if way is None:
        return [tell.no_semester(), *fits]
    if why := returning.why_not(way, asked):
        return [tell_returning.against(way, why, asked), *fits]
    left = returning.left_afterwards(asking.student, way, asked)
    return [tell_returning.leave_ends(way, asked, left), _costs(asking, answers), *fits]


def _costs(asking: Asking, answers: Answers) -> Finding:
    """TUI-02: whoever returns pays."""
    asked = semester_of(answers)
    data = asking.semesters.get(asked)
    if data is None or tuition.missing_data(data):
        return tell_returning.pays_later(asked)
    back = returning.returned(asking.student, asked)
    return tell_returning.pays(dues.owed(back, data, request.today(asking)))


def _way(asking: Asking) -> returning.Way | None:
    open_now = terms.open_semesters(asking.semesters, request.today(asking))
    return returning.way_back(asking.student, open_now[0]) if open_now else None


def prefill(asking: Asking) -> dict[str, Any]:
    """The semester after the leave."""
    way = _way(asking)
    return way.latest.as_json() if way else {}


def window(_asking: Asking) -> tuple[datetime | None, datetime | None]:
    """No page names one."""
    return None, None


def paper(case: Case) -> dict[str, Any]:
    """The values of `templates/documents/return_from_leave`, in the language of the case."""
    asked = semester_of(case.answers)
    leave = returning.way_back(case.student, asked.plus(-1)).leave
    with in_language(case.language):
        into = str(tell.semester(asked))
        return {
            **request.lines(case, "advisor"),
            "leave_kind": str(tell_leaves.KINDS[leave.kind]) if leave else "",
            "leave_period": printed.semesters(leave.first, leave.last) if leave else "",
            "return_semester": into,
            "reason": case.answers["reason"],
            **printed.decision(case, _p("printed", "Granted"), into),
        }


def _said(words: Text, answers: Answers) -> Text:
    return tell.filled(words, lambda: {"semester": tell.semester(semester_of(answers))})


SHOWS = ("return_semester", "decision", "decision_date")

KIND = Kind(
    name=NAME,
    version=1,
    prefix="RL",
    title=_l("Return from leave of absence"),
    summary=_l("Study again after a leave, when it ends or before."),
    schema=ReturnFromLeave,
    route=(Step("advisor"),),
    desk=Desk("student_team"),
    uploads=Uploads(),
    for_office=("attachments",),
    may_ask=may_ask,
    judge=judge,
    prefill=prefill,
    window=window,
    semester=semester_of,
    sentences=lambda _answers: [APPLY],
    paper=paper,
    shows=lambda case: request.shown(paper(case), *SHOWS),
    proves=lambda _case: ("name", *SHOWS),
    changes=lambda case: [Return(semester_of(case.answers))],
    headline=lambda answers: _said(_l("asks to return in the %(semester)s"), answers),
    addressee=request.TO_PRESIDENT,
    result=lambda answers, _granted: _said(_l("You return in the %(semester)s"), answers),
    paper_title=_l("Application for Return from Leave of Absence"),
)
