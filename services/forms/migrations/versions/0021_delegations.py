"""Somebody signs on behalf of a professor: one request, or on days of absence."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "delegation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("professor_id", sa.String(length=40), nullable=False),
        sa.Column("delegate_id", sa.String(length=40), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index(op.f("ix_delegation_professor_id"), "delegation", ["professor_id"])
    key = op.f("fk_approval_step_delegation_id_delegation")
    with op.batch_alter_table("approval_step") as table:
        table.add_column(sa.Column("delegation_id", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("acted_from", sa.Integer(), nullable=True))
        table.add_column(sa.Column("acted_until", sa.Integer(), nullable=True))
        table.add_column(sa.Column("behalf_ko", sa.String(length=100), nullable=True))
        table.add_column(sa.Column("behalf_en", sa.String(length=100), nullable=True))
        table.create_foreign_key(key, "delegation", ["delegation_id"], ["id"])
        table.create_index(op.f("ix_approval_step_delegation_id"), ["delegation_id"])


def downgrade() -> None:
    key = op.f("fk_approval_step_delegation_id_delegation")
    with op.batch_alter_table("approval_step") as table:
        table.drop_index(op.f("ix_approval_step_delegation_id"))
        table.drop_constraint(key, type_="foreignkey")
        for name in ("behalf_en", "behalf_ko", "acted_until", "acted_from", "delegation_id"):
            table.drop_column(name)
    op.drop_table("delegation")
