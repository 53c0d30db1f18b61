"""A paper that an office delivers, as its student reads of it (REC-02)."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from services.forms.applications.delivering import way_text
from services.forms.applications.values import CaseView
from services.forms.catalog.kind import Kind
from services.forms.pages.progress import Event
from services.forms.pages.roles import doer
from shared import say


def answer(case: CaseView, now: datetime) -> tuple[str, str]:
    """Heading and lead from the day on which the office holds the signed letter."""
    if case.delivery is not None:
        return _delivered(case)
    office = doer(case.kind.in_charge)
    heading = _("Signed. %(office)s delivers it", office=office)
    if case.due_at is None:
        return str(heading), str(_("Ask the office how far it is."))
    when = say.deadline(case.due_at)
    if case.due_at < now:
        return str(heading), str(_("It was due on %(when)s. The office has been told.", when=when))
    lead = _("By %(when)s. There is nothing for you to do now.", when=when)
    return str(heading), str(lead)


def state_of(kind: Kind, state: str, due_at: datetime | None) -> str:
    """The state as a student knows it: what has not left the house is with the office."""
    return "at_desk" if kind.delivery and state == "issued" and due_at else state


def event(case: CaseView, now: datetime) -> list[Event]:
    """The last line of the timeline, once the letter is there."""
    if case.kind.delivery is None:
        return []
    if case.delivery is not None:
        told = [say.full_day(case.delivery.day), case.delivery.reference]
        return [Event("ended", way_text(case.delivery.how), when=" · ".join(filter(None, told)))]
    if case.state != "issued" or case.due_at is None:
        return []
    title = _("%(office)s delivers it", office=doer(case.kind.in_charge))
    when, left = say.deadline(case.due_at), say.left(case.due_at, now)
    card = _("This is where it is now, until %(when)s: %(left)s.", when=when, left=left)
    if case.due_at < now:
        card = _("It was due on %(when)s. The office has been told.", when=when)
    return [Event("now", str(title), card=str(card))]


def _delivered(case: CaseView) -> tuple[str, str]:
    made = case.delivery
    if made is None:
        return "", ""
    if made.how == "handed":
        lead = _("You can also download it here. Whoever receives it can check it.")
        return str(_("Your letter has been handed to you")), str(lead)
    lead = _("It went to the recipient alone, so the file is not here.")
    return str(_("Your letter has been mailed")), str(lead)
