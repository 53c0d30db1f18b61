"""What people write beside answers: reasons and typed signatures, checked at the door."""

from __future__ import annotations

from services.forms.applications import resident
from services.forms.applications.answers import has_control
from services.forms.catalog.kind import Room
from shared.errors import Permanent, Refused

TYPED_CHARACTERS_MOST = 42  # contract, "Links and files": `typed` is 1 to 42 characters
REASON_CHARACTERS_MOST = 1000


def check_reason(
    reason: str | None, *, needed: bool, most: int = REASON_CHARACTERS_MOST
) -> str | None:
    """A reason as people will read it. Raises Refused("reason_needed" | "reason_bad" |
    "resident_number")."""
    text = (reason or "").strip()
    if not text:
        if needed:
            raise Refused("reason_needed", "this needs a reason", field="reason")
        return None
    if len(text) > most or has_control(text):
        raise Refused("reason_bad", "too long or unprintable", field="reason", most=most)
    if resident.found(text):
        raise Refused("resident_number", "a resident registration number", field="reason")
    return text


def check_signature(typed: str) -> str:
    """A typed signature, kept as typed. Raises Refused("signature_bad")."""
    if not (1 <= len(typed) <= TYPED_CHARACTERS_MOST) or has_control(typed, lines=False):
        raise Refused(
            "signature_bad",
            "a typed signature is 1 to 42 printable characters",
            field="typed",
            most=TYPED_CHARACTERS_MOST,
        )
    if not typed.strip():
        raise Refused("signature_needed", "nothing was typed", field="typed")
    return typed


def check_printable(room: Room | None, kind: str, language: str, field: str, text: str) -> None:
    """Refuse what the paper could not show where it has `field`, before anybody relies on it.

    Raises Refused("unprintable", missing; "too_long_for_paper"). A paper without that field
    shows nothing of it.
    """
    if room is None or not text:
        return
    try:
        fit = room(kind, language, field, text)
    except Permanent as error:
        if error.code in ("no_such_field", "no_such_paper"):
            return
        raise
    if fit.missing:
        missing = " ".join(fit.missing)
        raise Refused("unprintable", "no font has these", field=field, missing=missing)
    if not fit.ok:
        raise Refused("too_long_for_paper", "it does not fit the paper", field=field)
