"""Which message of a sign-in's codes came back, so that another way is offered."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("signin_challenge") as table:
        table.add_column(sa.Column("came_back", sa.String(length=40), nullable=True))
        table.create_index("ix_signin_challenge_verification_id", ["verification_id"])


def downgrade() -> None:
    with op.batch_alter_table("signin_challenge") as table:
        table.drop_index("ix_signin_challenge_verification_id")
        table.drop_column("came_back")
