"""What every request about a semester's tuition is: which semester, whose, and when.

The waiver, the extension and the installments are such requests; the first two are the forms
that the university prints (rulebook, "Forms as printed").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.forms.catalog import kind as kinds
from services.forms.catalog import printed, request
from services.forms.catalog.kind import Answers, Asking, Case, Finding, Kind, Text
from services.forms.catalog.request import semester_of
from services.forms.people.values import Semester, SemesterData, Window
from services.forms.rules import tell, tell_windows, terms, tuition, windows
from services.forms.rules.windows import When


@dataclass(frozen=True)
class Period:
    """The semester's own time for it: where its data have it, and by which rule."""

    window: Callable[[SemesterData], Window | None]
    rule: str
    # What is said while it is not open, where that is more than when it is.
    not_open: Callable[[Asking, SemesterData, When], Finding] | None = None

    def against(self, asking: Asking, semester: Semester) -> list[Finding]:
        """What stands against asking about a semester of the register now."""
        data = asking.semesters[semester]
        found = self.window(data)
        state = windows.when(found, asking.now)
        if state == "open":
            return []
        if self.not_open:
            return [self.not_open(asking, data, state)]
        return [tell_windows.not_open(self.rule, semester, state, found)]

    def ends(self, asking: Asking, answers: Answers) -> datetime | None:
        """When that of the semester asked for is over."""
        data = asking.semesters.get(semester_of(answers))
        found = self.window(data) if data else None
        return found.closes if found else None


@dataclass(frozen=True, kw_only=True)
class Request(request.Request):
    """One request about a semester's tuition; `kind()` is what the catalog lists."""

    office: str = "educational_affairs"
    period: Period | None = None  # open as long as its semester lasts, unless it has one
    # How it is said that it lapsed, where what was not agreed to in its period does (EXT-03).
    lapsed: Callable[[datetime], Text] | None = None
    # What it begins with besides the semester.
    fill: Callable[[Asking, SemesterData], dict[str, Any]] = lambda _asking, _data: {}

    def kind(self) -> Kind:
        """The kind of the catalog."""
        made = super().kind()
        if self.period is None or self.lapsed is None:
            return made
        return replace(made, lapses_at=self.period.ends, lapsed=self.lapsed)

    def may_ask(self, asking: Asking) -> list[Finding]:
        """TUI-02: who pays; then whether the period of such a semester is open."""
        now = semester_now(asking)
        if (stands := against_any(asking)) or now is None:
            return stands
        mine = [self._closed(asking, semester) for semester in _own(asking)]
        return [] if [] in mine else self._closed(asking, now)

    def of_rules(self, asking: Asking, answers: Answers) -> list[Finding]:
        """The semester and its period; where they hold, what the request's own rules say."""
        semester = semester_of(answers)
        stands = against(asking, semester) or self._closed(asking, semester)
        return stands or self.judge(asking, answers)

    def filled_in(self, asking: Asking) -> dict[str, Any]:
        """The semester to ask about, and what the request knows of it."""
        semester = self._first(asking)
        if semester is None:
            return {}
        data = asking.semesters[semester]
        return {**semester.as_json(), **self.fill(asking, data)}

    def open_within(self, asking: Asking, _answers: Answers) -> kinds.Window:
        """The semester's period; without one it is open until the semester ends (no page says)."""
        semester = self._first(asking)
        if self.period is None or semester is None:
            return _until_the_end(asking)
        found = self.period.window(asking.semesters[semester])
        return (found.opens, found.closes) if found else (None, None)

    def _closed(self, asking: Asking, semester: Semester) -> list[Finding]:
        return self.period.against(asking, semester) if self.period else []

    def _first(self, asking: Asking) -> Semester | None:
        """The student's own semester whose period is open; else their first; else the present."""
        own = _own(asking)
        open_now = [semester for semester in own if not self._closed(asking, semester)]
        return next(iter([*open_now, *own]), semester_now(asking))


@dataclass(frozen=True, kw_only=True)
class PrintedForm(Request):
    """A form that the university prints: two professors sign, year and semester are apart.

    `shown` is all that the number alone tells; `decides` the line that says what is granted.
    """

    roles: Sequence[str] = ("advisor", "campus_professor")
    decides: str

    def head(self, case: Case) -> dict[str, str]:
        """Which semester, as the form has it."""
        return printed.semester_lines(semester_of(case.answers))

    @property
    def told(self) -> Sequence[str]:
        """What the form says it shows."""
        return self.shown

    @property
    def proved(self) -> Sequence[str]:
        """What was granted, of which semester, when."""
        return ("name", self.decides, "decision", "year", "semester_ordinal", "decision_date")


def semester_now(asking: Asking) -> Semester | None:
    """The semester that students deal with now, if the register knows one."""
    return terms.semester_to_pay(asking.semesters, request.today(asking))


def against(asking: Asking, semester: Semester) -> list[Finding]:
    """What stands against asking about it: its time, its data, the student's standing (TUI-02)."""
    open_now = terms.open_semesters(asking.semesters, request.today(asking))
    if not open_now:
        return [tell.no_semester()]
    if semester < open_now[0]:
        return [tell.not_open(semester, open_now)]
    data = asking.semesters.get(semester)
    missing = tuition.missing_data(data) if data else tuple(tell.MISSING)
    if missing:
        return [tell.missing_data(semester, missing)]
    if semester not in open_now:
        return [tell.too_early(semester, open_now)]
    why = tuition.why_not_paying(asking.student, semester)
    return [tell.not_paying(semester, why)] if why else []


def charged_now(asking: Asking) -> int | None:
    """KRW of the semester to deal with now, where this student can ask about it and it is known."""
    now = semester_now(asking)
    if now is None or against(asking, now):
        return None
    return tuition.charge(asking.student, asking.semesters[now]).krw


def against_any(asking: Asking) -> list[Finding]:
    """Nothing when there is a semester to ask about now; else what stands against it."""
    now = semester_now(asking)
    if now is None:
        return [tell.no_semester()]
    return [] if _own(asking) else against(asking, now)


def _own(asking: Asking) -> list[Semester]:
    """The semesters that this student can ask about, the one to deal with now before the other."""
    now = semester_now(asking)
    open_now = terms.open_semesters(asking.semesters, request.today(asking))
    return [one for one in (now, *open_now) if one and not against(asking, one)]


def _until_the_end(asking: Asking) -> kinds.Window:
    now = semester_now(asking)
    if now is None:
        return None, None
    return request.days(None, asking.semesters[now].last_day)
