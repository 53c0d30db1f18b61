"""Faults of what the embedded default stands on: SQLite locked, stores that lose a half.

As in `tests/test_faults.py` nobody repairs anything by hand, and the oracle looks afterwards.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx
import pytest

from services import demo
from services.demo import Person
from tests.parts.cutting import CuttingProxy
from tests.parts.oracle import Oracle
from tests.parts.outages import assert_all_is_right, assert_one_right_paper, until
from tests.parts.product import Embedded
from tests.parts.s3 import CREDENTIALS, S3Server, address_of
from tests.people import Cast, Sent
from tests.test_certificates import asked_for, who_may

KIND = "certificate_enrollment"
FILES = ("forms.sqlite", "certs.sqlite", "notify.sqlite", "queue.sqlite")
A_MOMENT_S = 3.0


class Town:
    """A product in one process, its people, and who looks after it."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.product = Embedded(folder, **settings)
        self.product.start()
        self.cast = Cast(self.product.url)
        self.oracle = Oracle(self.product.processes.environment)

    def close(self) -> None:
        self.oracle.close()
        self.product.stop()

    def asks(self, language: str) -> Sent:
        """Somebody asks for a certificate."""
        student = who_may(self.cast, KIND)
        answer = asked_for(student, KIND, language)
        assert answer.status_code == 201, answer.text
        return self.cast.accepted(student, answer.json(), set())

    def download(self, sent: Sent, number: str) -> httpx.Response:
        """What a student gets who wants the paper."""
        path = f"/api/v1/documents/{number}/file"
        answer = sent.student.request("GET", path, params={"format": "pdf"})
        assert answer.status_code == 303, answer.text
        return sent.student.request("GET", answer.headers["Location"])


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with closing(Town(tmp_path_factory.mktemp("town"))) as made:
        yield made


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CuttingProxy]:
    server = S3Server(tmp_path_factory.mktemp("server"))
    server.start()
    try:
        with closing(CuttingProxy(server.bucket("dojang/files"))) as made:
            yield made
    finally:
        server.kill()


@pytest.fixture(scope="module")
def coast(tmp_path_factory: pytest.TempPathFactory, proxy: CuttingProxy) -> Iterator[Town]:
    """A town whose files lie in a bucket, behind a proxy."""
    folder = tmp_path_factory.mktemp("coast")
    with closing(Town(folder, DOJANG_FILES=address_of(proxy.bucket), **CREDENTIALS)) as made:
        yield made


def test_while_the_databases_are_locked_words_are_said_and_nothing_is_half_done(
    town: Town,
) -> None:
    """By another process, all of them, in the middle of an issue, for longer than we wait."""
    cast = town.cast
    sent, student = cast.send(cast.applicant()), cast.applicant()
    cast.sign_both(sent)
    body = {
        "kind": "tuition_waiver",
        "answers": cast.answers(student, "데이터베이스가 잠겼을 때"),
        "submit": True,
    }
    assert cast.at_desk(sent, "approve").status_code == 200
    with locked(town):
        refused = student.request("POST", "/api/v1/applications", json=body)
        assert refused.status_code == 503
        assert refused.json()["type"].endswith("/problems/database_unavailable")
        assert refused.json()["detail"]
        assert student.request("GET", "/api/v1/kinds").status_code == 200, "reading goes on"
    assert_one_right_paper(cast, sent)
    with locked(town, for_s=A_MOMENT_S):
        taken = student.request("POST", "/api/v1/applications", json=body)
    assert taken.status_code == 201, "whoever can wait for it waits"
    other = cast.accepted(student, taken.json(), set())
    cast.sign_both(other)
    assert cast.at_desk(other, "approve").status_code == 200
    assert_one_right_paper(cast, other)
    assert_all_is_right(town.oracle, cast)


@contextmanager
def locked(town: Town, for_s: float | None = None) -> Iterator[None]:
    """Another process (ours) has every file of the installation to itself, for so long."""
    with ExitStack() as stack:
        held = []
        for name in FILES:
            path = town.product.data / name
            file = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=60)
            stack.enter_context(closing(file))
            file.execute("BEGIN EXCLUSIVE")
            held.append(file)

        def let_go() -> None:
            for file in held:
                file.execute("ROLLBACK")

        if for_s is None:
            stack.callback(let_go)
        else:
            timer = threading.Timer(for_s, let_go)
            timer.start()
            stack.callback(timer.join)
        yield


def test_a_paper_that_lost_its_half_on_the_disk_is_not_handed_out(town: Town) -> None:
    sent = town.asks("ko")
    number = demo.document_of(sent.student, sent.id)["number"]
    pdf = town.download(sent, number).content
    (path,) = [
        one
        for one in (town.product.data / "files").rglob("*")
        if one.is_file() and one.read_bytes() == pdf
    ]
    path.write_bytes(pdf[: len(pdf) // 2])
    assert_said_not_given(town.download(sent, number))
    with pytest.raises(RuntimeError, match="file_damaged"):
        town.product.processes.run("documents", "check")
    half = Person(town.product.url).ask(
        "POST", "/api/v1/verify", files={"file": ("paper.pdf", pdf[: len(pdf) // 2])}
    )
    assert half["verdict"] != "authentic"
    path.write_bytes(pdf)
    assert town.download(sent, number).content == pdf
    assert_all_is_right(town.oracle, town.cast)


def test_a_bucket_that_keeps_a_half_has_no_paper_issued_until_it_keeps_all(
    coast: Town, proxy: CuttingProxy
) -> None:
    proxy.cuts, proxy.cut = "PUT", 0
    sent = coast.asks("ko")
    until(lambda: proxy.cut > 1)  # tried, and tried again
    case = coast.cast.case(sent)
    assert (case["state"], case["documents"]) == ("approved", [])
    proxy.cuts = ""
    assert_one_right_paper(coast.cast, sent)
    assert_all_is_right(coast.oracle, coast.cast)


@pytest.mark.parametrize("cuts", ["GET", "BREAK"])
def test_a_bucket_that_gives_a_half_has_no_paper_handed_out(
    coast: Town, proxy: CuttingProxy, cuts: str
) -> None:
    sent = coast.asks("en")
    number = demo.document_of(sent.student, sent.id)["number"]
    proxy.cuts, proxy.cut = cuts, 0
    assert_said_not_given(coast.download(sent, number))
    assert proxy.cut, "it did give a half"
    proxy.cuts = ""
    assert_one_right_paper(coast.cast, sent)
    assert_all_is_right(coast.oracle, coast.cast)


def assert_said_not_given(answer: httpx.Response) -> None:
    """Words instead of a paper, and that it is our fault."""
    assert answer.status_code == 503, answer.text
    assert not answer.content.startswith(b"%PDF")
    assert answer.text
