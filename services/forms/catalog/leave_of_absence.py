"""Application for Leave of Absence, in all seven kinds (LEA-01 to LEA-10).

The advisor agrees, the Student Team decides; granted, the register has the
leave, and whoever paid tuition gets the refund that the page names (REF-01).

Readings: a leave is of whole semesters and begins in the one that goes on or
the next; "freshmen" are in the first semester of the course; what a leave for
military service lasts stands in its notice and is checked by the desk.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import printed, room, tuition_asked
from services.forms.catalog.fields import AnswerSchema, Choice, WholeNumber, Words
from services.forms.catalog.kind import Answers, Asking, Case, Desk, Finding, Kind, Step, Uploads
from services.forms.people.masking import masked
from services.forms.people.values import Leave, Semester
from services.forms.rules import dues, leaves, tell, tell_leaves, terms, tuition
from services.forms.rules.finding import Text
from shared.clock import SEOUL
from shared.words import in_language

NAME = "leave_of_absence"
SEMESTERS_MOST = 6
WHO = ("enrolled", "on_leave", "admitted")
APPLY = _l("I hereby apply for a leave of absence as stated above.")


class LeaveOfAbsence(AnswerSchema):
    """What the student answers; everything else comes from the register."""

    kind = Choice(tell_leaves.KINDS, _p("field", "Kind of leave"))
    year = WholeNumber(2000, 2100, _p("field", "From the year"))
    semester = Choice(tuition_asked.TERMS, _p("field", "From the semester"), columns="two")
    semesters = WholeNumber(
        1, SEMESTERS_MOST, _p("field", "Number of semesters"), _l("Whole semesters, in a row.")
    )
    reason = Words(
        220,  # Korean letters that the box of the form holds
        _p("field", "Reason"),
        _l("It is printed on the form as you write it."),
    )


def period_of(answers: Answers) -> tuple[Semester, Semester]:
    """The first and the last semester that are asked for."""
    first = Semester(answers["year"], answers["semester"])
    return first, first.plus(answers["semesters"] - 1)


def may_ask(asking: Asking) -> list[Finding]:
    """LEA-01: students of a semester that the register knows."""
    if asking.student.standing not in WHO:
        return [
            tell.not_in_this_standing("LEA-01", _l("It is for students."), asking.student.standing)
        ]
    return [] if terms.open_semesters(asking.semesters, _today(asking)) else [tell.no_semester()]


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """LEA-01 to LEA-10: what stands against it, what is needed, what comes back."""
    kind, period = answers["kind"], period_of(answers)
    found = _time(asking, period) or _against(asking, kind, period)
    if not found:
        left = leaves.rest(asking.student, kind)
        found = [tell_leaves.left_over(kind, left, answers["semesters"]), *_refund(asking, period)]
    if leaves.RULES[kind].document and asking.attached is not None:
        found.append(tell_leaves.document_needed(kind, there=asking.attached > 0))
    if kind == "disease":
        found.append(tell_leaves.counsel())
    return (
        found
        + room.of_student(asking, NAME)
        + room.of_text(asking, NAME, "reason", _p("field", "Reason"), answers["reason"])
    )


def _time(asking: Asking, period: tuple[Semester, Semester]) -> list[Finding]:
    """It begins now or next, and not while another leave lasts."""
    open_now = terms.open_semesters(asking.semesters, _today(asking))
    if not open_now:
        return [tell.no_semester()]
    latest = open_now[0].plus(1)
    if not open_now[0] <= period[0] <= latest:
        return [tell_leaves.not_that_semester(period[0], open_now[0], latest)]
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
    today, student = _today(asking), asking.student
    window, left = leaves.general_window(data, before), leaves.rest(student, kind)
    asked = leaves.length(*period)
    return [
        tell_leaves.against(kind, why, window, left, asked)
        for why in leaves.why_not(student, kind, period, data, before, today)
    ]


def _refund(asking: Asking, period: tuple[Semester, Semester]) -> list[Finding]:
    """LEA-10: for a semester that tuition was paid for."""
    data = asking.semesters.get(period[0])
    if data is None or tuition.missing_data(data):
        return []
    owed = dues.owed(asking.student, data, _today(asking))
    if not owed.paid_krw:
        return []
    return [tell_leaves.money_back(dues.if_left(owed, data, _today(asking)))]


def prefill(asking: Asking) -> dict[str, Any]:
    """A general leave of one semester, from the one that goes on."""
    open_now = terms.open_semesters(asking.semesters, _today(asking))
    first = open_now[0].as_json() if open_now else {}
    return {"kind": "general", **first, "semesters": 1}


def window(_asking: Asking) -> tuple[datetime | None, datetime | None]:
    """Special leaves any time; the general one's window is told by its rule (LEA-01)."""
    return None, None


def sentences(answers: Answers) -> list[Text]:
    """What is asked and signed."""
    return [APPLY]


def paper(case: Case) -> dict[str, Any]:
    """The values of `templates/documents/leave_of_absence`, in the language of the case."""
    with in_language(case.language):
        period = printed.semesters(*period_of(case.answers))
        return {
            "application_number": case.number,
            **printed.student_lines(case.student),
            "birth_date": printed.long_day(case.student.birth_date),
            "leave_kind": str(tell_leaves.KINDS[case.answers["kind"]]),
            "leave_period": period,
            "reason": case.answers["reason"],
            "application_date": printed.day(case.submitted_at),
            "applicant": printed.signature(case, "applicant"),
            "advisor": printed.signature(case, "advisor"),
            "attachments": printed.attachments(case.attachments),
            **printed.decision(case, _p("printed", "Granted"), period),
        }


def changes(case: Case) -> list[Leave]:
    """The leave enters the register as it was asked for."""
    first, last = period_of(case.answers)
    applied_on = case.submitted_at.astimezone(SEOUL).date()
    return [Leave(case.answers["kind"], first, last, applied_on)]


def shows(case: Case) -> list[tuple[str, str]]:
    """What the number alone tells a stranger; the kind of the leave is nobody's business."""
    values = paper(case)
    public = ("leave_period", "decision", "decision_date")
    return [("name", masked(values["name"])), *((field, values[field]) for field in public)]


def _today(asking: Asking) -> date:
    return asking.now.astimezone(SEOUL).date()


PROVES = ("name", "leave_period", "decision", "decision_date")

KIND = Kind(
    name=NAME,
    version=1,
    prefix="L",
    title=_l("Leave of absence"),
    summary=_l("General, or for military service, birth, childcare, start-up, disease, others."),
    schema=LeaveOfAbsence,
    route=(Step("advisor"),),
    desk=Desk("student_team"),
    uploads=Uploads(),
    may_ask=may_ask,
    judge=judge,
    prefill=prefill,
    window=window,
    semester=lambda answers: period_of(answers)[0],
    lasts=lambda answers: int(answers["semesters"]),
    sentences=sentences,
    paper=paper,
    shows=shows,
    proves=lambda _case: PROVES,
    for_office=("attachments",),
    changes=changes,
    headline=lambda answers: tell.filled(
        _l("asks for a leave of absence, %(period)s"),
        lambda: {"period": printed.semesters(*period_of(answers))},
    ),
    addressee=_l("To the President of Dojang University of Science"),
    result=lambda answers, _granted: tell.filled(
        _l("You are on leave: %(period)s"),
        lambda: {"period": printed.semesters(*period_of(answers))},
    ),
    paper_title=_l("Application for Leave of Absence"),
)
