"""Whose case a notification is and who took it over; who said what in its history."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ADDED = {"notifications": ("kind", "number", "by", "provider_id"), "happenings": ("by",)}
INDEXES = {
    "ix_notifications_provider": ["provider_id"],
    "ix_notifications_number": ["number"],
    "ix_notifications_address": ["address"],
    "ix_notifications_created": ["created_at"],
}


def upgrade() -> None:
    for table, names in ADDED.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in names:
                batch_op.add_column(sa.Column(name, sa.String(), nullable=False, server_default=""))
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in names:
                batch_op.alter_column(name, server_default=None)
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        for name, columns in INDEXES.items():
            batch_op.create_index(name, columns, unique=False)


def downgrade() -> None:
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        for name in INDEXES:
            batch_op.drop_index(name)
    for table, names in ADDED.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in names:
                batch_op.drop_column(name)
