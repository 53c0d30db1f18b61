"""Bulk issues: lists of students, and which application came of a row."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bulk",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("office", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("tell", sa.Boolean(), nullable=False),
        sa.Column("unused", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archives", sa.Integer(), nullable=False),
        sa.Column("archive_id", sa.String(length=32), nullable=True),
        sa.Column("archive_state", sa.String(length=12), nullable=True),
        sa.Column("archive_checked", sa.Integer(), nullable=False),
        sa.Column("archive_documents", sa.Integer(), nullable=True),
        sa.Column("archive_left_out", sa.Integer(), nullable=True),
        sa.Column("archive_size", sa.BigInteger(), nullable=True),
        sa.Column("archive_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archive_trouble", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk")),
        sa.UniqueConstraint("archive_id", name=op.f("uq_bulk_archive_id")),
    )
    op.create_index("ix_bulk_state", "bulk", ["state"], unique=False)
    op.create_index(op.f("ix_bulk_office"), "bulk", ["office"], unique=False)
    op.create_table(
        "bulk_entry",
        sa.Column("bulk_id", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("student_number", sa.String(length=60), nullable=False),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=True),
        sa.Column("application_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_bulk_entry_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["bulk_id"], ["bulk.id"], name=op.f("fk_bulk_entry_bulk_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("bulk_id", "n", name=op.f("pk_bulk_entry")),
        sa.UniqueConstraint("application_id", name=op.f("uq_bulk_entry_application_id")),
    )
    op.create_index("ix_bulk_entry_state", "bulk_entry", ["bulk_id", "state", "n"], unique=False)
    op.add_column("application", sa.Column("bulk_id", sa.String(length=32), nullable=True))
    op.add_column(
        "application",
        sa.Column("quiet", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_index("ix_application_bulk", "application", ["bulk_id", "state"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_application_bulk", table_name="application")
    op.drop_column("application", "quiet")
    op.drop_column("application", "bulk_id")
    op.drop_table("bulk_entry")
    op.drop_table("bulk")
