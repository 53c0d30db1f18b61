"""How documents of a case may end, and what waits for a second person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from services.forms.applications import endings
from services.forms.applications.troubles import trouble_text
from services.forms.applications.values import CaseView, DocumentView, EndingView
from services.forms.desk.case import CODES, Looking
from services.forms.signin.person import Person
from shared import say


@dataclass(frozen=True)
class Waiting:
    """Something that a second person confirms or refuses; `own` is theirs who asked for it."""

    heading: str
    facts: list[tuple[str, str]]
    own: bool
    confirm: str  # words of the button


@dataclass(frozen=True)
class Ending:
    """What can be done about one document, and what is being done."""

    number: str
    may_end: bool
    sensitive: bool
    waiting: Waiting | None
    going_on: str
    trouble: str
    wrong: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


def endings_page(case: CaseView, person: Person, looking: Looking) -> list[Ending]:
    """One for each document that still counts; what was typed stays with its document."""
    standing = [one for one in case.documents if one.state == "issued"]
    return [_ending(case, one, person, looking) for one in standing]


def _ending(case: CaseView, one: DocumentView, person: Person, looking: Looking) -> Ending:
    found = one.ending
    under_way = found is not None and found.state in endings.UNDER_WAY
    waits = found is not None and found.state == endings.AWAITING
    here = looking.typed.get("number", one.number) == one.number
    return Ending(
        number=one.number,
        may_end=not under_way and one.reason is None,
        sensitive=case.kind.sensitive,
        waiting=_waiting(found, person) if found is not None and waits else None,
        going_on=_going_on(one),
        trouble=_trouble(found),
        wrong=looking.wrong if here else {},
        reason=looking.typed.get("reason", "") if here else "",
    )


def _waiting(ending: EndingView, person: Person) -> Waiting:
    revokes = ending.way == endings.REVOKE
    return Waiting(
        heading=_("This document is to be revoked")
        if revokes
        else _("This document is to be corrected"),
        facts=[
            (_("Asked for by"), f"{say.named(ending.asked_by)}, {say.moment(ending.asked_at)}"),
            (_("Public reason"), str(CODES.get(ending.code, ending.code))),
            (_("Reason"), ending.reason),
        ],
        own=ending.asked_by.id == person.id,
        confirm=_("Confirm: revoke it") if revokes else _("Confirm: issue it anew"),
    )


def _going_on(one: DocumentView) -> str:
    if one.ending is not None and one.ending.state == endings.PRINTING:
        return str(_("The corrected paper is being made. This one counts until it is there."))
    return str(_("It is being revoked.")) if one.reason is not None else ""


def _trouble(ending: EndingView | None) -> str:
    if ending is None or ending.state not in (endings.FAILED, endings.REFUSED):
        return ""
    if ending.state == endings.REFUSED:
        said = _(
            "%(who)s refused it: “%(reason)s”",
            who=say.named(ending.decided_by),
            reason=ending.refusal,
        )
        return str(said)
    why = trouble_text(str((ending.failure or {}).get("code", "")))
    return str(_("The corrected paper could not be made, so this one stays. %(why)s", why=why))
