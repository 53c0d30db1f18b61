"""What a professor chose behind the link of their queue: language, digest, quiet hours."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "professor_wish",
        sa.Column("professor_id", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("digest", sa.String(length=6), nullable=False),
        sa.Column("quiet", sa.String(length=5), nullable=False),
        sa.PrimaryKeyConstraint("professor_id", name=op.f("pk_professor_wish")),
    )


def downgrade() -> None:
    op.drop_table("professor_wish")
