"""Roles in few words, as lines and lists on the screen have room for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.forms.applications.roles import OFFICES
from services.forms.applications.values import StepView
from services.forms.people.values import Professor
from shared import say

SHORT: Mapping[str, Any] = {
    "applicant": _l("Applicant"),
    "advisor": _l("Advisor"),
    "campus_professor": _l("Campus professor"),
    "recommender": _l("Recommender"),
    "prospective_advisor": _l("New advisor"),
    "joint_advisor": _l("Joint advisor"),
    "major_professor": _l("Major professor"),
    "dean": _l("Dean"),
    "graduate_committee": OFFICES["graduate_committee"],
}


def short_roles(roles: Sequence[str]) -> str:
    """One role or two."""
    return " · ".join(str(SHORT[role]) for role in roles)


def signer(roles: Sequence[str], who: Professor | None) -> str:
    """Advisor Yoon Tae-ho; 윤태호 지도교수."""
    if who is None:
        return short_roles(roles)
    return str(_("%(role)s %(name)s", role=short_roles(roles), name=say.named(who)))


def signer_of(step: StepView) -> str:
    """Who signs a step; of a delegate also for whom: Advisor Seo Yu-na (on behalf of …)."""
    return behalf(signer(step.roles, step.who), step.on_behalf_of)


def behalf(name: str, whom: Professor | None) -> str:
    """A name, and for whom they act."""
    if whom is None:
        return name
    return str(_("%(name)s (on behalf of %(whom)s)", name=name, whom=say.named(whom)))


def doer(code: str) -> str:
    """The word for a role or an office."""
    return str(SHORT.get(code) or OFFICES.get(code) or "")
