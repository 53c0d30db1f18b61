"""What stands on a document lies beside the chain with a salt, and can be erased."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("document_facts", sa.Column("salt", sa.String(length=64), nullable=True))
    op.add_column("document", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("document", "erased_at")
    op.drop_column("document_facts", "salt")
