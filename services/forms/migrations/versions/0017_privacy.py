"""Who saw whose data; what a trail says of people lies beside its chain with a salt."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("who", sa.String(length=40), nullable=False),
        sa.Column("office", sa.String(length=40), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("student_id", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_access")),
    )
    op.create_index("ix_access_student", "access", ["student_id", "seq"])
    op.create_index(op.f("ix_access_at"), "access", ["at"])
    op.add_column("application_trail", sa.Column("private", sa.JSON(), nullable=True))
    op.add_column("application_trail", sa.Column("salt", sa.String(length=64), nullable=True))
    op.add_column(
        "application_trail",
        sa.Column("told", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_index(op.f("ix_application_trail_told"), "application_trail", ["told"])
    op.add_column("application", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("application", "erased_at")
    op.drop_index(op.f("ix_application_trail_told"), "application_trail")
    op.drop_column("application_trail", "told")
    op.drop_column("application_trail", "salt")
    op.drop_column("application_trail", "private")
    op.drop_table("access")
