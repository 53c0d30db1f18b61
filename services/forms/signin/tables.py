"""The tables of signing in. Tokens are kept as hashes; codes are notify's alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.forms.database import Base
from shared.database import UtcDateTime


class ChallengeRow(Base):
    """A right password, waiting for its second step; `checks` counts codes of an app alone,
    `came_back` is the last message with a code that did not arrive."""

    __tablename__ = "signin_challenge"
    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    login_id: Mapped[str] = mapped_column(String(40))
    verification_id: Mapped[str] = mapped_column(String(32), index=True)
    started: Mapped[bool] = mapped_column(default=False)
    checks: Mapped[int] = mapped_column(default=0, server_default="0")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    came_back: Mapped[str | None] = mapped_column(String(40))


class SessionRow(Base):
    """Somebody signed in; `use` page (cookie) or api (bearer), `way` code or university: then
    `subject` and `provider_session` are who and which session they are there, as hashes."""

    __tablename__ = "signin_session"
    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    login_id: Mapped[str] = mapped_column(String(40), index=True)
    use: Mapped[str] = mapped_column(String(4))
    way: Mapped[str] = mapped_column(String(10), default="code", server_default="code")
    subject: Mapped[str | None] = mapped_column(String(64), index=True)
    provider_session: Mapped[str | None] = mapped_column(String(64), index=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class LimitRow(Base):
    """How often something failed; the key is an HMAC, so that no address is kept."""

    __tablename__ = "signin_limit"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    closed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CredentialRow(Base):
    """An invitation or a link for a forgotten password, of the present generation."""

    __tablename__ = "signin_credential"
    __table_args__ = (UniqueConstraint("login_id", "purpose"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    login_id: Mapped[str] = mapped_column(String(40))
    purpose: Mapped[str] = mapped_column(String(12))
    generation: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AuthenticatorRow(Base):
    """An authenticator app, its secret sealed; without `confirmed_at` not in use yet."""

    __tablename__ = "signin_authenticator"
    login_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(8))
    sealed: Mapped[str] = mapped_column(String(120))
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_step: Mapped[int] = mapped_column(BigInteger)


class RemovedAppRow(Base):
    """An authenticator app that an office took away from whoever lost it, and why."""

    __tablename__ = "signin_removed_app"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    login_id: Mapped[str] = mapped_column(String(40), index=True)
    student_id: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    who: Mapped[str] = mapped_column(String(40))  # the id of the member of staff
    reason: Mapped[str] = mapped_column(String(200))


class RecoveryRow(Base):
    """A recovery code that was not used yet."""

    __tablename__ = "signin_recovery"
    code_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    login_id: Mapped[str] = mapped_column(String(40), index=True)
