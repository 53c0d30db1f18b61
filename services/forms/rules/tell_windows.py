"""Tell when something can be asked for, where the semester has a period for it."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l

from services.forms.people.values import Semester, Window
from services.forms.rules.finding import Finding, Text
from services.forms.rules.tell import filled, semester
from services.forms.rules.windows import When
from shared.say import moment


def not_open(rule: str, of: Semester, state: When, window: Window | None) -> Finding:
    """What has a period is asked for within it alone; when it is, in Korean time."""
    said = {
        "missing": _l("The register does not have the application period of the %(semester)s yet."),
        "not_yet": _l("The application period of the %(semester)s has not begun."),
        "closed": _l("The application period of the %(semester)s is over."),
    }[state]
    remedy: Text = _l("Educational Affairs enters it; what you typed is kept until then.")
    if window is not None:
        words = _l("It is asked for from %(opens)s until %(closes)s (Korean time).")
        remedy = filled(words, lambda: _said(window))
    return Finding(
        rule,
        "block",
        filled(said, lambda: {"semester": semester(of)}),
        field="semester",
        figures={**of.as_json(), **(_instants(window) if window else {})},
        remedy=remedy,
    )


def _said(window: Window) -> dict[str, str]:
    return {"opens": moment(window.opens), "closes": moment(window.closes)}


def _instants(window: Window) -> dict[str, datetime]:
    return {"opens": window.opens, "closes": window.closes}
