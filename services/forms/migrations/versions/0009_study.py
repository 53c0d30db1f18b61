"""What requests about advisor, major and terms need of the register (ADV, MAJ, IQE, TRM)."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("professor") as table:
        table.add_column(sa.Column("kind", sa.String(length=10), nullable=True))
        table.add_column(sa.Column("major_code", sa.String(length=40), nullable=True))
        table.create_foreign_key(op.f("fk_professor_major_code"), "major", ["major_code"], ["code"])
    with op.batch_alter_table("student") as table:
        table.add_column(sa.Column("joint_advisor_id", sa.String(length=40), nullable=True))
        table.create_foreign_key(
            op.f("fk_student_joint_advisor_id"), "professor", ["joint_advisor_id"], ["id"]
        )
    with op.batch_alter_table("semester") as table:
        table.add_column(sa.Column("post_coursework_krw", sa.BigInteger(), nullable=True))
        table.add_column(
            sa.Column("degree_credits", sa.JSON(), nullable=False, server_default="{}")
        )
    with op.batch_alter_table("semester") as table:
        table.alter_column("degree_credits", server_default=None)
    op.create_table(
        "milestone",
        sa.Column("student_id", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("semester", sa.String(length=6), nullable=False),
        sa.Column("semesters", sa.Integer(), nullable=False),
        sa.Column("application", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["student.id"],
            name=op.f("fk_milestone_student_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("student_id", "what", "semester", name=op.f("pk_milestone")),
    )


def downgrade() -> None:
    op.drop_table("milestone")
    with op.batch_alter_table("semester") as table:
        table.drop_column("degree_credits")
        table.drop_column("post_coursework_krw")
    with op.batch_alter_table("student") as table:
        table.drop_constraint(op.f("fk_student_joint_advisor_id"), type_="foreignkey")
        table.drop_column("joint_advisor_id")
    with op.batch_alter_table("professor") as table:
        table.drop_constraint(op.f("fk_professor_major_code"), type_="foreignkey")
        table.drop_column("major_code")
        table.drop_column("kind")
