"""What every request about the course of study is: who may ask, who agrees, which office decides.

A request's own module says its fields, what the rules say of them, the lines of
its paper and what it changes in the register. The advisor's and other people's
signatures stand in the order of `roles`.

Readings: the pages name no window for most of them ("when necessary"), so they
can be asked for at any time by whoever studies here. For change of advisor,
joint advisor and change of major the advisor agrees, and the new or joint one;
the examination and the early degree are asked for with the advisor's agreement
in the same way; enrolment after the coursework takes the office alone. The
office is the Student Team, which keeps the register, unless a row names another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import lazy_gettext as _l

from services.forms.catalog import register_named, request, room, semester_window, who
from services.forms.catalog.kind import Answers, Asking, Case, Finding, Text, Window
from services.forms.catalog.kind import Uploads as Uploads
from services.forms.people.values import Semester, Standing
from shared.words import in_language

STUDYING: tuple[Standing, ...] = ("enrolled", "on_leave", "completed")
# What the QR code repeats, signed (most important first).
PROVES = ("name", "extent_granted", "decision", "decision_date")
APPLY = _l("I hereby apply as stated above.")
FOR_STUDENTS = _l("It is for students.")


@dataclass(frozen=True, kw_only=True)
class Request(request.Request):
    """One request about the course of study; `kind()` is what the catalog lists."""

    rule: str
    who: Sequence[Standing] = STUDYING
    whom: Text = FOR_STUDENTS
    semester: Callable[[Answers], Semester | None] = lambda _answers: None
    in_period: bool = False  # whether the semester has a period for it, by the kind's name
    proves: Sequence[str] = ()  # of `lines`, what the QR code repeats besides what was granted
    sentence: Text = APPLY
    single: bool = True

    @property
    def proved(self) -> Sequence[str]:
        """What was granted, then what the request adds."""
        return (*PROVES, *self.proves)

    def may_ask(self, asking: Asking) -> list[Finding]:
        """Whoever studies here, unless the rule says otherwise."""
        stands = who.only(self.rule, self.who, self.whom)(asking)
        return stands or super().may_ask(asking) or self.not_open(asking)

    def of_rules(self, asking: Asking, answers: Answers) -> list[Finding]:
        """The period of the semester that is asked about, then the same."""
        closed = self.not_open(asking, self.semester(answers))
        return closed or super().of_rules(asking, answers)

    def not_open(self, asking: Asking, semester: Semester | None = None) -> list[Finding]:
        """What the period of a semester, or of the one that goes on, stands against."""
        if not self.in_period:
            return []
        return semester_window.against(asking, self.name, self.rule, semester)

    def open_within(self, asking: Asking, answers: Answers) -> Window:
        """The period of the semester that goes on, where there is one."""
        return (
            semester_window.window(asking, self.name)
            if self.in_period
            else super().open_within(asking, answers)
        )

    def judged(self, asking: Asking, answers: Answers) -> list[Finding]:
        """The same; what nothing refuses is measured as the paper would have it, too."""
        found = super().judged(asking, answers)
        if any(one.severity == "block" for one in found):
            return found
        return found + self._lines_do_not_fit(asking, answers)

    def _lines_do_not_fit(self, asking: Asking, answers: Answers) -> list[Finding]:
        """What the register says of what was chosen may be too long for its line, or in no font."""
        language = asking.student.language
        case = Case("", asking.student, answers, asking.now, (), (), None, language)
        with in_language(language):
            case = replace(case, chosen=register_named.chosen(asking, self.schema, answers))
            lines = {**self.own_lines(case), "extent_granted": str(self.granted_of(case))}
        return [
            finding
            for name, text in lines.items()
            for finding in room.of_text(asking, self.name, name, self.title, text)
        ]


def this_semester(asking: Asking) -> dict[str, Any]:
    """Year and semester of the one that goes on, to begin with."""
    now = semester_window.going_on(asking)
    return now.as_json() if now else {}
