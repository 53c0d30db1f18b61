"""The servers that tests share, one of each for a test run.

Where a server is not installed, its tests are skipped with the reason; on a
machine that sets CI they fail instead, so that nothing goes unproved unseen.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parts import postgres as postgres_part
from tests.parts import rabbitmq as rabbitmq_part
from tests.parts.postgres import PostgresServer
from tests.parts.rabbitmq import RabbitServer
from tests.parts.s3 import S3Server


@pytest.fixture(scope="session")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitServer]:
    """A running RabbitMQ for the whole run; who kills it starts it again."""
    need(rabbitmq_part.why_not())
    server = RabbitServer(tmp_path_factory.mktemp("rabbitmq"))
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A running PostgreSQL for the whole run.

    Not in pytest's own folder: every pytest that starts closes that to other users, and the
    server is another user.
    """
    need(postgres_part.why_not())
    with tempfile.TemporaryDirectory(prefix="dojang-postgres-") as folder:
        server = PostgresServer(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.close()


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A running S3 server for the whole run; who kills or hangs one starts one of their own."""
    server = S3Server(tmp_path_factory.mktemp("s3"))
    try:
        server.start()
        yield server
    finally:
        server.kill()


def need(why_not: str | None) -> None:
    """Skip with the reason, or fail where CI promises that everything is there."""
    if why_not is None:
        return
    if os.environ.get("CI"):
        pytest.fail(f"{why_not}, and CI must run these tests")
    pytest.skip(why_not)
