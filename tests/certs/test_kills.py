"""A worker killed at any moment of an issue: one live document, announced once, and whole."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from services.certs import ledger
from shared.messages import DocumentIssued
from tests.certs.parts import Office, request

POINTS = ("filled", "stored", "entered", "announced", "before commit", "before ack")


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_in_the_middle_leaves_one_document_to_the_next(
    open_office: Callable[..., Office], tmp_path: Path, point: str
) -> None:
    url = f"sqlite:///{tmp_path / 'certs.sqlite'}"
    message = request()
    before = open_office(url)
    before.put(message)
    before.close()

    assert run(tmp_path, url, point) == -signal.SIGKILL

    office = open_office(url)
    office.consumer.drain()
    [document] = office.documents()
    assert office.said()
    for said in office.said():  # once more to whoever asks once more
        assert isinstance(said, DocumentIssued)
        assert (said.number, said.sha256) == (document.number, document.sha256)
    assert office.files.get(document.file_id, document.sha256)
    with office.database.read() as session:
        assert ledger.first_broken(session) is None
        assert len(ledger.history(session, document.number)) == 1
    assert len([path for path in (tmp_path / "files").rglob("*") if path.is_file()]) == 1


def run(folder: Path, url: str, point: str) -> int:
    """One life of the worker; how it ended."""
    return subprocess.run(
        [sys.executable, "-m", "tests.certs.dying", str(folder), url, point],
        check=False, timeout=600, stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    ).returncode  # fmt: skip
