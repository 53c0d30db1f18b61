"""The degree that a certificate speaks of, for the two that are about one (CRT-02, CRT-08)."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import lazy_gettext as _l

from services.forms.catalog import printed
from services.forms.catalog.kind import Asking, Finding
from services.forms.people.values import Degree, Student
from services.forms.rules import tell
from shared.say import either


def degree_of(student: Student) -> Degree | None:
    """Reading: of several degrees, the one that was conferred last."""
    return max(student.degrees, key=lambda degree: degree.conferred_on, default=None)


def needed_by(rule: str) -> Callable[[Asking], list[Finding]]:
    """CRT-02, CRT-08: a degree of this university is on record."""

    def against(asking: Asking) -> list[Finding]:
        if asking.student.degrees:
            return []
        if asking.student.standing == "graduated":
            return [tell.not_on_record(rule, _l("your degree"))]
        whom = _l("It is for whoever holds a degree of this university.")
        return [tell.not_in_this_standing(rule, whom, asking.student.standing)]

    return against


def degree_lines(student: Student) -> dict[str, str]:
    """What was conferred, when, and under which number."""
    degree = degree_of(student)
    if degree is None:
        return {"degree_title": "", "degree_date": "", "degree_number": ""}
    return {
        "degree_title": either(ko=degree.title_ko, en=degree.title_en),
        "degree_date": printed.long_day(degree.conferred_on),
        "degree_number": degree.number,
    }
