"""What the limits of verification codes count: destination, block and network; wrong codes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
COUNTED = ("destination", "block", "network")


def upgrade() -> None:
    with op.batch_alter_table("verifications") as table:
        table.add_column(sa.Column("network", sa.String(), server_default="", nullable=False))
    with op.batch_alter_table("verification_sends") as table:
        for name in COUNTED:
            table.add_column(sa.Column(name, sa.String(), server_default="", nullable=False))
            table.create_index(f"ix_verification_sends_{name}", [name, "at"])
    op.create_table(
        "verification_misses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_misses")),
    )
    for name in ("person", "network"):
        op.create_index(f"ix_verification_misses_{name}", "verification_misses", [name, "at"])


def downgrade() -> None:
    op.drop_table("verification_misses")
    with op.batch_alter_table("verification_sends") as table:
        for name in COUNTED:
            table.drop_index(f"ix_verification_sends_{name}")
            table.drop_column(name)
    with op.batch_alter_table("verifications") as table:
        table.drop_column("network")
