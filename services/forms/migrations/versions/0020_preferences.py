"""What somebody chose for themselves: language, and where codes go first."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("account") as table:
        table.add_column(sa.Column("language", sa.String(length=2), nullable=True))
        table.add_column(sa.Column("channel", sa.String(length=5), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("account") as table:
        table.drop_column("channel")
        table.drop_column("language")
