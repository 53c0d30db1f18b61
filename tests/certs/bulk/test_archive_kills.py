"""An archivist killed at any moment: the next one makes the same ZIP, announced once."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.messages import ArchiveFinished, ArchiveProgressed
from tests.certs.bulk.scene import Packing
from tests.certs.parts import Office

POINTS = ("compared", "packed", "noted", "listed")


@pytest.mark.parametrize("point", POINTS)
def test_a_zip_goes_on_where_its_maker_died(
    open_office: Callable[..., Office], tmp_path: Path, point: str
) -> None:
    url = f"sqlite:///{tmp_path / 'certs.sqlite'}"
    before = Packing(open_office(url))
    papers = before.papers(3)
    archive_id = before.ask(papers)
    before.office.close()

    assert run(tmp_path, url, point, 1 if point == "listed" else 2) == -signal.SIGKILL

    packing = Packing(open_office(url))
    packing.archivist(chunk_rows=1).drain()
    assert len(packing.said(ArchiveFinished)) == 1
    assert [one.checked for one in packing.said(ArchiveProgressed)] == [1, 2, 3]
    with packing.zip(archive_id) as opened:
        assert opened.testzip() is None
        assert len(opened.namelist()) == 4
    lying = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert len(lying) == 3 + 1 + 4, "papers, the list, four parts of the ZIP, nothing else"


def run(folder: Path, url: str, point: str, pass_number: int) -> int:
    """One life of the archivist; how it ended."""
    return subprocess.run(
        [sys.executable, "-m", "tests.certs.bulk.dying", str(folder), url, point, str(pass_number)],
        check=False, timeout=900, stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[3],
    ).returncode  # fmt: skip
