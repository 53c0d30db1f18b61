"""Whose session at the campus identity provider a session of ours came from, as hashes."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None
NAMES = ("subject", "provider_session")


def upgrade() -> None:
    with op.batch_alter_table("signin_session") as table:
        for name in NAMES:
            table.add_column(sa.Column(name, sa.String(length=64), nullable=True))
            table.create_index(f"ix_signin_session_{name}", [name])


def downgrade() -> None:
    with op.batch_alter_table("signin_session") as table:
        for name in NAMES:
            table.drop_index(f"ix_signin_session_{name}")
            table.drop_column(name)
