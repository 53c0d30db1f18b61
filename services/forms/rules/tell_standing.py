"""Tell what the rules of leaving and coming back say (WDR-01, REF-04, RDM-01, RDM-02)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from services.forms.people.values import Semester, Standing
from services.forms.rules.finding import Finding, Text
from services.forms.rules.tell import OFFICE_KNOWS, STANDS, filled, semester


def not_for(rule: str, whom: Text, standing: Standing, remedy: Text = OFFICE_KNOWS) -> Finding:
    """WDR-01, RDM-01, REF-02, REF-04: whom it is for, and how the register has them instead."""
    return Finding(
        rule,
        "block",
        filled(_l("%(whom)s %(stands)s"), lambda: {"whom": whom, "stands": STANDS[standing]}),
        figures={"standing": standing},
        remedy=remedy,
    )


def other_semester(asked: Semester, now: Semester) -> Finding:
    """WDR-01: any time is now; nobody leaves in another semester."""
    return _other("WDR-01", _l("It is not the %(asked)s now."), asked, now)


def other_admission(asked: Semester, first: Semester) -> Finding:
    """REF-04: the register says for which semester somebody was admitted."""
    return _other("REF-04", _l("You were not admitted for the %(asked)s."), asked, first)


def left_for_good() -> Finding:
    """WDR-01, RDM-01: what follows."""
    return Finding(
        "WDR-01",
        "note",
        _l(
            "From the day on which it is granted you are no longer a student. Before a later "
            "semester begins you can ask for readmission (RDM-01)."
        ),
    )


def _other(rule: str, words: Text, asked: Semester, right: Semester) -> Finding:
    return Finding(
        rule,
        "block",
        filled(words, lambda: {"asked": semester(asked)}),
        field="semester",
        figures={"asked": asked.as_json(), "semester": right.as_json()},
        remedy=filled(_l("Choose the %(latest)s."), lambda: {"latest": semester(right)}),
    )
