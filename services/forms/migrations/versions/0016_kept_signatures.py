"""The round in which a kept signature was given."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("approval_step") as table:
        table.add_column(sa.Column("signed_round", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("approval_step") as table:
        table.drop_column("signed_round")
