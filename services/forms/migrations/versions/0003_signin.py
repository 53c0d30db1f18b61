"""Signing in: challenges, sessions, limits, links for passwords."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signin_challenge",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("login_id", sa.String(length=40), nullable=False),
        sa.Column("verification_id", sa.String(length=32), nullable=False),
        sa.Column("started", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_signin_challenge")),
    )
    op.create_index(
        op.f("ix_signin_challenge_expires_at"), "signin_challenge", ["expires_at"], unique=False
    )
    op.create_table(
        "signin_credential",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("login_id", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signin_credential")),
        sa.UniqueConstraint("login_id", "purpose", name=op.f("uq_signin_credential_login_id")),
    )
    op.create_table(
        "signin_limit",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_signin_limit")),
    )
    op.create_index(op.f("ix_signin_limit_since"), "signin_limit", ["since"], unique=False)
    op.create_table(
        "signin_session",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("login_id", sa.String(length=40), nullable=False),
        sa.Column("use", sa.String(length=4), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_signin_session")),
        sa.UniqueConstraint("id", name=op.f("uq_signin_session_id")),
    )
    op.create_index(
        op.f("ix_signin_session_expires_at"), "signin_session", ["expires_at"], unique=False
    )
    op.create_index(
        op.f("ix_signin_session_login_id"), "signin_session", ["login_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_signin_session_login_id"), table_name="signin_session")
    op.drop_index(op.f("ix_signin_session_expires_at"), table_name="signin_session")
    op.drop_table("signin_session")
    op.drop_index(op.f("ix_signin_limit_since"), table_name="signin_limit")
    op.drop_table("signin_limit")
    op.drop_table("signin_credential")
    op.drop_index(op.f("ix_signin_challenge_expires_at"), table_name="signin_challenge")
    op.drop_table("signin_challenge")
