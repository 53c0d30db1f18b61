"""Application for Readmission (RDM-01, RDM-02).

Whoever left asks before the semester begins and names who will advise; that
professor, the one in charge of the major and the dean agree to the earlier
credits, the Student Team decides how many count.

Readings: the three agree to every readmission, since all have earlier credits or
ask for none; "cannot be readmitted" is a list with reasons that staff keep.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import printed, request, tuition_asked
from services.forms.catalog.fields import AnswerSchema, Choice, SomebodyNamed, WholeNumber, Words
from services.forms.catalog.kind import Answers, Asking, Case, Desk, Finding, Kind, Step, Uploads
from services.forms.catalog.request import semester_of
from services.forms.people.values import Readmission as Readmitted
from services.forms.people.values import Semester
from services.forms.rules import (
    dues,
    readmission,
    returning,
    tell,
    tell_readmission,
    tell_returning,
    tuition,
)
from services.forms.rules.finding import Text
from shared.clock import SEOUL
from shared.say import named
from shared.words import in_language

NAME = "readmission"
CREDITS_MOST = 200
ROLES = ("prospective_advisor", "major_professor", "dean")
APPLY = _l(
    "I hereby apply for readmission and for the recognition of the earlier credits stated above."
)


class Readmission(AnswerSchema):
    """What is answered; everything else comes from the register."""

    year = WholeNumber(2000, 2100, _p("field", "Year"))
    semester = Choice(tuition_asked.TERMS, _p("field", "Semester of readmission"), columns="two")
    advisor = SomebodyNamed(
        _p("field", "Prospective advisor"), _l("Who will advise you; ask in person first.")
    )
    credits = WholeNumber(
        0, CREDITS_MOST, _p("field", "Earlier credits"), _l("How many of them are to count.")
    )
    reason = Words(220, _p("field", "Reason"), _l("It is printed on the form as you write it."))


def may_ask(asking: Asking) -> list[Finding]:
    """RDM-01: whoever left, unless staff have noted why not, before a semester on record."""
    why = readmission.why_not(asking.student)
    if why == "never_left":
        return [tell_readmission.never_left(asking.student.standing)]
    if why == "barred":
        return [tell_readmission.barred(asking.student.barred)]
    return [] if _coming(asking) else [tell_readmission.no_coming_semester()]


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """RDM-01 and RDM-02: the semester, the credits, the time, and what it costs (TUI-02)."""
    coming, asked = _coming(asking), semester_of(answers)
    reason = {"reason": (_p("field", "Reason"), answers["reason"])}
    fits = request.does_not_fit(asking, NAME, reason)
    if coming is None:
        return [tell_readmission.no_coming_semester(), *fits]
    if asked != coming:
        return [tell_readmission.not_that_semester(asked, coming), *fits]
    found = [_credits(asking, answers["credits"])]
    if answers["advisor"] not in {one.id for one in asking.professors()}:
        found.append(tell_readmission.no_such_professor())
    time_left = readmission.attendance(asking.student, asked)
    found += [tell_readmission.reckoned(time_left), _costs(asking, asked)]
    found.append(tell_readmission.closes_on(asking.semesters[asked].first_day))
    return [*found, tell_readmission.documents_of_the_notice(), *fits]


def _credits(asking: Asking, asked: int) -> Finding:
    earned = readmission.credits_earned(asking.student)
    if asked > earned:
        return tell_readmission.too_many_credits(asked, earned)
    return tell_readmission.credits_count(asked, earned)


def _costs(asking: Asking, asked: Semester) -> Finding:
    data = asking.semesters[asked]
    if tuition.missing_data(data):
        return tell_returning.pays_later(asked)
    back = returning.returned(asking.student, asked)
    return tell_returning.pays(dues.owed(back, data, request.today(asking)))


def _coming(asking: Asking) -> Semester | None:
    return readmission.coming(asking.semesters, request.today(asking))


def prefill(asking: Asking) -> dict[str, Any]:
    """The coming semester, all earlier credits, and the advisor of then."""
    coming, advisor = _coming(asking), asking.student.advisor
    known = {"credits": readmission.credits_earned(asking.student)}
    return {
        **(coming.as_json() if coming else {}),
        **({"advisor": advisor.id} if advisor else {}),
        **known,
    }


def window(asking: Asking) -> tuple[datetime | None, datetime | None]:
    """RDM-01: until the coming semester begins."""
    coming = _coming(asking)
    if coming is None:
        return None, None
    return None, datetime.combine(asking.semesters[coming].first_day, time.min, SEOUL)


def choices(asking: Asking) -> dict[str, dict[str, Text]]:
    """The professors of the register."""
    return {"advisor": {one.id: named(one) for one in sorted(asking.professors(), key=named)}}


def paper(case: Case) -> dict[str, Any]:
    """The values of `templates/documents/readmission`, in the language of the case."""
    with in_language(case.language):
        return {
            **request.lines(case, *ROLES),
            "left_on": printed.long_day(case.student.ended_on),
            "readmission_semester": str(tell.semester(semester_of(case.answers))),
            "credits_asked": printed.credits_count(case.answers["credits"]),
            "reason": case.answers["reason"],
            **printed.decision(
                case, _p("printed", "Granted"), printed.credits_count(_granted(case))
            ),
        }


def _granted(case: Case) -> int:
    """RDM-02: how many count in the end."""
    granted = case.decision.granted if case.decision else None
    return int(granted) if granted is not None else int(case.answers["credits"])


def changes(case: Case) -> list[Readmitted]:
    """RDM-01, RDM-02: taken in again from that semester on, with those credits and advisor."""
    answers = case.answers
    return [Readmitted(semester_of(answers), case.number, _granted(case), answers["advisor"])]


def _said(words: Text, answers: Answers) -> Text:
    return tell.filled(words, lambda: {"semester": tell.semester(semester_of(answers))})


SHOWS = ("readmission_semester", "extent_granted", "decision", "decision_date")

KIND = Kind(
    name=NAME,
    version=1,
    prefix="RA",
    title=_l("Readmission"),
    summary=_l("Come back after leaving, with your earlier credits."),
    schema=Readmission,
    route=tuple(Step(role) for role in ROLES),
    desk=Desk(
        "student_team",
        granted=lambda answers: [str(n) for n in range(answers["credits"], -1, -1)],
    ),
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
    changes=changes,
    headline=lambda answers: _said(_l("asks for readmission to the %(semester)s"), answers),
    addressee=request.TO_PRESIDENT,
    result=lambda answers, _granted: _said(_l("You are readmitted to the %(semester)s"), answers),
    paper_title=_l("Application for Readmission"),
    named=lambda answers: {"prospective_advisor": str(answers["advisor"])},
    choices=choices,
)
