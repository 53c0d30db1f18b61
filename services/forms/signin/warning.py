"""Tell somebody that their way to sign in was changed: if it was not them, they hear of it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.forms.applications.tables import NotificationRow, new_id
from services.forms.applications.texting import text
from services.forms.parts import Parts
from services.forms.people.values import Account
from services.forms.signin.told import told
from shared import outbox
from shared.messages import TRANSACTIONAL, NotificationRequested

MESSAGE = "sign_in_changed"
ADDED, REMOVED, RECOVERED = "app_added", "app_removed", "recovery_code_used"
REMOVED_BY_OFFICE = "app_removed_by_office"
CHANGED = "password_changed"


def warn(session: Session, parts: Parts, account: Account, what: str) -> None:
    """Mail the account's owner what was done, in the transaction that does it."""
    asked_at, request_id = parts.clock.now(), new_id()
    request = NotificationRequested(
        notification_id=request_id,
        message=MESSAGE,
        language=account.language,
        lane=TRANSACTIONAL,
        address={"email": account.email},
        thread=request_id,
        params={
            "name": account.name(account.language),
            "reader": "student" if account.role == "student" else "staff",
            "what": what,
            "at": asked_at.isoformat(),
        },
        links=[],
    )
    session.add(
        NotificationRow(id=request_id, recipient=account.role, message=MESSAGE, asked_at=asked_at)
    )
    outbox.add(session, request, clock=parts.clock, correlation_id=request_id)
    text(session, parts, account, MESSAGE, account.language, request.params)
    told(parts, f"account.{what}", account.login_id)
