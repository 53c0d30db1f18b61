"""By which way somebody signed in: a code of ours, or the university's own sign-in."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("signin_session") as table:
        way = sa.Column("way", sa.String(length=10), server_default="code", nullable=False)
        table.add_column(way)


def downgrade() -> None:
    with op.batch_alter_table("signin_session") as table:
        table.drop_column("way")
