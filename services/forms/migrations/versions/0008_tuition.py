"""When an application lapses (EXT-03), and what was granted about a semester's tuition."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("application") as table:
        table.add_column(sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=True))
        table.create_index(op.f("ix_application_lapses_at"), ["lapses_at"])
    op.create_table(
        "tuition_arrangement",
        sa.Column("student_id", sa.String(length=40), nullable=False),
        sa.Column("semester", sa.String(length=6), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("application", sa.String(length=20), nullable=False),
        sa.Column("extent", sa.String(length=20), nullable=True),
        sa.Column("pay_on", sa.Date(), nullable=True),
        sa.Column("installments", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["student.id"],
            name=op.f("fk_tuition_arrangement_student_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "student_id", "semester", "what", name=op.f("pk_tuition_arrangement")
        ),
    )


def downgrade() -> None:
    op.drop_table("tuition_arrangement")
    with op.batch_alter_table("application") as table:
        table.drop_index(op.f("ix_application_lapses_at"))
        table.drop_column("lapses_at")
