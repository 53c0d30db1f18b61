"""Naming something of the register: what there is to choose from, and what an answer names.

A field says whom it lets one name (`listed`) where it is not everybody of the register.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from services.forms.catalog.fields import AnswerSchema
from services.forms.catalog.kind import Answers, Asking, Text
from services.forms.people.values import Named, Professor
from services.forms.rules.tell import later
from shared.say import named

KEYS: Mapping[str, str] = {"professors": "id", "majors": "code", "campuses": "code"}


def find(asking: Asking, of: str, key: str | None) -> Any:
    """What an answer names of the register's `professors`, `majors` or `campuses`, or None."""
    things: Sequence[Any] = getattr(asking, of)()
    return next((one for one in things if getattr(one, KEYS[of]) == key), None)


def professor(asking: Asking, professor_id: str) -> Professor | None:
    """Whom the answer names, if the register has them."""
    found: Professor | None = find(asking, "professors", professor_id)
    return found


def chosen(asking: Asking, schema: type[AnswerSchema], answers: Answers) -> dict[str, Named]:
    """What the answers name in the register, by field (`Case.chosen`)."""
    fields = {name: one.metadata.get("of") for name, one in schema().fields.items()}
    found = {name: find(asking, of, answers.get(name)) for name, of in fields.items() if of}
    return {name: thing for name, thing in found.items() if thing}


def choices(asking: Asking, schema: type[AnswerSchema]) -> dict[str, Mapping[str, Text]]:
    """What there is to choose from, for each field of the register."""
    return {
        name: one.metadata.get("listed", LISTED[one.metadata["of"]])(asking)
        for name, one in schema().fields.items()
        if one.metadata.get("of")
    }


def own_major_first(asking: Asking) -> dict[str, Text]:
    """Every professor with the major, those of one's own first, then by name."""
    own = asking.student.major.code

    def order(one: Professor) -> tuple[bool, str]:
        return one.major is None or one.major.code != own, named(one)

    return {one.id: _with_major(one) for one in sorted(asking.professors(), key=order)}


def others_than_the_advisor(asking: Asking) -> dict[str, Text]:
    """The same, where somebody else is asked for."""
    advisor = asking.student.advisor
    return {key: said for key, said in own_major_first(asking).items() if key != _id(advisor)}


def by_name(asking: Asking) -> dict[str, Text]:
    """Every professor by name."""
    return {one.id: named(one) for one in sorted(asking.professors(), key=named)}


def advisor_first(asking: Asking) -> dict[str, Text]:
    """The same, after one's advisor."""
    advisor = asking.student.advisor
    if advisor is None:
        return by_name(asking)
    own = _l("%(name)s (your advisor)", name=named(advisor))
    return {advisor.id: own, **{k: v for k, v in by_name(asking).items() if k != advisor.id}}


def _id(one: Professor | None) -> str | None:
    return one.id if one else None


def _with_major(one: Professor) -> Text:
    major = one.major
    return later(lambda: f"{named(one)} · {named(major)}" if major else named(one))


def _places(of: str) -> Callable[[Asking], dict[str, Text]]:
    def listed(asking: Asking) -> dict[str, Text]:
        return {one.code: _named(one) for one in getattr(asking, of)()}

    return listed


def _named(place: Named) -> Text:
    return later(lambda: named(place))


LISTED: Mapping[str, Callable[[Asking], dict[str, Text]]] = {
    "professors": own_major_first,
    "majors": _places("majors"),
    "campuses": _places("campuses"),
}
