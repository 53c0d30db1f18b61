"""The semester that goes on, and what has a period in its data: whether that is open."""

from __future__ import annotations

from services.forms.catalog import request
from services.forms.catalog.kind import Asking, Finding, Window
from services.forms.people.values import Semester
from services.forms.rules import tell, tell_windows, terms, windows


def going_on(asking: Asking) -> Semester | None:
    """The semester that goes on, or the coming one."""
    found = terms.open_semesters(asking.semesters, request.today(asking))
    return found[0] if found else None


def against(
    asking: Asking, name: str, rule: str, semester: Semester | None = None
) -> list[Finding]:
    """What stands against asking now: the semester has no such period, or it is not open."""
    of = semester or going_on(asking)
    if of is None or not asking.semesters:
        return [tell.no_semester()]
    if (data := asking.semesters.get(of)) is None:
        return [tell_windows.not_open(rule, of, "missing", None)]
    found = data.windows.get(name)
    state = windows.when(found, asking.now)
    return [] if state == "open" else [tell_windows.not_open(rule, of, state, found)]


def window(asking: Asking, name: str) -> Window:
    """Opens and closes, of the semester that goes on."""
    of = going_on(asking)
    found = asking.semesters[of].windows.get(name) if of else None
    return (found.opens, found.closes) if found else (None, None)
