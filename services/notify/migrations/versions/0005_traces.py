"""In which span a message was said, and a mail asked for, so that the trace goes on with it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("traceparent", sa.String(length=55), nullable=True))
    op.add_column("notifications", sa.Column("traceparent", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("notifications", "traceparent")
    op.drop_column("outbox", "traceparent")
