"""Tell what another application, that is still undecided, stands against."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from services.forms.rules.finding import Finding, Text
from services.forms.rules.tell import filled


def contradicts(rule: str, why: Text, title: Text, number: str, application_id: str) -> Finding:
    """Which one is open, why both cannot be, and what to do about it."""
    return Finding(
        rule,
        "block",
        filled(
            _l("%(title)s (%(number)s) is not decided yet. %(why)s"),
            lambda: {"title": title, "number": number, "why": why},
        ),
        figures={"open_application": {"number": number, "application_id": application_id}},
        remedy=_l("Withdraw that one first, or wait until it is decided."),
    )
