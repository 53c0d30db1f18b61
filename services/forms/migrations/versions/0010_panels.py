"""Who signs in a post of the university; several people in one step of an application."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "post",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("post", sa.String(length=40), nullable=False),
        sa.Column("major_code", sa.String(length=40), nullable=True),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("professor_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["major_code"], ["major.code"], name=op.f("fk_post_major_code")),
        sa.ForeignKeyConstraint(
            ["professor_id"], ["professor.id"], name=op.f("fk_post_professor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
    )
    op.create_index(op.f("ix_post_post"), "post", ["post"])
    with op.batch_alter_table("approval_step") as table:
        table.add_column(sa.Column("seat", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("outcome", sa.String(length=12), nullable=True))
        table.drop_constraint(op.f("uq_approval_step_application_id"), type_="unique")
        table.create_unique_constraint(
            op.f("uq_approval_step_application_id"), ["application_id", "round", "n", "seat"]
        )


def downgrade() -> None:
    with op.batch_alter_table("approval_step") as table:
        table.drop_constraint(op.f("uq_approval_step_application_id"), type_="unique")
        table.create_unique_constraint(
            op.f("uq_approval_step_application_id"), ["application_id", "round", "n"]
        )
        table.drop_column("outcome")
        table.drop_column("seat")
    op.drop_index(op.f("ix_post_post"), table_name="post")
    op.drop_table("post")
