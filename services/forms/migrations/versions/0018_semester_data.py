"""A semester's own refund ladder and days without business, editions, what was judged by."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("semester") as table:
        table.add_column(sa.Column("refund_ladder", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("closed_days", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("submission") as table:
        table.add_column(sa.Column("semesters", sa.JSON(), nullable=True))
        table.add_column(sa.Column("findings", sa.JSON(), nullable=True))
    op.create_table(
        "semester_edition",
        sa.Column("semester", sa.String(length=6), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("semester", "version", name=op.f("pk_semester_edition")),
    )


def downgrade() -> None:
    op.drop_table("semester_edition")
    with op.batch_alter_table("submission") as table:
        table.drop_column("findings")
        table.drop_column("semesters")
    with op.batch_alter_table("semester") as table:
        table.drop_column("closed_days")
        table.drop_column("refund_ladder")
