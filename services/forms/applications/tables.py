"""The tables of applications. Use cases hand out values, never these rows.

What was sent and signed lies in `submission`, one row a round: an application
that was returned is edited in `application` while the earlier round stays as
it was. A link's token is nowhere, only its generation, expiry and use.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.forms.applications.delegation_tables import DelegationRow
from services.forms.applications.states import OPEN
from services.forms.database import Base
from shared.database import UtcDateTime

_OPEN_SQL = text("state IN (" + ", ".join(f"'{state}'" for state in OPEN) + ")")


def new_id() -> str:
    """128 random bits, lowercase hex: an id that says nothing and cannot be guessed."""
    return secrets.token_hex(16)


def is_id(text: str) -> bool:
    """Whether `new_id` could have given it."""
    return len(text) == 32 and not set(text) - set("0123456789abcdef")


def _application() -> Mapped[str]:
    return mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)


class ApplicationRow(Base):
    __tablename__ = "application"
    __table_args__ = (
        Index(
            "uq_application_open",
            "student_id",
            "kind",
            "semester",
            unique=True,
            sqlite_where=_OPEN_SQL,
            postgresql_where=_OPEN_SQL,
        ),
        Index("ix_application_queue", "kind", "state"),
        Index("ix_application_bulk", "bulk_id", "state"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[str] = mapped_column(String(60))
    student_id: Mapped[str] = mapped_column(String(40), index=True)
    student_number: Mapped[str] = mapped_column(String(40), index=True)  # the desk searches by it
    name_ko: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(16))
    step: Mapped[int] = mapped_column(default=0)
    round: Mapped[int] = mapped_column(default=0)
    semester: Mapped[str | None] = mapped_column(String(12))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lapses_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)  # whose turn it is
    trouble: Mapped[str | None] = mapped_column(String(12))  # unassigned | mail_failed
    desk_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    granted: Mapped[str | None] = mapped_column(String(40))
    reference: Mapped[str | None] = mapped_column(String(40))
    decided_office: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str | None] = mapped_column(Text)  # of the last return or end
    acted_by: Mapped[str | None] = mapped_column(String(40))  # the role or office of that
    issue_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    failure: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    bulk_id: Mapped[str | None] = mapped_column(String(32))  # asked for by an office, with others
    quiet: Mapped[bool] = mapped_column(default=False, server_default=false())  # issued, no mail
    # A signed paper form that an office entered (EXT-04).
    on_paper: Mapped[bool] = mapped_column(default=False, server_default=false())
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # number and state alone stay
    trail_length: Mapped[int] = mapped_column(default=0)
    trail_head: Mapped[str] = mapped_column(String(64))
    steps: Mapped[list[StepRow]] = relationship(
        cascade="all, delete-orphan", order_by="(StepRow.round, StepRow.n)"
    )
    attachments: Mapped[list[AttachmentRow]] = relationship(
        cascade="all, delete-orphan", order_by="AttachmentRow.position"
    )
    submissions: Mapped[list[SubmissionRow]] = relationship(
        cascade="all, delete-orphan", order_by="SubmissionRow.round"
    )
    documents: Mapped[list[DocumentRow]] = relationship(order_by="DocumentRow.issued_at")


class CounterRow(Base):
    """The last application number of a prefix and year."""

    __tablename__ = "application_counter"
    prefix: Mapped[str] = mapped_column(String(8), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


class SubmissionRow(Base):
    """What was sent in one round, frozen: it is what everybody signs."""

    __tablename__ = "submission"
    application_id: Mapped[str] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), primary_key=True
    )
    round: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    language: Mapped[str] = mapped_column(String(8))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    attachments: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # [{id, name, sha256}]
    kind_version: Mapped[int]
    template_version: Mapped[str] = mapped_column(String(40))
    sentences: Mapped[list[str]] = mapped_column(JSON)
    shown: Mapped[str] = mapped_column(String(64))
    typed: Mapped[str] = mapped_column(String(100))
    student: Mapped[dict[str, Any]] = mapped_column(JSON)  # the register as it was
    semesters: Mapped[list[Any] | None] = mapped_column(JSON)  # the data of the semesters, too
    findings: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)  # what the rules said


class StepRow(Base):
    __tablename__ = "approval_step"
    __table_args__ = (UniqueConstraint("application_id", "round", "n", "seat"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    application_id: Mapped[str] = _application()
    round: Mapped[int]
    n: Mapped[int]
    seat: Mapped[int] = mapped_column(default=0, server_default=text("0"))  # 1, 2, … of several
    roles: Mapped[list[str]] = mapped_column(JSON)
    business_days: Mapped[int]
    professor_id: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(12), index=True)
    outcome: Mapped[str | None] = mapped_column(String(12))  # of the whole step, once it stands
    generation: Mapped[int] = mapped_column(default=0)
    link_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    link_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the last mail with the link
    by_when: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remind_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    overdue_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mail_failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mail_code: Mapped[str | None] = mapped_column(String(60))
    decision: Mapped[str | None] = mapped_column(String(12))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(Text)
    shown: Mapped[str | None] = mapped_column(String(64))
    signed_round: Mapped[int | None]  # an earlier one, whose signature was kept (`keeping`)
    signer_ko: Mapped[str | None] = mapped_column(String(100))  # the names as they were
    signer_en: Mapped[str | None] = mapped_column(String(100))
    typed: Mapped[str | None] = mapped_column(String(100))
    drawn_file_id: Mapped[str | None] = mapped_column(String(32))
    drawn_sha256: Mapped[str | None] = mapped_column(String(64))
    # Somebody signs for whoever was asked (`delegations`): their links are of the generations
    # `acted_from` to `acted_until`, and the names are those at the signature.
    delegation_id: Mapped[str | None] = mapped_column(ForeignKey("delegation.id"), index=True)
    acted_from: Mapped[int | None]
    acted_until: Mapped[int | None]
    behalf_ko: Mapped[str | None] = mapped_column(String(100))
    behalf_en: Mapped[str | None] = mapped_column(String(100))
    delegation: Mapped[DelegationRow | None] = relationship()

    @property
    def principal_id(self) -> str | None:
        """Whose signature it is, whoever gives it."""
        return self.delegation.professor_id if self.delegation else self.professor_id


class ProfessorQueueRow(Base):
    """The link to everything that waits for one professor: its generation, never the token;
    `mail_id` is the newest mail with it."""

    __tablename__ = "professor_queue"
    professor_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    generation: Mapped[int]
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    mail_id: Mapped[str | None] = mapped_column(String(32), index=True)


class AttachmentRow(Base):
    """A supporting document; `removed_at` keeps what an earlier round was sent with."""

    __tablename__ = "attachment"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    application_id: Mapped[str] = _application()
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int]
    file_id: Mapped[str] = mapped_column(String(32))
    sha256: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TrailRow(Base):
    """One entry of an application's hash chain; `told`: certs has it for the tree over all."""

    __tablename__ = "application_trail"
    application_id: Mapped[str] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(primary_key=True)
    entry: Mapped[dict[str, Any]] = mapped_column(JSON)  # {} of a forgotten one of the old form
    private: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    salt: Mapped[str | None] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    told: Mapped[bool] = mapped_column(default=False, server_default=false(), index=True)


class DocumentRow(Base):
    """What forms knows of an issued document."""

    __tablename__ = "document"
    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    application_id: Mapped[str] = _application()
    kind: Mapped[str] = mapped_column(String(60))
    student_id: Mapped[str] = mapped_column(String(40), index=True)
    language: Mapped[str] = mapped_column(String(8))
    sha256: Mapped[str] = mapped_column(String(64))
    template_version: Mapped[str] = mapped_column(String(40))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(12), default="issued")
    code: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(Text)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RenderRow(Base):
    """A preview asked of certs; the same facts are never asked twice."""

    __tablename__ = "render"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    application_id: Mapped[str] = _application()
    facts_sha256: Mapped[str] = mapped_column(String(64), index=True)
    template: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(10), default="asked")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    file_id: Mapped[str | None] = mapped_column(String(32))
    sha256: Mapped[str | None] = mapped_column(String(64))
    code: Mapped[str | None] = mapped_column(String(60))
    detail: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class TemplateRow(Base):
    """The newest template version that certs told us of."""

    __tablename__ = "template_version"
    template: Mapped[str] = mapped_column(String(60), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    version: Mapped[str] = mapped_column(String(40))


class NotificationRow(Base):
    """A mail that was asked for: whose it was, never an address."""

    __tablename__ = "notification"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    application_id: Mapped[str | None] = mapped_column(String(32), index=True)
    step_id: Mapped[str | None] = mapped_column(String(32))
    generation: Mapped[int | None]
    recipient: Mapped[str] = mapped_column(String(12))
    message: Mapped[str] = mapped_column(String(40))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    code: Mapped[str | None] = mapped_column(String(60))


class IdempotencyRow(Base):
    """The answer that a person's key already has."""

    __tablename__ = "idempotency"
    person_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    request_sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    body: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
