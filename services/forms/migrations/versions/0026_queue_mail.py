"""Which mail held a professor's link to all that waits, so that its bounce leads to their steps."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("professor_queue") as table:
        table.add_column(sa.Column("mail_id", sa.String(length=32), nullable=True))
        table.create_index("ix_professor_queue_mail_id", ["mail_id"])


def downgrade() -> None:
    with op.batch_alter_table("professor_queue") as table:
        table.drop_index("ix_professor_queue_mail_id")
        table.drop_column("mail_id")
