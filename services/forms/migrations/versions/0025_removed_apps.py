"""Authenticator apps that an office took away from whoever lost them, and why."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signin_removed_app",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("login_id", sa.String(length=40), nullable=False),
        sa.Column("student_id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signin_removed_app")),
    )
    for name in ("login_id", "at"):
        op.create_index(f"ix_signin_removed_app_{name}", "signin_removed_app", [name])


def downgrade() -> None:
    op.drop_table("signin_removed_app")
