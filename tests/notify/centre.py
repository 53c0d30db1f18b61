"""A real SMPP centre (npm `smpp`, tests/centre), started by a test and scripted to behave badly."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.parts.ports import wait_until

FOLDER = Path(__file__).parents[1] / "centre"
PASSWORD = "s3cret"


class Centre:
    """What it kept: one entry a part, with `to`, `text`, `coding`, `head`; what it was answered."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.port = 0
        self._kept: list[dict[str, Any]] = []
        self.answered: list[int] = []
        self._pongs = 0
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    @property
    def kept(self) -> list[dict[str, Any]]:
        """Everything that it kept until now."""
        wanted = self._pongs + 1
        self._say("ping")
        wait_until(lambda: self._pongs >= wanted, seconds=10, what="the centre's word")
        return self._kept

    def address(self, password: str = PASSWORD) -> str:
        """Its URL for `DOJANG_SMS`."""
        return f"smpp://dojang:{password}@127.0.0.1:{self.port}?from=0212345678&tls=off"

    def tell(self, provider_id: str, state: str) -> None:
        """Send a delivery receipt, and wait for what it is answered."""
        before = len(self.answered)
        self._say(f"receipt {provider_id} {state}")
        wait_until(lambda: len(self.answered) > before, seconds=10, what="an answer to a receipt")

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(10)
        self._reader.join(10)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said = json.loads(line)
            if "port" in said:
                self.port = said["port"]
            elif "answered" in said:
                self.answered.append(said["answered"])
            elif "pong" in said:
                self._pongs += 1
            else:
                self._kept.append(said)


@contextmanager
def sms_centre(*script: str) -> Iterator[Centre]:
    """A centre that is open as long as the block runs."""
    missing = not shutil.which("node") or not (FOLDER / "node_modules" / "smpp").exists()
    if missing:
        reason = "node-smpp is not installed (npm ci --prefix tests/centre)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    process = subprocess.Popen(
        ["node", FOLDER / "centre.js", PASSWORD, *script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    centre = Centre(process)
    try:
        wait_until(lambda: centre.port > 0, seconds=30, what="the SMPP centre", alive=process)
        yield centre
    finally:
        centre.close()
