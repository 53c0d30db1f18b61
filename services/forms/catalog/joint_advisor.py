"""Application for a Joint Advisor, 공동지도교수 신청 (ADV-02).

A full-time or adjunct professor within the student's major; the advisor and
the joint one agree, the Student Team decides, the register has them both.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import printed, register_named, request, study_request
from services.forms.catalog.fields import AnswerSchema, SomebodyNamed
from services.forms.catalog.kind import Answers, Asking, Case, Finding
from services.forms.people.values import Placement, Professor
from services.forms.rules import advisors, tell_advisors


class JointAdvisor(AnswerSchema):
    """What the student answers; everything else comes from the register."""

    professor = SomebodyNamed(
        _p("field", "Joint advisor"),
        _l("A full-time or adjunct professor of your major."),
        role="joint_advisor",
        line="chosen_advisor",
        listed=register_named.others_than_the_advisor,
    )
    reason = request.reason()


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """ADV-02: who can be named, and whom they follow."""
    student = asking.student
    professor = register_named.professor(asking, answers["professor"])
    if why := advisors.why_not_joint(student, professor):
        others = [one for one in asking.professors() if not advisors.why_not_joint(student, one)]
        return [tell_advisors.against("ADV-02", why, student.major, professor, others)]
    if student.joint_advisor is not None:
        return [tell_advisors.takes_the_place("ADV-02", student.joint_advisor)]
    return []


def lines(case: Case) -> dict[str, Any]:
    """What kind of professor is asked for."""
    chosen = case.chosen.get("professor")
    kind = chosen.kind if isinstance(chosen, Professor) else None
    return {"professor_kind": str(tell_advisors.KINDS[kind]) if kind else "–"}


KIND = study_request.Request(
    name="joint_advisor",
    rule="ADV-02",
    prefix="JA",
    title=_l("Joint advisor"),
    summary=_l("A second professor of your major advises you together with your advisor."),
    paper_title=_l("Application for a Joint Advisor"),
    schema=JointAdvisor,
    roles=("advisor", "joint_advisor"),
    judge=judge,
    lines=lines,
    granted=lambda case: printed.chosen(case, "professor"),
    changes=lambda case: [Placement(joint_advisor=str(case.answers["professor"]))],
    headline=_l("asks for a joint advisor"),
    result=_l("You have a joint advisor"),
).kind()
