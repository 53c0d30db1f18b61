"""Bounces: reports of mail servers (RFC 3464) that come in at a notification's return path.

Which notification it is says the return path alone, which nobody can make up.
Whatever is no report (an out-of-office answer, a person's reply) is passed
over: RFC 3834 sends such answers to the very same address.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import getaddresses

from services.notify.parts import Parts
from services.notify.receipts import note_end
from services.notify.return_path import read_return_path
from services.notify.tables import Notification
from shared.keys import Keyring

EVENTS = {"failed": "bounced", "delayed": "delayed", "delivered": "delivered"}
RECIPIENT_HEADERS = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
REPORT_BYTES_MOST = 1_000_000
# RFC 3463: 5.1.x is about the address, 5.2.x about the mailbox, 5.7.x about what is allowed
CODES = {
    "1.1": "no_such_address", "1.2": "no_such_address", "1.3": "bad_address",
    "1.6": "no_such_address", "1.10": "no_such_address", "2.1": "mailbox_closed",
    "2.2": "mailbox_full", "3.4": "too_large", "4.7": "gave_up",
}  # fmt: skip


@dataclass(frozen=True)
class Bounce:
    """What a report says of one notification: bounced, delayed or delivered, and why."""

    notification_id: str
    event: str
    code: str


def take_in(raw: bytes, parts: Parts, to: str = "") -> Bounce | None:
    """Note a report; gives what it said, None where it is none of ours.

    `to` is the address it came to, where the mail program knows it. Raises
    TryLater("database_unavailable"): then it is to be brought again.
    """
    found = read_bounce(raw[:REPORT_BYTES_MOST], parts.keyring, to)
    if found is None:
        return None
    with parts.database.write() as session:
        row = session.get(Notification, found.notification_id, with_for_update=True)
        if row is None:
            return None
        note_end(session, parts.clock, row, found.event, found.code, by="report")
    return found


def read_bounce(raw: bytes, keyring: Keyring, to: str = "") -> Bounce | None:
    """Read a report, whatever else is in it."""
    mail = message_from_bytes(raw, _class=EmailMessage, policy=policy.compat32)
    ours = [read_return_path(one, keyring) for one in _recipients(mail, to)]
    notification_id = next(filter(None, ours), "")
    if not notification_id or mail.get_content_type() != "multipart/report":
        return None
    for fields in _per_recipient(mail):
        action = str(fields.get("Action", "")).strip().lower()
        if action in EVENTS:
            event = EVENTS[action]
            status = str(fields.get("Status", "")).strip()
            return Bounce(notification_id, event, "" if event == "delivered" else _code(status))
    return None


def _recipients(mail: Message, to: str) -> list[str]:
    headers = [str(one) for name in RECIPIENT_HEADERS for one in mail.get_all(name, [])]
    return [address for _, address in getaddresses([to, *headers])]


def _per_recipient(mail: Message) -> Iterator[Message]:
    """The fields of each recipient: the blocks of a delivery status after its first."""
    for part in mail.walk():
        blocks = part.get_payload()
        if part.get_content_type() == "message/delivery-status" and isinstance(blocks, list):
            yield from (block for block in blocks[1:] if isinstance(block, Message))


def _code(status: str) -> str:
    """Our code of an enhanced status such as 5.1.1."""
    detail = status.partition(".")[2]
    if detail in CODES:
        return CODES[detail]
    return "refused" if detail.startswith("7.") else "bounced"
