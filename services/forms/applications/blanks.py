"""The blank form of a request, to be printed and filled in by hand: the paper way (EXT-04)."""

from __future__ import annotations

from services.forms.applications.roles import OFFICES
from services.forms.parts import Parts
from shared.errors import NotFound
from shared.links import file_capability
from shared.words import LANGUAGES


def address(parts: Parts, kind: str, language: str) -> str:
    """Where certs hands it out, for two minutes; nobody's data is on it.

    Raises NotFound("no_blank_form") for certificates, letters and unknown kinds or languages.
    """
    found = parts.kinds.get(kind)
    if found is None or not found.printed_form or language not in LANGUAGES:
        raise NotFound("no_blank_form", "no such form")
    with parts.speaking(language):
        office = str(OFFICES[found.in_charge])
    now, keyring = parts.clock.now(), parts.keyring
    return "/files/" + file_capability(f"{kind}:{language}", "blank", now, keyring, office=office)
