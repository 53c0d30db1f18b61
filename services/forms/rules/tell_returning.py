"""Tell what the rules of coming back from a leave say (LEA-01 to LEA-08, TUI-02)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from services.forms.people.values import Semester
from services.forms.rules.dues import Owed
from services.forms.rules.finding import Finding, Text
from services.forms.rules.returning import Way, Why
from services.forms.rules.tell import charged, filled, later, semester
from shared.say import day, money

AGAINST: Mapping[Why, Text] = {
    "too_early": _l("You are on leave in the %(asked)s, and it has begun or is over."),
    "too_late": _l("Your leave ends before the %(latest)s, in which you return."),
}


def against(way: Way, why: Why, asked: Semester) -> Finding:
    """LEA-01 to LEA-07: into which semesters the way back leads."""

    def said() -> Mapping[str, Text]:
        return {name: semester(which) for name, which in _semesters(way, asked).items()}

    single = way.earliest == way.latest
    return Finding(
        "LEA-01",
        "block",
        filled(AGAINST[why], said),
        field="semester",
        figures={name: which.as_json() for name, which in _semesters(way, asked).items()},
        remedy=filled(
            _l("Choose the %(latest)s.")
            if single
            else _l("Choose a semester from the %(earliest)s to the %(latest)s."),
            said,
        ),
    )


def leave_ends(way: Way, asked: Semester, left: int | None) -> Finding:
    """LEA-08: how the leave ends, and what is left of it."""
    earlier = asked.until(way.latest)
    words = _l("You return when your leave ends.")
    lines: list[Text] = []
    if left is not None:
        lines.append(_l("%(left)s semesters of this leave are left to you.", left=left))
    if earlier:
        words = _l("You return %(earlier)s semester(s) before your leave ends.", earlier=earlier)
        lines.append(
            filled(
                _l("Without this it lasts until the %(last)s, and you return in the %(latest)s."),
                lambda: {"last": semester(way.latest.plus(-1)), "latest": semester(way.latest)},
            )
        )
    figures = {**_json(way, asked), "semesters_earlier": earlier, "left": left}
    return Finding("LEA-08", "note", words, figures=figures, derivation=lines)


def pays(owed: Owed) -> Finding:
    """TUI-02, TUI-07: whoever returns pays tuition again; what, and until when."""
    lines = [*charged(owed.charge, owed.semester).derivation]
    lines += [_due(line.due.krw, line.due.period.last_day) for line in owed.lines]
    return Finding(
        "TUI-02",
        "note",
        filled(
            _l("Whoever returns pays tuition for the %(semester)s."),
            lambda: {"semester": semester(owed.semester)},
        ),
        figures={
            **owed.semester.as_json(),
            "krw": owed.krw,
            "due": [line.due.period.last_day for line in owed.lines],
        },
        derivation=lines,
    )


def pays_later(of: Semester) -> Finding:
    """TUI-02: whoever returns pays, as soon as the semester's figures are on record."""
    return Finding(
        "TUI-02",
        "note",
        filled(
            _l("Whoever returns pays tuition for the %(semester)s; it is not on record yet."),
            lambda: {"semester": semester(of)},
        ),
        figures=of.as_json(),
    )


def _due(krw: int, last_day: Any) -> Text:
    words = _l("%(krw)s until %(day)s")
    return later(lambda: str(filled(words, lambda: {"krw": money(krw), "day": day(last_day)})))


def _semesters(way: Way, asked: Semester) -> dict[str, Semester]:
    return {"asked": asked, "earliest": way.earliest, "latest": way.latest}


def _json(way: Way, asked: Semester) -> dict[str, Any]:
    return {name: which.as_json() for name, which in _semesters(way, asked).items()}
