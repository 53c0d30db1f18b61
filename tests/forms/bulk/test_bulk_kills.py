"""The worker killed at any moment: each row is asked for once, whoever goes on with the list."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from services.forms.bulk import life
from services.forms.people.demo import accounts
from tests.forms.bulk.scene import Scene

STUDENTS = [one["id"] for one in accounts() if one["role"] == "student"]


def run(folder: Path, point: str, pass_number: int) -> int:
    """One life of the worker; how it ended."""
    return subprocess.run(
        [sys.executable, "-m", "tests.forms.bulk.dying", str(folder), point, str(pass_number)],
        check=False, timeout=900, stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[3],
    ).returncode  # fmt: skip


def test_a_dry_run_goes_on_where_its_worker_died(scene: Scene, tmp_path: Path) -> None:
    scene.send("학번\n" + "\n".join(STUDENTS))
    assert run(tmp_path, "checked", 1) == -signal.SIGKILL
    scene.worker.drain()
    view = scene.view
    assert view.state == "checked"
    assert view.counts["waiting"] + view.counts["refused"] == len(STUDENTS)


@pytest.mark.parametrize(("point", "left"), [("asking", 10), ("asked", 10), ("asking", 0)])
def test_a_list_goes_on_where_its_worker_died(
    scene: Scene, tmp_path: Path, point: str, left: int
) -> None:
    scene.send("학번\n" + "\n".join(STUDENTS))
    scene.worker.drain()
    scene.do(life.start)
    may = scene.view.counts["waiting"]
    assert may > 10, "more than a batch"
    died_at = 1 if left == 0 or point == "asked" else 2
    assert run(tmp_path, point, died_at) == -signal.SIGKILL
    assert scene.view.counts["asked"] == left, "a batch is there whole or not at all"
    requests = []
    while scene.view.state == "issuing":
        scene.worker.drain()
        new = scene.asked()
        scene.answer(new)
        requests += new
    assert len(requests) == len({one.application_id for one in requests}) == may
    assert len({one.facts["holder"] for one in requests}) == may, "nobody has two"
    assert (scene.view.state, scene.view.counts["issued"]) == ("done", may)
