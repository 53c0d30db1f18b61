"""Naming a professor of the register: the choices with their majors, and whom an answer names."""

from __future__ import annotations

from collections.abc import Iterable

from services.forms.catalog.kind import Asking, Text
from services.forms.people.values import Professor
from services.forms.rules.tell import later
from shared.say import named


def find(asking: Asking, professor_id: str) -> Professor | None:
    """Whom the answer names, if the register has them."""
    return next((one for one in asking.professors() if one.id == professor_id), None)


def listed(asking: Asking, *, without: Iterable[Professor | None] = ()) -> dict[str, Text]:
    """Everybody to choose from, those of one's own major first, then by name."""
    own, left_out = asking.student.major.code, {one.id for one in without if one}

    def order(one: Professor) -> tuple[bool, str]:
        return one.major is None or one.major.code != own, named(one)

    found = sorted(asking.professors(), key=order)
    return {one.id: _with_major(one) for one in found if one.id not in left_out}


def others_than_the_advisor(asking: Asking) -> dict[str, dict[str, Text]]:
    """The choices of a field `professor` that asks for somebody else."""
    return {"professor": listed(asking, without=[asking.student.advisor])}


def _with_major(one: Professor) -> Text:
    major = one.major
    return later(lambda: f"{named(one)} · {named(major)}" if major else named(one))
