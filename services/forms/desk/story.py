"""The history of a case in words: one line for each entry of its hash chain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from services.forms.applications.trail import HistoryEntry
from services.forms.applications.values import CaseView
from services.forms.pages.progress import Event
from services.forms.pages.roles import doer, short_roles
from shared import say

WHAT: Mapping[str, Any] = {
    "created": _l("The student began a draft"),
    "saved": _l("The student saved the draft"),
    "attached": _l("A file was attached"),
    "detached": _l("A file was taken out"),
    "sent": _l("The student sent it"),
    "created_on_paper": _l("The office entered a signed paper form"),
    "sent_on_paper": _l("The signatures are on the paper"),
    "sent_in_bulk": _l("The office asked for it in a bulk issue"),
    "step_asked": _l("%(roles)s: asked to sign"),
    "link_sent": _l("%(roles)s: link sent"),
    "link_asked": _l("%(roles)s: the office sent the link again"),
    "reminded": _l("%(roles)s: reminded"),
    "step_unassigned": _l("%(roles)s: a professor has to be found"),
    "step_assigned": _l("%(roles)s: given to a professor"),
    "delegated": _l("%(roles)s: somebody signs on their behalf"),
    "absence_begun": _l("%(roles)s: away, and somebody signs on their behalf"),
    "delegation_ended": _l("%(roles)s: they sign for themselves again"),
    "address_corrected": _l("%(roles)s: address corrected"),
    "mail_failed": _l("%(roles)s: the mail did not arrive"),
    "mail_delivered": _l("The mail arrived"),
    "overdue_told": _l("%(roles)s: past its date, the office was told"),
    "signed": _l("%(roles)s: signed"),
    "signature_kept": _l("%(roles)s: the signature is kept, the correction leaves it alone"),
    "not_mine": _l("%(roles)s: not my student"),
    "returned": _l("%(roles)s: returned it"),
    "declined": _l("%(roles)s: declined"),
    "panel_approved": _l("%(roles)s: agreed, %(ayes)s of %(members)s for it, %(noes)s against"),
    "panel_declined": _l(
        "%(roles)s: did not agree, %(ayes)s of %(members)s for it, %(noes)s against"
    ),
    "at_desk": _l("It came to the office"),
    "desk_signed": _l("%(roles)s: signed the decision"),
    "approved": _l("%(roles)s: approved"),
    "issued": _l("The paper was issued"),
    "delivered": _l("%(roles)s: delivered it"),
    "issue_failed": _l("The paper could not be made"),
    "retried": _l("The paper was asked for again"),
    "revocation_requested": _l("The office revoked the paper"),
    "revoke_asked": _l("The office asked to revoke the paper; a second person confirms it"),
    "revoke_confirmed": _l("A second person confirmed the revocation"),
    "revoke_refused": _l("A second person refused the revocation"),
    "replace_asked": _l("The office asked for a corrected paper"),
    "replace_confirmed": _l("A second person confirmed the corrected paper"),
    "replace_refused": _l("A second person refused the corrected paper"),
    "replace_failed": _l("The corrected paper could not be made"),
    "issued_again": _l("The corrected paper was issued"),
    "revoked": _l("The paper was revoked"),
    "superseded": _l("The paper was replaced"),
    "withdrawn": _l("The student withdrew it"),
    "lapsed": _l("The time ran out"),
}
ICONS: Mapping[str, str] = {
    "returned": "back",
    "declined": "cross",
    "panel_declined": "cross",
    "not_mine": "user",
    "step_unassigned": "alert",
    "mail_failed": "alert",
    "issue_failed": "alert",
    "replace_failed": "alert",
    "revoke_refused": "cross",
    "replace_refused": "cross",
    "withdrawn": "stop",
    "revoked": "stop",
    "lapsed": "clock",
    "overdue_told": "clock",
}
QUIET = ("saved", "attached", "detached")  # before it was sent these are the student's own affair
HASH_LETTERS = 4


def story(case: CaseView) -> list[Event]:
    """Every entry that concerns the office, with the ends of its hash."""
    return [_event(case, entry) for entry in case.history if entry.what not in QUIET]


def _event(case: CaseView, entry: HistoryEntry) -> Event:
    text = WHAT.get(entry.what)
    roles = _roles(case, entry)
    title = str(text) % {**entry.details, "roles": roles} if text is not None else entry.what
    reason = entry.details.get("reason")
    short = f"{entry.hash[:HASH_LETTERS]}…{entry.hash[-2:]}"
    return Event(
        "done",
        title,
        when=say.moment(entry.at),
        said=f"“{reason}”" if reason else "",
        icon=ICONS.get(entry.what, "check"),
        hash=short,
    )


def _roles(case: CaseView, entry: HistoryEntry) -> str:
    roles = entry.details.get("roles")
    if roles:
        return short_roles(roles)
    if entry.details.get("office") and entry.what == "overdue_told":
        return doer(entry.details["office"])
    n = entry.details.get("n")
    step = next((one for one in case.steps if one.n == n), None)
    if step:
        return short_roles(step.roles)
    return doer(case.office or "") if entry.role == "staff" else ""
