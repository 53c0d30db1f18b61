"""Application for Change of Academic Advisor, 지도교수 변경 신청 (ADV-01).

The present advisor and the new one agree, the Student Team decides; granted,
the register has the new advisor. A professor of another major is refused: that
is a change of major, which names the new advisor itself (MAJ-01).
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import printed, register_named, request, study_request
from services.forms.catalog.fields import AnswerSchema, SomebodyNamed
from services.forms.catalog.kind import Answers, Asking, Case, Finding
from services.forms.people.values import Placement
from services.forms.rules import advisors, tell_advisors
from shared.say import named


class AdvisorChange(AnswerSchema):
    """What the student answers; everything else comes from the register."""

    professor = SomebodyNamed(
        _p("field", "New advisor"),
        _l("Of your major. They get a link and agree by signing."),
        role="prospective_advisor",
        line="chosen_advisor",
        listed=register_named.others_than_the_advisor,
    )
    reason = request.reason()


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """ADV-01: who can be named, and whom they follow."""
    student = asking.student
    professor = register_named.professor(asking, answers["professor"])
    if why := advisors.why_not_advisor(student, professor):
        within = advisors.within(student.major, asking.professors())
        others = [one for one in within if one != student.advisor]
        return [tell_advisors.against("ADV-01", why, student.major, professor, others)]
    if student.advisor is None:
        return [tell_advisors.no_advisor()]
    return [tell_advisors.takes_the_place("ADV-01", student.advisor)]


def lines(case: Case) -> dict[str, Any]:
    """Who advises now."""
    before = case.student.advisor
    return {"present_advisor": named(before) if before else "–"}


KIND = study_request.Request(
    name=tell_advisors.ADVISOR_CHANGE,
    rule="ADV-01",
    prefix="AD",
    title=_l("Change of advisor"),
    summary=_l("Another professor of your major becomes your academic advisor."),
    paper_title=_l("Application for Change of Academic Advisor"),
    schema=AdvisorChange,
    roles=("advisor", "prospective_advisor"),
    judge=judge,
    lines=lines,
    granted=lambda case: printed.chosen(case, "professor"),
    changes=lambda case: [Placement(advisor=str(case.answers["professor"]))],
    headline=_l("asks for another advisor"),
    result=_l("Your advisor has changed"),
).kind()
