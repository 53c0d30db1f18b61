"""Letters: their writers' drafts, what was signed, how the paper was delivered."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letter_draft",
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("professor_id", sa.String(length=40), nullable=False),
        sa.Column("letter", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_letter_draft_application_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", "professor_id", name=op.f("pk_letter_draft")),
    )
    op.create_table(
        "signed_letter",
        sa.Column("step_id", sa.String(length=32), nullable=False),
        sa.Column("letter", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["step_id"],
            ["approval_step.id"],
            name=op.f("fk_signed_letter_step_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("step_id", name=op.f("pk_signed_letter")),
    )
    op.create_table(
        "delivery",
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("how", sa.String(length=12), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_delivery_application_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_delivery")),
    )


def downgrade() -> None:
    for table in ("delivery", "signed_letter", "letter_draft"):
        op.drop_table(table)
