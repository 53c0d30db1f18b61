"""What waits for an answer, so that it is said again when none comes."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

UNANSWERED = sa.text("payload IS NOT NULL AND published_at IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "outbox_unanswered",
        "outbox",
        ["try_after"],
        sqlite_where=UNANSWERED,
        postgresql_where=UNANSWERED,
    )


def downgrade() -> None:
    op.drop_index("outbox_unanswered", "outbox")
