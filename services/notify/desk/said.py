"""What the desk calls messages, states, events and reasons."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.notify.tables import ACCEPTED, BOUNCED, DELIVERED, FAILED, OPEN
from shared.messages import BULK, CODES, TRANSACTIONAL

TITLES = {
    "receipt": _l("Receipt"),
    "approval_request": _l("Request to sign"),
    "approval_reminder": _l("Reminder to sign"),
    "approval_signed": _l("Copy for the signer"),
    "letter_request": _l("Request for a letter"),
    "letter_reminder": _l("Reminder of a letter"),
    "letter_signed": _l("Copy for the writer"),
    "letter_written": _l("A letter is written"),
    "letter_delivered": _l("A letter is delivered"),
    "at_desk": _l("An application for the office"),
    "unassigned": _l("Nobody is there to sign"),
    "overdue": _l("Nobody has signed in time"),
    "returned": _l("Returned"),
    "declined": _l("Declined"),
    "not_needed": _l("No signature needed any more"),
    "withdrawn": _l("Withdrawn"),
    "lapsed": _l("Lapsed"),
    "issued": _l("Issued"),
    "issue_failed": _l("The paper could not be issued"),
    "revoked": _l("Revoked"),
    "superseded": _l("Replaced"),
    "address_failed": _l("A mail came back"),
    "invitation": _l("Invitation"),
    "password_reset": _l("New password"),
    "sign_in_code": _l("Sign-in code"),
    "signing_code": _l("Code to sign"),
    "sign_in_changed": _l("The way to sign in was changed"),
    "signature_kept": _l("A signature is kept"),
    "delegation_made": _l("Somebody signs on your behalf"),
    "delegation_told": _l("To sign on somebody's behalf"),
    "queue_link": _l("Everything that waits for a signature"),
}
STATES = {
    OPEN: ("moving", "clock", _l("On its way")),
    ACCEPTED: ("good", "check", _l("Handed over")),
    DELIVERED: ("good", "check", _l("Arrived")),
    BOUNCED: ("bad", "back", _l("Came back")),
    FAILED: ("bad", "stop", _l("Not sent")),
}
EVENTS = {
    "created": ("check", _l("Asked for")),
    "composed": ("check", _l("Composed")),
    "handed_over": ("check", _l("The hand-over began")),
    "accepted": ("check", _l("Accepted")),
    "deferred": ("clock", _l("Put off")),
    "interrupted": ("alert", _l("An attempt was cut short")),
    "failed": ("stop", _l("Given up")),
    "delivered": ("check", _l("Arrived")),
    "bounced": ("back", _l("Came back")),
    "delayed": ("clock", _l("Delayed at the recipient’s server")),
    "again": ("pen", _l("Sent again from the desk")),
}
LANES = {CODES: _l("Codes and links"), TRANSACTIONAL: _l("Messages"), BULK: _l("Reminders, bulk")}
REASONS = {
    "no_such_address": _l("The address does not exist."),
    "bad_address": _l("The address is not a valid one."),
    "mailbox_full": _l("The mailbox is full."),
    "mailbox_closed": _l("The mailbox is closed."),
    "refused": _l("The server refused it."),
    "bounced": _l("It came back."),
    "gave_up": _l("It could not be handed over for four days."),
    "not_reached": _l("The telephone could not be reached."),
    "server_unreachable": _l("The server could not be reached."),
    "busy": _l("The provider limits how much it takes."),
    "login_failed": _l("The server refuses our login."),
    "no_credit": _l("The provider says that our credit is used up."),
    "sender_refused": _l("The provider does not know our number."),
    "no_encryption": _l("The server offers no encryption."),
    "no_provider": _l("No provider is configured."),
    "no_route": _l("No provider serves this number."),
    "uncertain": _l("Nobody can say whether it was taken."),
    "expired": _l("What it offered was over before it could leave."),
    "bad_params": _l("A value is missing in it."),
    "bad_link": _l("Its link is missing."),
    "bad_template": _l("Its template has a mistake."),
    "bad_characters": _l("A character cannot be sent by SMS."),
    "too_long": _l("It is too long."),
    "no_such_message": _l("There is no message of that name."),
    "no_such_language": _l("There is no message in that language."),
}


def title(message: str) -> str:
    """What the desk calls a message; one without a title is called by its name."""
    return str(TITLES.get(message, message))


def badge(state: str) -> dict[str, Any]:
    """A state as a badge."""
    tone, icon, words = STATES[state]
    return {"tone": tone, "icon": icon, "words": words}


def reason(code: str) -> str:
    """Why; a code that has no sentence is named, so that it can be asked about."""
    if not code:
        return ""
    if code.startswith("put_off_"):
        return str(_("The server said “later” (%(code)s).", code=code.removeprefix("put_off_")))
    return str(REASONS.get(code) or _("The system gave the code “%(code)s”.", code=code))
