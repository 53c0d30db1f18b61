"""What the pages of semester data say: what is on record, what changes, whom it touches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext as _n

from services.forms.catalog.kind import Kind
from services.forms.people.values import Semester, SemesterData
from services.forms.rules import tell, tell_transfers
from services.forms.rules.dues import Owed
from services.forms.rules.tell import MISSING
from services.forms.rules.tuition import missing_data
from services.forms.semesters.cells import COLUMNS, HINTS, LABELS, LISTED, write
from services.forms.semesters.changing import NEW, Edition, Preview
from shared import say

TOUCHED_SHOWN = 50


def semesters_page(semesters: Mapping[Semester, SemesterData]) -> dict[str, Any]:
    """All that are on record, the newest first, and the next one to be entered."""
    newest = max(semesters, default=None)
    return {
        "semesters": [
            {
                "href": f"/desk/semesters/{one}",
                "title": str(tell.semester(one)),
                "days": _("%(first)s to %(last)s", first=say.full_day(data.first_day),
                          last=say.full_day(data.last_day)),
                "tuition": "–" if data.tuition_krw is None else say.money(data.tuition_krw),
                "missing": _missing(missing_data(data)),
                "version": data.version,
            }
            for one, data in sorted(semesters.items(), reverse=True)
        ],
        "next": f"/desk/semesters/{newest.plus(1)}" if newest else "",
        "next_title": str(tell.semester(newest.plus(1))) if newest else "",
    }  # fmt: skip


def semester_page(
    semester: Semester,
    data: SemesterData | None,
    editions: Sequence[Edition],
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    saved: bool = False,
) -> dict[str, Any]:
    """The form of one semester: on record, or as it was typed."""
    cells = typed if typed is not None else write(data)
    wrong = wrong or {}
    return {
        "base": f"/desk/semesters/{semester}",
        "title": str(tell.semester(semester)),
        "version": data.version if data else NEW,
        "missing": _missing(missing_data(data)) if data else "",
        "new": data is None,
        "saved": saved,
        "fields": [_field(name, cells.get(name, ""), wrong.get(name, "")) for name in COLUMNS],
        "errors": [
            {"href": f"#{name}", "words": f"{LABELS[name]}: {words}"}
            for name, words in wrong.items()
        ],
        "editions": [(one.version, say.full_moment(one.at)) for one in editions],
    }


def preview_page(
    semester: Semester,
    version: int,
    typed: Mapping[str, str],
    found: Preview,
    kinds: Mapping[str, Kind],
) -> dict[str, Any]:
    """What changes, whom it touches, and the button that writes it down."""
    return {
        "base": f"/desk/semesters/{semester}",
        "title": str(tell.semester(semester)),
        "version": version,
        "cells": [(name, typed.get(name, "")) for name in COLUMNS],
        "changed": [
            (str(LABELS[one.name]), one.before.splitlines(), one.after.splitlines())
            for one in found.changed
        ],
        "heading": _heading(found),
        "touched": [
            (one.student.student_number, say.named(one.student), _owed(one.before),
             _owed(one.after))
            for one in found.touched[:TOUCHED_SHOWN]
        ],
        "touched_total": len(found.touched),
        "touched_shown": min(TOUCHED_SHOWN, len(found.touched)),
        "open": _counts(found.open, kinds),
        "drafts": _counts(found.drafts, kinds),
        "missing": _missing(found.missing),
    }  # fmt: skip


def _heading(found: Preview) -> str:
    if not found.changed:
        return str(_("Nothing would change"))
    count = len(found.touched)
    if not count:
        return str(_("No student would owe anything else"))
    return str(
        _n("%(num)s student would owe something else",
           "%(num)s students would owe something else", count)
    )  # fmt: skip


def _counts(found: Mapping[str, int], kinds: Mapping[str, Kind]) -> list[tuple[str, int]]:
    return [(str(kinds[name].title), count) for name, count in found.items() if name in kinds]


def _owed(owed: Owed | None) -> list[str]:
    if owed is None:
        return [str(_("nothing"))]
    if owed.krw is None:
        return [str(_("It is known when your credits are registered."))]
    return [
        " · ".join((str(tell_transfers.part(line.due)), say.money(line.due.krw),
                    say.day(line.due.period.last_day)))
        for line in owed.lines
    ] or [say.money(owed.krw)]  # fmt: skip


def _missing(names: Sequence[str]) -> str:
    return ", ".join(str(MISSING[name]) for name in names)


def _field(name: str, value: str, wrong: str) -> dict[str, Any]:
    return {
        "name": name,
        "label": str(LABELS[name]),
        "hint": str(HINTS.get(name, "")),
        "value": value,
        "wrong": wrong,
        "area": name in LISTED,
        "type": "date" if name in ("first_day", "last_day") else "text",
        "optional": COLUMNS[name].optional,
        "rows": max(3, value.count("\n") + 2),
    }
