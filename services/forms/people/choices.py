"""What anybody may choose about how they are told: a language, hours of the day."""

from __future__ import annotations

from services.forms.people.values import Quiet
from shared.errors import Refused
from shared.words import LANGUAGES

HOURS = range(24)


def check_language(language: str) -> None:
    """Raises Refused("bad_language", field, may)."""
    if language not in LANGUAGES:
        raise Refused("bad_language", "no such language", field="language", may=list(LANGUAGES))


def check_hours(quiet: Quiet) -> Quiet:
    """The same hours. Raises Refused("bad_hours", field, may)."""
    for field, hour in (("quiet_since", quiet.since), ("quiet_until", quiet.until)):
        if hour not in HOURS:
            raise Refused("bad_hours", "no hour of the day", field=field, may=list(HOURS))
    return quiet
