"""Application for Readmission (RDM-01, RDM-02).

Whoever left asks before the semester begins and names who will advise; that
professor, the one in charge of the major and the dean agree to the earlier
credits, the Student Team decides how many count.

Readings: the three agree to every readmission, since all have earlier credits or
ask for none; "cannot be readmitted" is a list with reasons that staff keep.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import paying_again, printed, register_named, request
from services.forms.catalog.fields import AnswerSchema, SomebodyNamed, WholeNumber
from services.forms.catalog.kind import Answers, Asking, Finding
from services.forms.catalog.partly import Partly
from services.forms.catalog.request import semester_of
from services.forms.people.values import Readmission as Readmitted
from services.forms.people.values import Semester
from services.forms.rules import readmission, tell, tell_readmission

CREDITS_MOST = 200
CREDITS = Partly("credits", readmission.grantable, printed.credits_count)  # RDM-02
APPLY = _l(
    "I hereby apply for readmission and for the recognition of the earlier credits stated above."
)


class Readmission(AnswerSchema):
    """What is answered; everything else comes from the register."""

    year = request.year()
    semester = request.term(_p("field", "Semester of readmission"))
    advisor = SomebodyNamed(
        _p("field", "Prospective advisor"),
        _l("Who will advise you; ask in person first."),
        role="prospective_advisor",
        listed=register_named.by_name,
    )
    credits = WholeNumber(
        0,
        CREDITS_MOST,
        _p("field", "Earlier credits"),
        _l("How many of them are to count."),
        line="credits_asked",
        unit=printed.credits_count,
    )
    reason = request.reason()


def against(asking: Asking) -> list[Finding]:
    """RDM-01: whoever left, unless staff have noted why not."""
    why = readmission.why_not(asking.student)
    return [tell_readmission.against(why, asking.student)] if why else []


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """RDM-01 and RDM-02: the credits, the advisor, the time, and what it costs (TUI-02)."""
    asked, earned = semester_of(answers), readmission.credits_earned(asking.student)
    found = [tell_readmission.credits_of(earned, answers["credits"])]
    if register_named.professor(asking, answers["advisor"]) is None:
        found.append(tell.no_such_professor("RDM-02", "advisor"))
    return [
        *found,
        tell_readmission.reckoned(readmission.attendance(asking.student, asked)),
        paying_again.costs(asking, asked),
        tell_readmission.closes_on(asking.semesters[asked].first_day),
        tell_readmission.documents_of_the_notice(),
    ]


def coming(asking: Asking) -> Semester | None:
    """RDM-01: the one semester that can be asked for."""
    return readmission.coming(asking.semesters, request.today(asking))


def prefill(asking: Asking) -> dict[str, Any]:
    """All earlier credits, and the advisor of then."""
    advisor = {"advisor": asking.student.advisor.id} if asking.student.advisor else {}
    return {**advisor, "credits": readmission.credits_earned(asking.student)}


KIND = request.Request(
    name="readmission",
    prefix="RA",
    title=_l("Readmission"),
    summary=_l("Come back after leaving, with your earlier credits."),
    paper_title=_l("Application for Readmission"),
    schema=Readmission,
    roles=("prospective_advisor", "major_professor", "dean"),
    partly=CREDITS,
    against=against,
    only=request.Only(
        coming,
        tell_readmission.not_that_semester,
        tell_readmission.no_coming_semester,
        until_it_begins=True,
    ),
    judge=judge,
    prefill=prefill,
    sentence=APPLY,
    semester_line="readmission_semester",
    lines=lambda case: {"left_on": printed.long_day(case.student.ended_on)},
    shown=("extent_granted",),
    # RDM-01, RDM-02: from that semester on, with the credits that count and that advisor.
    changes=lambda case: [
        Readmitted(
            semester_of(case.answers), case.number, CREDITS.granted(case), case.answers["advisor"]
        )
    ],
    headline=_l("asks for readmission to the %(semester)s"),
    result=_l("You are readmitted to the %(semester)s"),
).kind()
