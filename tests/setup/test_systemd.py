"""The units that operators install: systemd reads them without a word, and what they start works.

What a unit says is read by systemd's own checker, and then done as systemd would do it: its
settings from the files that it names and nothing of ours, its ExecStart. A systemd itself needs
more rights than tests may have: `tests/systemd/drill.py` runs one.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from string import Template

import httpx
import pytest

from services.routes import SERVICES
from tests.parts.etc import Etc
from tests.parts.fixtures import need
from tests.parts.ports import PATIENCE, wait_until
from tests.parts.postgres import PostgresServer
from tests.parts.rabbitmq import RabbitServer

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "systemd").glob("*.service"))
HOME, SETTINGS, DATA = "/srv/dojang", "/etc/dojang", "/var/lib/dojang"  # on a machine
CHECKER = "systemd-analyze"
EXPOSURE_MOST = 20  # of 100, by the checker's own measure; 17 today
BARE = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}  # what systemd itself gives


class Unit:
    """One unit file for one department, upon an `/etc/dojang` and `/srv/dojang` elsewhere."""

    def __init__(self, path: Path, department: str, etc: Path) -> None:
        self.name = f"{path.stem}{department}"
        text = path.read_text("utf-8").replace("%i", department)
        lines = [line.partition("=") for line in text.splitlines() if not line.startswith("#")]
        self._pairs = [(key, value) for key, _, value in lines]
        self._etc = etc

    def all(self, key: str) -> list[str]:
        """Every value of a key."""
        return [value for one, value in self._pairs if one == key]

    def environment(self) -> dict[str, str]:
        """What its files say; one without a dash must be there."""
        found = dict(BARE)
        for name in self.all("EnvironmentFile"):
            path = Path(name.lstrip("-").replace(SETTINGS, str(self._etc)))
            if path.exists() or not name.startswith("-"):
                pairs = (line.partition("=") for line in path.read_text().splitlines())
                found |= {key: value for key, _, value in pairs}
        return found

    def start(self, log: Path) -> subprocess.Popen[bytes]:
        """Do what ExecStart says."""
        (command,) = self.all("ExecStart")
        words = [
            Template(word).substitute(self.environment())
            for word in shlex.split(command.replace(HOME, str(ROOT)))
        ]
        (umask,) = self.all("UMask")
        with log.open("wb") as file:
            return subprocess.Popen(
                words, env=self.environment(), cwd="/", umask=int(umask, 8),
                stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True,
            )  # fmt: skip


@pytest.fixture(scope="module")
def etc(
    rabbitmq: RabbitServer, postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Etc:
    made = Etc(
        tmp_path_factory.mktemp("etc"), rabbitmq, postgres, str(tmp_path_factory.mktemp("var"))
    )
    done = dojang(made, "migrate")
    assert done.returncode == 0, done.stderr
    return made


def dojang(etc: Etc, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command of the operator's, who knows all databases."""
    return subprocess.run(
        [str(ROOT / ".venv/bin/dojang"), *arguments],
        env=BARE | etc.operator, cwd="/", capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def started(etc: Etc) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """All six units."""
    units = [Unit(path, one, etc.folder) for path in UNITS for one in SERVICES]
    running = {unit.name: unit.start(etc.folder / f"{unit.name}.log") for unit in units}
    try:
        yield running
    finally:
        for process in running.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_the_units_are_those_that_the_document_names() -> None:
    page = (ROOT / "docs" / "operating.md").read_text("utf-8")
    assert len(UNITS) == 2
    assert all(f"systemd/{path.name}" in page for path in UNITS)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_understands_every_line(path: Path, tmp_path: Path) -> None:
    need(None if shutil.which(CHECKER) else f"{CHECKER} is missing (Debian: systemd)")
    copy = tmp_path / path.name
    copy.write_text(path.read_text("utf-8").replace(HOME, str(ROOT)))
    said = analyze("verify", str(copy))
    assert said.returncode == 0, said.stderr
    assert path.stem not in said.stderr, said.stderr
    most = f"--threshold={EXPOSURE_MOST}"
    said = analyze("security", "--offline=true", "--no-pager", most, str(copy))
    assert said.returncode == 0, said.stdout


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([CHECKER, *arguments], capture_output=True, text=True, check=False)


def test_what_the_units_start_serves_works_and_stops_in_order(
    etc: Etc, started: dict[str, subprocess.Popen[bytes]]
) -> None:
    for one in SERVICES:
        web = started[f"dojang-web@{one}"]
        wait_until(partial(is_ready, etc.url(one)), seconds=60, what=one, alive=web)
    troubles = {"no_consumer", "broker_unavailable"}
    wait_until(lambda: not findings(etc) & troubles, seconds=60, what="the workers")
    for process in started.values():
        process.send_signal(signal.SIGTERM)
    ended = {name: process.wait(60 * PATIENCE) for name, process in started.items()}
    assert set(ended.values()) == {0}, ended


def is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def findings(etc: Etc) -> set[str]:
    """What `dojang doctor` says, by code."""
    said = dojang(etc, "doctor", "--json").stdout.splitlines()
    return {json.loads(line).get("code", "") for line in said}
