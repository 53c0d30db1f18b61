"""Virtual accounts, the bank's files of payments, and which transfer a payment came of."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "virtual_account",
        sa.Column("student_id", sa.String(length=40), nullable=False),
        sa.Column("bank_ko", sa.String(length=60), nullable=False),
        sa.Column("bank_en", sa.String(length=60), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["student.id"],
            name=op.f("fk_virtual_account_student_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("student_id", name=op.f("pk_virtual_account")),
        sa.UniqueConstraint("number", name=op.f("uq_virtual_account_number")),
    )
    op.create_table(
        "bank_file",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entered_by", sa.String(length=40), nullable=True),
        sa.Column("results", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_file")),
    )
    op.create_table(
        "bank_transfer",
        sa.Column("transaction", sa.String(length=60), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("krw", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("student_id", sa.String(length=40), nullable=False),
        sa.Column("semester", sa.String(length=6), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["bank_file.id"], name=op.f("fk_bank_transfer_file_id")
        ),
        sa.PrimaryKeyConstraint("transaction", name=op.f("pk_bank_transfer")),
    )
    op.create_index(op.f("ix_bank_transfer_student_id"), "bank_transfer", ["student_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_bank_transfer_student_id"), "bank_transfer")
    op.drop_table("bank_transfer")
    op.drop_table("bank_file")
    op.drop_table("virtual_account")
