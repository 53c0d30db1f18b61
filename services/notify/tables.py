"""What notify keeps: notifications with their history, verifications, the mailbox of a demo.

No code and no link token is in any of these rows, but for the mails of the
mailbox, which only an installation that serves nobody yet has.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.notify.database import Base
from shared.database import UtcDateTime

# Waiting; a server answers for it; it arrived (a receipt says so); it came back; never left.
OPEN, ACCEPTED, DELIVERED, BOUNCED, FAILED = STATES = (
    "open", "accepted", "delivered", "bounced", "failed",
)  # fmt: skip


def topic_of(lane: str) -> str:
    """What a transaction concerns by which something of that lane may be tried."""
    return f"notifications {lane}"


class Notification(Base):
    """One thing to tell one person once; `next_at` is when it may be tried (again).

    While a deliverer works on it, `holder` names it and `held_until` says how
    long its word counts. Params and links are blanked when somebody else
    answers for it; those of what failed stay for a while, so that it can be
    sent again. `kind` and `number` are those of the application it tells of
    ("" for what is nobody's application), opaque to notify; `by` is the server
    or provider that accepted it, `provider_id` what they call it; `traceparent` the
    span in which it was taken in, from which its delivery goes on.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        Index("ix_notifications_due", "state", "lane", "next_at"),
        Index("ix_notifications_provider", "provider_id"),
        Index("ix_notifications_number", "number"),
        Index("ix_notifications_address", "address"),
        Index("ix_notifications_created", "created_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    message: Mapped[str]
    language: Mapped[str]
    lane: Mapped[str]
    channel: Mapped[str]
    address: Mapped[str]
    thread: Mapped[str]
    params: Mapped[dict[str, Any]]
    links: Mapped[list[dict[str, Any]]]
    correlation_id: Mapped[str]
    causation_id: Mapped[str]
    kind: Mapped[str]
    number: Mapped[str]

    state: Mapped[str]
    code: Mapped[str]
    attempts: Mapped[int]
    delay_told: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    holder: Mapped[str | None]
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    by: Mapped[str]
    provider_id: Mapped[str]
    traceparent: Mapped[str | None]


class Happening(Base):
    """One entry of a notification's history: what happened, when, in which attempt.

    `event`: created, composed, handed_over, accepted, deferred, interrupted,
    failed, delivered, bounced, delayed, again; `code` says why; `by` is the
    server or provider (or the person of the desk, opaque), `provider_id` what
    they call it.
    """

    __tablename__ = "happenings"

    id: Mapped[int] = mapped_column(primary_key=True)
    notification_id: Mapped[str] = mapped_column(ForeignKey("notifications.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    event: Mapped[str]
    attempt: Mapped[int]
    code: Mapped[str]
    by: Mapped[str]
    provider_id: Mapped[str]


class Verification(Base):
    """A challenge: `sends` counts the codes drawn so far, only the newest of them counts."""

    __tablename__ = "verifications"
    __table_args__ = (Index("ix_verifications_person", "person"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str]
    purpose: Mapped[str]
    network: Mapped[str] = mapped_column(server_default="")
    language: Mapped[str]
    email: Mapped[str]
    sms: Mapped[str]
    key_id: Mapped[str]
    sends: Mapped[int]
    checks: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class VerificationSend(Base):
    """One code on its way, with what the limits of unverified sends count."""

    __tablename__ = "verification_sends"
    __table_args__ = tuple(
        Index(f"ix_verification_sends_{column}", column, "at")
        for column in ("person", "destination", "block", "network")
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    verification_id: Mapped[str] = mapped_column(ForeignKey("verifications.id"), index=True)
    person: Mapped[str]
    destination: Mapped[str] = mapped_column(server_default="")
    block: Mapped[str] = mapped_column(server_default="")
    network: Mapped[str] = mapped_column(server_default="")
    channel: Mapped[str]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    verified: Mapped[bool]


class VerificationMiss(Base):
    """One wrong code, for the wait before the next."""

    __tablename__ = "verification_misses"
    __table_args__ = (
        Index("ix_verification_misses_person", "person", "at"),
        Index("ix_verification_misses_network", "network", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str]
    network: Mapped[str]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class MailboxMail(Base):
    """A mail or SMS that arrived in the mailbox; copies with one Message-ID are one, counted."""

    __tablename__ = "mailbox"
    __table_args__ = (UniqueConstraint("message_id", "recipient", name="uq_mailbox_copy"),)

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    message_id: Mapped[str]
    message: Mapped[str]
    channel: Mapped[str]
    recipient: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    copies: Mapped[int]
