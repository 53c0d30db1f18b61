"""Authenticator apps (TOTP) as the second step of signing in, and their recovery codes."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("signin_challenge") as table:
        table.add_column(sa.Column("checks", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "signin_authenticator",
        sa.Column("login_id", sa.String(length=40), nullable=False),
        sa.Column("key_id", sa.String(length=8), nullable=False),
        sa.Column("sealed", sa.String(length=120), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("login_id", name=op.f("pk_signin_authenticator")),
    )
    op.create_table(
        "signin_recovery",
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("login_id", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("code_sha256", name=op.f("pk_signin_recovery")),
    )
    op.create_index(op.f("ix_signin_recovery_login_id"), "signin_recovery", ["login_id"])


def downgrade() -> None:
    op.drop_table("signin_recovery")
    op.drop_table("signin_authenticator")
    with op.batch_alter_table("signin_challenge") as table:
        table.drop_column("checks")
