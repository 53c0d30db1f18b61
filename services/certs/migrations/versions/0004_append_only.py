"""The ledger is append-only by the database's own word: no entry is changed or removed.

A later migration that makes the table anew on SQLite (batch_alter_table) loses
its triggers with it and must create them again.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SAYS = "the ledger is append-only"
DEEDS = ("UPDATE", "DELETE")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _on_postgresql()
        return
    for deed in DEEDS:
        op.execute(
            f"CREATE TRIGGER ledger_no_{deed.lower()} BEFORE {deed} ON ledger "
            f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
        )


def _on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{SAYS}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER ledger_no_change BEFORE UPDATE OR DELETE ON ledger "
        "FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only()"
    )
    op.execute(
        "CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON ledger "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER ledger_no_truncate ON ledger")
        op.execute("DROP TRIGGER ledger_no_change ON ledger")
        op.execute("DROP FUNCTION ledger_is_append_only()")
        return
    for deed in DEEDS:
        op.execute(f"DROP TRIGGER ledger_no_{deed.lower()}")
