"""What leaving, coming back and money back need of the register (WDR, RDM, REF, TUI-06)."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("student") as table:
        table.add_column(sa.Column("ending_asked_on", sa.Date(), nullable=True))
    with op.batch_alter_table("tuition_arrangement") as table:
        table.add_column(sa.Column("krw", sa.BigInteger(), nullable=True))
    op.create_table(
        "readmission",
        sa.Column("student_id", sa.String(length=40), nullable=False),
        sa.Column("semester", sa.String(length=6), nullable=False),
        sa.Column("application", sa.String(length=20), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("advisor", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["student.id"],
            name=op.f("fk_readmission_student_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["advisor"], ["professor.id"], name=op.f("fk_readmission_advisor")),
        sa.PrimaryKeyConstraint("student_id", "semester", name=op.f("pk_readmission")),
    )
    op.create_table(
        "readmission_bar",
        sa.Column("student_id", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["student.id"],
            name=op.f("fk_readmission_bar_student_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("student_id", name=op.f("pk_readmission_bar")),
    )


def downgrade() -> None:
    op.drop_table("readmission_bar")
    op.drop_table("readmission")
    with op.batch_alter_table("tuition_arrangement") as table:
        table.drop_column("krw")
    with op.batch_alter_table("student") as table:
        table.drop_column("ending_asked_on")
