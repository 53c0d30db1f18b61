"""What an operator sees of `dojang documents check`, beside a running server."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services import demo
from tests.parts.product import Embedded
from tests.people import Cast
from tests.test_certificates import asked_for, who_may

KIND = "certificate_enrollment"


class Town:
    """A running product with two issued certificates, and an operator beside it."""

    def __init__(self, folder: Path) -> None:
        self.product = Embedded(folder)
        self.product.start()
        self.cast = Cast(self.product.url)
        self.student = who_may(self.cast, KIND)
        self.numbers = [self.issue() for _ in range(2)]

    def issue(self) -> str:
        """One certificate more; its number."""
        made = asked_for(self.student, KIND, "ko").json()
        return str(demo.document_of(self.student, made["id"])["number"])

    def check(self, *options: str) -> tuple[int, list[str]]:
        """Exit status and what was printed."""
        done = subprocess.run(
            [sys.executable, "-m", "services.cli", "documents", "check", *options],
            env={**os.environ, "DOJANG_DATA": str(self.product.data)},
            capture_output=True, text=True, timeout=400, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        return done.returncode, (done.stdout + done.stderr).splitlines()

    def file_of(self, number: str) -> Path:
        """Where a document's file lies."""
        database = sqlite3.connect(self.product.data / "certs.sqlite")
        wanted = "SELECT file_id FROM document WHERE number = ?"
        file_id = database.execute(wanted, (number,)).fetchone()[0]
        database.close()
        return Path(self.product.data / "files" / file_id[:2] / file_id)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = Town(tmp_path_factory.mktemp("product"))
    yield made
    made.product.stop()


def test_a_whole_store_is_said_to_be_whole(town: Town) -> None:
    status, said = town.check()
    assert status == 0
    assert said[0] == "2 entries, 2 documents, 2 files: 0 wrong, 0 notes."
    assert said[1].startswith("The chain ends at 2:")


def test_the_printed_end_of_the_chain_is_an_anchor_for_the_next_check(town: Town) -> None:
    anchor = town.check()[1][-1].rpartition(" ")[2]
    assert town.check("--anchor", anchor)[0] == 0
    position, _, noted = anchor.partition(":")
    status, said = town.check("--anchor", f"{position}:{noted[::-1]}")
    assert status == 1
    assert any(line.startswith(f"wrong chain_rewritten entry {position}:") for line in said)
    status, said = town.check("--anchor", "yesterday")
    assert (status, said) == (
        1,
        ["Error: An anchor is POSITION:HASH, as an earlier check printed it."],
    )


def test_damage_is_told_line_by_line_and_the_server_works_on(town: Town) -> None:
    path = town.file_of(town.numbers[0])
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    try:
        status, said = town.check()
        issued = town.issue()  # beside it all
    finally:
        path.write_bytes(whole)
    assert status == 1
    assert said[0] == (
        f"wrong file_damaged {town.numbers[0]} {path.name}: "
        "the file in the store is not the one that was issued"
    )
    assert ": 1 wrong, 0 notes." in said[1]
    assert issued


def test_programs_read_it_as_json_lines(town: Town) -> None:
    path = town.file_of(town.numbers[1])
    away = path.rename(path.with_name("elsewhere"))
    try:
        status, said = town.check("--json")
    finally:
        away.rename(path)
    assert status == 1
    found = [json.loads(line) for line in said]
    by_code = {one["code"]: one for one in found[:-1]}
    assert by_code["file_missing"]["number"] == town.numbers[1]
    assert by_code["file_missing"]["severity"] == "wrong"
    assert found[-1]["wrong"] == 1
    assert len(found[-1]["last_hash"]) == 64


def test_where_there_is_no_ledger_it_says_so_and_makes_nothing(tmp_path: Path, town: Town) -> None:
    status, said = town.check("--data", str(tmp_path / "nothing"))
    assert status == 1
    assert said == ["Error: There is no ledger here: look at --data and DOJANG_…."]
    assert not (tmp_path / "nothing").exists()
