"""The drill: yesterday's backup comes back, the store is newer, and no number is given twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from services import demo, launcher
from services.certs.checking.check import Asked, check_documents
from services.certs.checking.finding import Tally
from shared.database import Database, migrate
from shared.errors import Conflict, Permanent
from shared.files import FolderStore
from shared.files.naming import Named
from shared.settings import Settings
from tests.parts.postgres import PostgresServer
from tests.parts.product import Embedded
from tests.people import Cast
from tests.test_certificates import asked_for, who_may

KIND = "certificate_enrollment"
ROOT = Path(__file__).parents[1]


@dataclass
class Town:
    """A product that issued papers, was backed up while it ran, and issued more."""

    product: Embedded
    backup: Path
    before: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return Settings.read({"DOJANG_DATA": str(self.product.data)})

    def issue(self) -> str:
        """One more certificate; its number."""
        student = who_may(Cast(self.product.url), KIND)
        made = asked_for(student, KIND, "ko").json()
        return str(demo.document_of(student, made["id"])["number"])

    def numbers(self) -> set[str]:
        """The numbers of all applications."""
        file = sqlite3.connect(self.product.data / "forms.sqlite")
        found = {number for (number,) in file.execute("SELECT number FROM application")}
        file.close()
        return found


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    product = Embedded(tmp_path_factory.mktemp("product"))
    product.start()
    made = Town(product, tmp_path_factory.mktemp("backups") / "monday")
    made.before = [made.issue() for _ in range(2)]
    product.processes.run("backup", str(made.backup))
    made.lost = [made.issue()]
    yield made
    product.stop()


def test_the_restored_installation_is_whole_knows_the_newer_files_and_repeats_no_number(
    town: Town,
) -> None:
    given = town.numbers()
    town.product.stop()
    said = launcher.restore(town.settings, town.backup, replace=True)
    assert said.startswith("Restored as of ")
    assert len(town.numbers()) == len(given) - 1
    assert (town.product.data / "forms.sqlite.before-restore").exists()
    found, tally = _check(town)
    assert tally.wrong == 0
    assert tally.documents == len(town.before)
    orphans = [one for one in found if one.code == "file_unreferenced"]
    assert len(orphans) == 1
    assert (town.product.data / "files" / str(orphans[0].file)[:2] / str(orphans[0].file)).exists()
    town.product.start_again()
    new = [town.issue() for _ in range(2)]
    assert not set(new) & {*town.before, *town.lost}
    again = town.numbers()
    assert len(again & given) == len(town.before)  # those of the backup alone
    assert min(int(one[-5:]) for one in again - given) > 1000
    for number in (*town.before, *new):
        assert _asked(town, number) == "issued"
    assert _asked(town, town.lost[0]) == "unknown"


def _asked(town: Town, number: str) -> str:
    """What anybody is told of a number."""
    answer = httpx.get(f"{town.product.url}/api/v1/verify/{number}")
    return str(answer.json()["status"])


def _check(town: Town) -> tuple[list[object], Tally]:
    """What `dojang documents check` would find two hours later, when no file is young."""
    databases = [Database(town.settings.database_url(one)) for one in ("forms", "certs", "notify")]
    named = Named(town.product.data / "named.sqlite", databases)
    tally = Tally()
    asked = Asked(datetime.now(UTC) + timedelta(hours=2), named)
    store = FolderStore(town.product.data / "files")
    found = list(check_documents(databases[1], store, asked, tally))
    named.close()
    (town.product.data / "named.sqlite").unlink()
    for one in databases:
        one.close()
    return found, tally


def test_a_backup_that_was_changed_and_a_folder_in_use_are_refused(
    town: Town, tmp_path: Path
) -> None:
    with pytest.raises(Conflict, match="not empty"):
        launcher.back_up(town.settings, town.backup)
    with pytest.raises(Permanent, match="Another Dojang serves"):
        launcher.restore(town.settings, town.backup, True)
    elsewhere = Settings.read({"DOJANG_DATA": str(tmp_path / "elsewhere")})
    with pytest.raises(Permanent, match="no whole backup"):
        launcher.restore(elsewhere, tmp_path, False)
    path = town.backup / "certs.sqlite"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"x")
    try:
        with pytest.raises(Permanent, match=r"changed since: certs\.sqlite"):
            launcher.restore(elsewhere, town.backup, False)
    finally:
        path.write_bytes(whole)
    launcher.restore(elsewhere, town.backup, False)
    with pytest.raises(Conflict, match="--replace"):
        launcher.restore(elsewhere, town.backup, False)


def test_postgresql_is_dumped_and_restored_and_numbers_go_on_later(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    environ = {
        "DOJANG_DATA": str(tmp_path / "data"),
        "DOJANG_BROKER": "amqp://nobody@127.0.0.1:1/",
        **{f"DOJANG_{one}_DATABASE": postgres.url() for one in ("FORMS", "CERTS", "NOTIFY")},
    }
    settings = Settings.read(environ)
    settings.data_folder.mkdir()
    database = Database(settings.database_url("forms"))
    for one in ("forms", "certs", "notify"):
        migrating = Database(settings.database_url(one))
        migrate(migrating, ROOT / "services" / one)
        migrating.close()
    with database.write() as session:
        session.execute(_sql("INSERT INTO application_counter VALUES ('W', 2026, 41)"))
    launcher.back_up(settings, tmp_path / "backup")
    with database.write() as session:
        session.execute(_sql("UPDATE application_counter SET last = 60"))
    database.close()
    launcher.restore(settings, tmp_path / "backup", False)
    database = Database(settings.database_url("forms"))
    with database.read() as session:
        assert session.scalar(_sql("SELECT last FROM application_counter")) == 1041
    database.close()


def _sql(text: str) -> object:
    from sqlalchemy import text as sql

    return sql(text)
