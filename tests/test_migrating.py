"""An upgrade while people work: migrations add, and nobody is kept waiting by one.

The old version goes on beside the new schema until it is restarted (docs/operating.md, Upgrading).
So a migration may only add what the old version need not know, and must not stand in its way.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event, text

from services.demo import Person
from services.routes import SERVICES
from shared import database as databases
from shared.database import Database, migrate, newest_revision, revision
from shared.errors import TryLater
from tests.forms.cast import ROOT
from tests.parts.outages import assert_one_right_paper
from tests.parts.postgres import PostgresServer
from tests.parts.product import InEarnest
from tests.parts.rabbitmq import RabbitServer
from tests.people import Cast, Sent

TABLES = {"forms": "application", "certs": "document", "notify": "notifications"}
PACKAGES = {name: ROOT / "services" / name for name in SERVICES}
NEXT = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", "{before}", None, None


def upgrade():
    op.add_column("{table}", sa.Column("of_the_next_version", sa.String(8)))
    op.create_index("ix_of_the_next_version", "{table}", ["of_the_next_version"])
    op.create_table("of_the_next_version", sa.Column("id", sa.Integer, primary_key=True))
"""

# What the version before need not know of and is not disturbed by.
HARMLESS = re.compile(
    r"CREATE (TABLE|UNIQUE INDEX|INDEX|TRIGGER|OR REPLACE FUNCTION|FUNCTION) "
    r"|ALTER TABLE \w+ ADD COLUMN .* DEFAULT "
    r"|ALTER TABLE \w+ ADD COLUMN (?!.* NOT NULL)"
    r"|ALTER TABLE \w+ ALTER COLUMN \w+ DROP NOT NULL"
    r"|ALTER TABLE \w+ DROP CONSTRAINT"  # less is asked of who writes
)
ADDED = re.compile(r"ALTER TABLE \w+ ADD COLUMN (\w+)")
REFERENCE = re.compile(r"ALTER TABLE \w+ ADD CONSTRAINT \w+ FOREIGN KEY\((\w+)\)")
LOOKS = re.compile(r"SELECT|SET LOCAL|CREATE TABLE alembic_version")
BEFORE_ANY = "of before the first release: nothing was installed that writes without them"
# What these do not allow, each with its reason.
KNOWN = {
    ("forms", "0010", "ADD CONSTRAINT uq_approval_step_application_id UNIQUE"):
        "instead of a narrower one: what kept that keeps this",
    ("forms", "0009", "ALTER COLUMN degree_credits DROP DEFAULT"): BEFORE_ANY,
    ("notify", "0004", "DROP DEFAULT"): BEFORE_ANY,
}  # fmt: skip


def statements(database: Database, package: Path) -> Iterator[tuple[str, str]]:
    """What each migration has PostgreSQL do, after its revision."""
    heard: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def _hear(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        heard.append(" ".join(statement.split()))

    migrate(database, package)
    of_this: list[str] = []
    for one in heard:
        if set_to := re.search(r"alembic_version.*?'(\w+)'", one):
            yield from ((set_to[1], each) for each in of_this)
            of_this = []
        elif not LOOKS.match(one):
            of_this.append(one)


def disturbing(name: str, found: list[tuple[str, str]]) -> Iterator[str]:
    """What the version before would run into."""
    added = {(made_by, column[1]) for made_by, one in found if (column := ADDED.match(one))}
    for made_by, one in found:
        reference = REFERENCE.match(one)
        known = any((name, made_by) == key[:2] and key[2] in one for key in KNOWN)
        of_its_own = reference is not None and (made_by, reference[1]) in added
        if not (HARMLESS.match(one) or of_its_own or known):
            yield f"{made_by}: {one}"


@pytest.mark.parametrize("name", SERVICES)
def test_migrations_only_add(name: str, postgres: PostgresServer) -> None:
    database = Database(postgres.url())
    found = list(statements(database, PACKAGES[name]))
    database.close()
    assert [one for one in found if one[1].startswith("CREATE TABLE")], "nothing was heard"
    assert not list(disturbing(name, found))


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE application DROP COLUMN state",
        "ALTER TABLE application RENAME COLUMN state TO stage",
        "ALTER TABLE application ADD COLUMN stage VARCHAR(8) NOT NULL",
        "ALTER TABLE application ALTER COLUMN state SET NOT NULL",
        "ALTER TABLE application ALTER COLUMN state TYPE INTEGER",
        "ALTER TABLE application ADD CONSTRAINT fk FOREIGN KEY(student_id) REFERENCES student (id)",
        "DROP TABLE application",
        "UPDATE application SET state = 'draft'",
    ],
)
def test_what_would_disturb_is_seen(statement: str) -> None:
    assert list(disturbing("forms", [("9999", statement)])) == [f"9999: {statement}"]


@pytest.fixture
def next_version(tmp_path: Path) -> Callable[[str, str], Path]:
    """The package of a department as the next version would have it: one migration more."""

    def make(name: str, table: str) -> Path:
        package = tmp_path / "next" / name
        shutil.copytree(PACKAGES[name] / "migrations", package / "migrations")
        more = NEXT.format(before=newest_revision(PACKAGES[name]), table=table)
        (package / "migrations" / "versions" / "9999_next.py").write_text(more, "utf-8")
        return package

    return make


def test_who_is_at_a_table_is_waited_for_and_nobody_behind_them(
    postgres: PostgresServer,
    next_version: Callable[[str, str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somebody looks for long; a migration that insisted would keep all others from the table."""
    monkeypatch.setattr(databases, "MIGRATE_WAIT_MS", 200)
    monkeypatch.setattr(databases, "MIGRATE_REST_SECONDS", 0.3)
    database = Database(postgres.url())
    migrate(database, PACKAGES["forms"])
    package = next_version("forms", "application")
    with ThreadPoolExecutor(1) as pool:
        with database.read() as long_look:
            long_look.execute(text("SELECT count(*) FROM application"))
            migrating = pool.submit(migrate, database, package)
            looked = 0
            while not migrating.done() and looked < 20:
                with database.read() as short_look:
                    short_look.execute(text("SET LOCAL statement_timeout = 5000"))
                    short_look.execute(text("SELECT count(*) FROM application"))
                looked += 1
                time.sleep(0.1)
            assert not migrating.done(), "it did not wait"
        migrating.result(60)
    assert revision(database) == "9999"
    database.close()


def test_a_table_that_is_never_free_is_said_and_nothing_is_changed(
    postgres: PostgresServer,
    next_version: Callable[[str, str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(databases, "MIGRATE_WAIT_MS", 50)
    monkeypatch.setattr(databases, "MIGRATE_REST_SECONDS", 0.0)
    database = Database(postgres.url())
    migrate(database, PACKAGES["forms"])
    before = revision(database)
    with database.read() as long_look:
        long_look.execute(text("SELECT count(*) FROM application"))
        with pytest.raises(TryLater, match="hold a table"):
            migrate(database, next_version("forms", "application"))
    assert revision(database) == before
    database.close()


def walked(cast: Cast, student: Person) -> Sent:
    """A waiver from its sending to its paper."""
    sent = cast.send(student)
    cast.sign_both(sent)
    assert cast.at_desk(sent, "approve").status_code == 200
    return sent


def test_the_old_version_goes_on_beside_the_new_schema(
    rabbitmq: RabbitServer,
    postgres: PostgresServer,
    next_version: Callable[[str, str], Path],
    tmp_path: Path,
) -> None:
    """Waivers are walked while all three databases get a migration more, and afterwards."""
    product = InEarnest(tmp_path, rabbitmq, postgres)
    product.start()
    try:
        cast = Cast(product.url)
        students = [cast.applicant() for _ in range(3)]
        cast.officer()
        with ThreadPoolExecutor(1) as pool:
            walking = pool.submit(lambda: [walked(cast, one) for one in students])
            for name, table in TABLES.items():
                settings = product.processes.environment
                database = Database(settings[f"DOJANG_{name.upper()}_DATABASE"])
                migrate(database, next_version(name, table))
                assert revision(database) == "9999"
                database.close()
            sent = walking.result(300)
        assert httpx.get(f"{product.url}/readyz").status_code == 200
        for one in sent:
            assert_one_right_paper(cast, one)
    finally:
        product.stop()
