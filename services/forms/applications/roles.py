"""Who acts in which role: the register names people, these tables name the roles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from services.forms.catalog.kind import Text
from services.forms.catalog.printed import OFFICES
from services.forms.people import register
from services.forms.people.values import Professor, Student

__all__ = ["HOLDERS", "OFFICES", "ROLES", "role_text"]

Holders = Callable[[Session, Student], Sequence[Professor]]


def _one(found: Professor | None) -> Sequence[Professor]:
    return [found] if found else []


def _named(_session: Session, _student: Student) -> Sequence[Professor]:
    """The applicant names them (`Kind.named`)."""
    return []


# Who holds a role for a student, as the register says now.
HOLDERS: Mapping[str, Holders] = {
    "advisor": lambda _session, student: _one(student.advisor),
    "campus_professor": lambda _session, student: _one(student.campus.representative),
    "recommender": _named,
    "prospective_advisor": _named,
    "joint_advisor": _named,
    "major_professor": lambda session, student: register.holders(
        session, "major_professor", student.major.code
    ),
    "dean": lambda session, _student: register.holders(session, "dean"),
    "graduate_committee": lambda session, _student: register.holders(session, "graduate_committee"),
}
ROLES: Mapping[str, Text] = {
    "applicant": _l("Applicant"),
    "advisor": _l("Advisory professor"),
    "campus_professor": _l("Professor in charge of campus"),
    "recommender": _l("Recommender"),
    "prospective_advisor": _l("Prospective advisory professor"),
    "joint_advisor": _l("Joint advisory professor"),
    "major_professor": _l("Professor in charge of major"),
    "dean": OFFICES["dean"],
    "graduate_committee": OFFICES["graduate_committee"],
}


def acting_text(roles: Sequence[str], whom: str) -> str:
    """As what somebody signs, and for whom if it is not for themselves."""
    text = role_text(roles)
    if not whom:
        return text
    return str(_("%(roles)s, on behalf of %(name)s", roles=text, name=whom))


def role_text(roles: Sequence[str]) -> str:
    """One role or two, in the reader's language."""
    return " · ".join(str(ROLES[role]) for role in roles)
