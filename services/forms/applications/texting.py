"""Text messages beside the mails, for students who asked for them.

A mail holds what a text message has no room for (what was signed, the reason of a decision) and
is what counts; so a text comes beside it, never instead, and one that does not arrive loses
nothing. It waits for the morning of its reader's quiet hours, and names a number alone: telephones
show their messages to whoever sits near.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from services.forms.applications import days
from services.forms.applications.tables import NotificationRow, new_id
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.values import Account
from shared import outbox
from shared.errors import NotFound
from shared.messages import BULK, TRANSACTIONAL, NotificationRequested

# notify has an SMS form of these (a test compares).
TEXTED = (
    "receipt", "letter_written", "letter_delivered", "returned", "declined", "withdrawn", "lapsed",
    "issued", "revoked", "superseded", "address_failed", "sign_in_changed",
)  # fmt: skip
AT_ONCE = ("sign_in_changed",)  # whoever's account it is may have to act


def text_student(
    session: Session, parts: Parts, student_id: str, message: str, language: str,
    params: Mapping[str, Any], application_id: str,
) -> None:  # fmt: skip
    """Ask for a text message to a student, if they want them and this one exists."""
    try:
        account = register.find_account_of(session, student_id)
    except NotFound:
        return
    text(session, parts, account, message, language, params, application_id)


def text(
    session: Session, parts: Parts, account: Account, message: str, language: str,
    params: Mapping[str, Any], application_id: str | None = None,
) -> None:  # fmt: skip
    """The same for whoever signs in with an account; `params` are those of the mail."""
    if not (account.texts and account.phone and message in TEXTED):
        return
    asked_id, now = new_id(), parts.clock.now()
    leaves = now if message in AT_ONCE else days.loud_from(now, account.quiet)
    waits = {"not_before": leaves.isoformat()} if leaves > now else {}
    request = NotificationRequested(
        notification_id=asked_id,
        message=message,
        language=language,
        lane=BULK if waits else TRANSACTIONAL,
        address={"sms": account.phone},
        thread=application_id or asked_id,
        params={**params, **waits},
        links=[],
    )
    session.add(
        NotificationRow(
            id=asked_id, application_id=application_id, recipient=account.role, message=message,
            asked_at=now,
        )
    )  # fmt: skip
    outbox.add(session, request, clock=parts.clock, correlation_id=application_id or asked_id)
