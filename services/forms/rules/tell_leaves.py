"""Tell what the rules of leaves say (LEA-01 to LEA-10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.people.values import Semester
from services.forms.rules.finding import Finding, Text
from services.forms.rules.leaves import RULES, LeaveKind, Why
from services.forms.rules.refund import Refund
from services.forms.rules.tell import filled, semester
from shared.say import day, money

KINDS: Mapping[str, Text] = {
    "general": _p("leave", "General"),
    "military": _p("leave", "Military service"),
    "birth": _p("leave", "Pregnancy or delivery"),
    "childcare": _p("leave", "Childcare"),
    "start_up": _p("leave", "Start-up"),
    "disease": _p("leave", "Disease"),
    "other": _p("leave", "Other"),
}
DOCUMENTS: Mapping[LeaveKind, Text] = {
    "military": _l("Attach the notice for enlistment."),
    "birth": _l("Attach a certificate of pregnancy or delivery, or of kinship."),
    "childcare": _l("Attach a certificate of kinship."),
    "start_up": _l("Attach the certificate of incorporation."),
    "disease": _l(
        "Attach a diagnosis of a general hospital for more than 30 days (of a special hospital, "
        "if you are hospitalised)."
    ),
    "other": _l("Attach an official document that you cannot study for more than 30 days."),
}
AGAINST: Mapping[Why, Text] = {
    "freshman": _l("In the first semester of the course this leave cannot be taken."),
    "not_korean": _l("This leave is for Korean students."),
    "not_male": _l("This leave is for male students."),
    "not_female": _l("This leave is for female students."),
    "outside_window": _l("The general leave is asked for from %(opens)s to %(closes)s."),
    "too_long": _l("Of this leave %(left)s semesters are left to you; you ask for %(asked)s."),
}
INSTEAD: Mapping[Why, Text] = {
    "freshman": _l("If a special leave fits, choose that one."),
    "not_korean": _l("Choose the leave that fits."),
    "not_male": _l("Choose the leave that fits."),
    "not_female": _l("Choose the leave that fits."),
    "outside_window": _l("Ask for the next semester, or for a special leave if one fits."),
    "too_long": _l("Ask for fewer semesters; each special leave has a period of its own (LEA-08)."),
}
FIELDS: Mapping[Why, str] = {"outside_window": "semester", "too_long": "semesters"}


def against(
    kind: LeaveKind, why: Why, window: tuple[date, date], left: int | None, asked: int
) -> Finding:
    """LEA-01 to LEA-08: what stands against it, with the figures."""
    figures = {"opens": window[0], "closes": window[1], "left": left, "asked": asked}

    def said() -> Mapping[str, Any]:
        return {**figures, "opens": day(window[0]), "closes": day(window[1])}

    return Finding(
        "LEA-08" if why == "too_long" and kind != "general" else RULES[kind].rule,
        "block",
        filled(AGAINST[why], said),
        field=FIELDS.get(why, "kind"),
        figures={"kind": kind, "why": why, **figures},
        remedy=INSTEAD[why],
    )


def document_needed(kind: LeaveKind, *, there: bool) -> Finding:
    """LEA-02 to LEA-07: a special leave is asked for with its document."""
    return Finding(
        RULES[kind].rule,
        "note" if there else "block",
        DOCUMENTS[kind],
        field=None if there else "files",
        remedy="" if there else _l("Add it under “Supporting documents”, then send."),
    )


# By kind of leave: the finding, once it is said whether one is there.
NEEDED: Mapping[str, Callable[..., Finding]] = {
    kind: partial(document_needed, kind) for kind, rule in RULES.items() if rule.document
}


def counsel() -> Finding:
    """LEA-06: a leave for disease is talked over first."""
    return Finding(
        "LEA-06",
        "note",
        _l("Talk it over with the person in charge at the Student Team before you send it."),
    )


def left_over(kind: LeaveKind, left: int | None, asked: int) -> Finding:
    """LEA-01, LEA-08: how many semesters of this kind remain afterwards."""
    if left is None:
        return Finding(RULES[kind].rule, "note", _l("It lasts as long as the notice says."))
    return Finding(
        RULES[kind].rule,
        "note",
        _l("%(rest)s semesters of this leave are left to you afterwards.", rest=left - asked),
        figures={"left": left, "asked": asked},
    )


def money_back(found: Refund) -> Finding:
    """LEA-10, REF-01: what comes back of the tuition paid, and until when."""
    words = _l("%(krw)s of the %(paid)s you paid come back.")
    figures: dict[str, Any] = {"paid_krw": found.paid_krw, "refund_krw": found.krw}
    remedy: Text = ""
    if found.later and found.step.last_day:
        figures |= {"until": found.step.last_day, "afterwards_krw": found.later[1]}
        until, later_krw = found.step.last_day, found.later[1]
        remedy = filled(
            _l("Asked for after %(day)s it would be %(krw)s."),
            lambda: {"day": day(until), "krw": money(later_krw)},
        )
    return Finding(
        "LEA-10",
        "note",
        filled(words, lambda: {"krw": money(found.krw), "paid": money(found.paid_krw)}),
        figures=figures,
        remedy=remedy,
    )


def not_that_semester(asked: Semester, now: Semester) -> Finding:
    """LEA-01: a leave begins in the semester that goes on or in the next one."""
    following = now.plus(1)
    return Finding(
        "LEA-01",
        "block",
        filled(
            _l("A leave cannot begin in the %(semester)s now."),
            lambda: {"semester": semester(asked)},
        ),
        field="semester",
        figures={**asked.as_json(), "first": now.as_json(), "last": following.as_json()},
        remedy=filled(
            _l("Choose the %(first)s or the %(last)s."),
            lambda: {"first": semester(now), "last": semester(following)},
        ),
    )


def overlaps(first: Semester, last: Semester) -> Finding:
    """LEA-01: a semester is taken off once."""
    return Finding(
        "LEA-01",
        "block",
        filled(
            _l("You are on leave from the %(first)s to the %(last)s already."),
            lambda: {"first": semester(first), "last": semester(last)},
        ),
        field="semester",
        figures={"first": first.as_json(), "last": last.as_json()},
        remedy=_l("Let the new leave begin after it."),
    )
