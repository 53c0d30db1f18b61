"""How a professor wants to be told, chosen behind the link of their queue.

That link is mailed to the address on record alone, so whoever holds a single request's link (an
assistant, say) changes nothing here. Requests never wait; reminders do.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.forms.applications import sitting
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.choices import check_hours, check_language
from services.forms.people.values import DIGESTS, Professor, Wishes
from shared.errors import Refused

TOGETHER_FROM = {"never": None, "many": 3, "always": 1}  # reminders at a time that are one mail


def look(session: Session, parts: Parts, token: str) -> tuple[Professor, Wishes]:
    """Whose link it is and what they chose. Raises what `sitting.look` raises."""
    professor_id = sitting.professor_of(session, parts, token)
    return register.find_professor(session, professor_id), register.wishes_of(session, professor_id)


def choose(session: Session, parts: Parts, token: str, language: str, wishes: Wishes) -> None:
    """Keep it. Raises what `sitting.look` raises, Refused("bad_language" | "bad_digest" |
    "bad_hours", field, may)."""
    professor_id = sitting.professor_of(session, parts, token)
    check_language(language)
    if wishes.digest not in DIGESTS:
        raise Refused("bad_digest", "no such digest", field="digest", may=list(DIGESTS))
    check_hours(wishes.quiet)
    register.wish(session, professor_id, language, wishes)


def come_together(wishes: Wishes, count: int) -> bool:
    """Whether so many reminders at a time are one mail."""
    least = TOGETHER_FROM[wishes.digest]
    return least is not None and count >= least
