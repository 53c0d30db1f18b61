"""A real S3 server for tests: moto's, as a process of its own that a test may hang or kill.

It keeps what it is given in memory, so a killed one comes back empty.
"""

from __future__ import annotations

import itertools
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import boto3
from botocore.config import Config

from shared.files.address import Bucket
from tests.parts.ports import free_port, wait_until

CREDENTIALS: Mapping[str, str] = {
    "AWS_ACCESS_KEY_ID": "dojang",
    "AWS_SECRET_ACCESS_KEY": "test-only",
}
REGION = "us-east-1"


class S3Server:
    """One server; `bucket()` gives an empty bucket to each test that asks."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._log = folder / "s3.log"
        self._names = (f"papers-{n}" for n in itertools.count(1))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, empty; back when it takes connections."""
        with open(self._log, "ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, **CREDENTIALS, "AWS_DEFAULT_REGION": REGION},
            )  # fmt: skip
        wait_until(self._listens, seconds=90, what="S3", alive=self._process)

    def bucket(self, prefix: str = "dojang") -> Bucket:
        """A new empty bucket."""
        name = next(self._names)
        self.client().create_bucket(Bucket=name)
        return Bucket(name, prefix, self.endpoint, REGION)

    def client(self):  # type: ignore[no-untyped-def]  # boto3 makes its classes as it runs
        """Amazon's own library at the server: what others see of a bucket."""
        return boto3.client(
            "s3", endpoint_url=self.endpoint, region_name=REGION,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"max_attempts": 1}),
        )  # fmt: skip

    def hang(self) -> None:
        """It keeps its connections and answers nothing (SIGSTOP)."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """It answers again."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """It is away: connections are refused."""
        if self._process is not None:
            self._signal(signal.SIGKILL)
            self._process.wait(30)
            self._process = None

    def _signal(self, what: signal.Signals) -> None:
        assert self._process is not None
        os.killpg(self._process.pid, what)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def address_of(bucket: Bucket) -> str:
    """A bucket as DOJANG_FILES says it."""
    return f"s3://{bucket.name}/{bucket.prefix}?endpoint={bucket.endpoint}"
