"""What somebody chose: text messages beside the mails, and hours in which what can wait waits."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("account") as table:
        table.add_column(
            sa.Column("texts", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        table.add_column(sa.Column("quiet", sa.String(length=5), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("account") as table:
        table.drop_column("quiet")
        table.drop_column("texts")
