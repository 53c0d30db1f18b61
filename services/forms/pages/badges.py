"""The states of an application as people see them: a shape, an icon and a word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p


@dataclass(frozen=True)
class Badge:
    """`tone` (yours | moving | stuck | good | bad | end) is the shape, colour comes last."""

    tone: str
    icon: str
    words: Any


DRAFT = Badge("yours", "pen", _l("Draft"))
STUCK = Badge("stuck", "alert", _p("badge", "Stuck"))
OURS = Badge("moving", "clock", _l("Ours"))
TO_DELIVER = Badge("moving", "clock", _l("To deliver"))
UNASSIGNED = Badge("moving", "clock", _l("Professor to be found"))
STATES: Mapping[str, Badge] = {
    "draft": DRAFT,
    "in_approval": Badge("moving", "clock", _l("With a professor")),
    "at_desk": Badge("moving", "clock", _l("With the office")),
    "returned": Badge("yours", "back", _l("Returned to you")),
    "approved": Badge("good", "check", _l("Approved")),
    "issue_failed": Badge("good", "check", _l("Approved")),  # students never see the failure
    "issued": Badge("good", "check", _l("Issued")),
    "declined": Badge("bad", "cross", _l("Declined")),
    "withdrawn": Badge("end", "stop", _l("Withdrawn")),
    "lapsed": Badge("end", "clock", _l("Lapsed")),
}
DESK: Mapping[str, Badge] = {
    **STATES,
    "at_desk": OURS,
    "returned": Badge("moving", "back", _l("With the student")),
    "issue_failed": Badge("stuck", "alert", _l("Issue failed")),
}
WITH: Mapping[str, Any] = {
    "advisor": _l("With your advisor"),
    "campus_professor": _l("With the campus professor"),
    "recommender": _l("With the recommender"),
    "prospective_advisor": _l("With the new advisor"),
    "joint_advisor": _l("With the joint advisor"),
    "major_professor": _l("With the major professor"),
    "dean": _l("With the dean"),
    "graduate_committee": _l("With the committee"),
}


def badge(state: str, roles: tuple[str, ...] = (), *, unassigned: bool = False) -> Badge:
    """The badge that the student sees; an approval says with whom it is."""
    if state == "in_approval" and unassigned:
        return UNASSIGNED
    if state == "in_approval" and roles and roles[0] in WITH:
        return replace(STATES[state], words=WITH[roles[0]])
    return STATES[state]
