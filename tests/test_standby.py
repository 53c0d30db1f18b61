"""PostgreSQL with a standby, as docs/operating.md has it: the first server is lost, nothing else.

A real server, ended with SIGKILL and never seen again; the second one takes its
place by the operator's own statements, and no setting of Dojang is changed.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from services.demo import DemoFailed, Person, document_of
from services.routes import SERVICES
from tests.parts import postgres as postgres_part
from tests.parts import rabbitmq as rabbitmq_part
from tests.parts.fixtures import need
from tests.parts.outages import assert_one_right_paper, patiently, until
from tests.parts.ports import wait_until
from tests.parts.postgres import PostgresServer
from tests.parts.product import InEarnest
from tests.parts.rabbitmq import RabbitServer
from tests.people import Cast
from tests.test_certificates import asked_for

STUDENTS = 3
ANSWERED = 6  # requests before the kill, and as many after it
KIND = "certificate_enrollment"
DUMPS = {f"{service}.dump" for service in SERVICES}


class Pair:
    """A server, and a second one without which it confirms nothing."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o755)
        self._folder = folder
        self.first = PostgresServer(folder / "first")
        self.first.start()
        self.second = self._follow(self.first, "second")

    def url(self) -> str:
        """A new, empty database, wherever it can be written: both servers are named."""
        name = urlsplit(self.first.url()).path
        return (
            f"postgresql://postgres@{name}?host=127.0.0.1,127.0.0.1"
            f"&port={self.first.port},{self.second.port}&target_session_attrs=read-write"
        )

    def promote(self) -> None:
        """The second one takes the place of the first, which is gone and must stay so."""
        self.second.ask("SELECT pg_promote()")
        self.second.ask("ALTER SYSTEM RESET synchronous_standby_names")
        self.second.ask("SELECT pg_reload_conf()")

    def follow_again(self) -> None:
        """The first one's machine comes back, empty, and follows the second."""
        port = self.first.port
        self.first = self._follow(self.second, "first", port)

    def close(self) -> None:
        """End both."""
        self.second.close()
        self.first.close()

    def _follow(self, server: PostgresServer, name: str, port: int | None = None) -> PostgresServer:
        standby = PostgresServer(self._folder / f"{name}-standby", copied_from=server, name=name)
        standby.port = port or standby.port
        standby.start()
        server.ask(f"ALTER SYSTEM SET synchronous_standby_names = '\"{name}\"'")
        server.ask("SELECT pg_reload_conf()")
        wait_until(
            lambda: server.ask("SELECT sync_state FROM pg_stat_replication") == [("sync",)],
            seconds=30,
            what="the standby",
        )
        return standby


@dataclass
class Campus:
    """A product in earnest on a pair of its own."""

    pair: Pair
    product: InEarnest
    cast: Cast


@pytest.fixture(scope="module")
def campus(rabbitmq: RabbitServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campus]:
    need(rabbitmq_part.why_not())
    need(postgres_part.why_not())
    with tempfile.TemporaryDirectory(prefix="dojang-standby-") as folder:
        pair = Pair(Path(folder))
        product = InEarnest(tmp_path_factory.mktemp("standby"), rabbitmq, pair)
        try:
            product.start()
            yield Campus(pair, product, Cast(product.url))
        finally:
            product.stop()
            pair.close()


@dataclass
class Asking:
    """A student who asks for certificates again and again."""

    student: Person
    over: threading.Event
    made: list[dict[str, Any]] = field(default_factory=list)

    def run(self) -> None:
        """Keep what was answered with 201; of everything else nobody knows anything."""
        while not self.over.is_set():
            try:
                answer = asked_for(self.student, KIND, "en")
            except (httpx.HTTPError, DemoFailed):
                continue
            if answer.status_code == 201:
                self.made.append(answer.json())
            else:
                assert answer.status_code in (429, 502, 503), answer.text
            self.over.wait(0.2)


def test_the_first_server_is_lost_and_all_that_was_answered_is_there(campus: Campus) -> None:
    cast, pair = campus.cast, campus.pair
    sent = cast.send(cast.applicant())
    cast.officer()
    over = threading.Event()
    asking = [Asking(one, over) for one in students(cast)]
    with ThreadPoolExecutor(STUDENTS) as pool:
        running = [pool.submit(one.run) for one in asking]
        try:
            until(lambda: count(asking) >= ANSWERED)
            pair.first.kill()
            before = count(asking)
            pair.promote()
            until(lambda: count(asking) >= before + ANSWERED)
        finally:
            over.set()
    for one in running:
        one.result()
    made = [(one.student, answer) for one in asking for answer in one.made]
    assert no_two_alike([answer["number"] for _, answer in made])
    papers = [patiently(partial(document_of, who, answer["id"])) for who, answer in made]
    assert no_two_alike([paper["number"] for paper in papers])
    cast.sign_both(sent)
    assert cast.at_desk(sent, "approve").status_code == 200
    assert_one_right_paper(cast, sent)
    campus.product.processes.run("documents", "check")


def test_the_machine_comes_back_empty_and_follows_the_other(campus: Campus, tmp_path: Path) -> None:
    """From then on the second server confirms nothing without it; the backup knows where to ask."""
    campus.pair.follow_again()
    student = campus.cast.applicant()
    made = asked_for(student, KIND, "en")
    assert made.status_code == 201, made.text
    assert document_of(student, made.json()["id"])
    campus.product.processes.run("backup", str(tmp_path / "backup"))
    assert {path.name for path in (tmp_path / "backup").glob("*.dump")} == DUMPS


def students(cast: Cast) -> list[Person]:
    """Who ask for certificates."""
    return [cast.applicant() for _ in range(STUDENTS)]


def count(asking: Sequence[Asking]) -> int:
    """How many requests were answered."""
    return sum(len(one.made) for one in asking)


def no_two_alike(numbers: Sequence[str]) -> bool:
    """Whether each was given once; there are some."""
    return len(set(numbers)) == len(numbers) > 0
