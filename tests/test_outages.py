"""Parts die while people work: what was accepted completes by itself, once.

Real processes are ended with SIGKILL, RabbitMQ, PostgreSQL and the mail server
with them; nobody repairs anything by hand.
"""

from __future__ import annotations

import functools
import itertools
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from services.demo import DemoFailed, Person
from tests.parts import postgres as postgres_part
from tests.parts import rabbitmq as rabbitmq_part
from tests.parts.fixtures import need
from tests.parts.postgres import PostgresServer
from tests.parts.product import Embedded, InEarnest
from tests.parts.rabbitmq import RabbitServer
from tests.people import Cast, Sent

T = TypeVar("T")

WALKS = 4
KILLED_IN_TURN = ("certs-worker", "forms-worker", "notify-worker", "notify-web", "forms-web")


class Ground:
    """A product in earnest with servers of its own, which may be ended at will."""

    def __init__(self, folder: Path, servers: Path) -> None:
        self.rabbitmq = RabbitServer(servers / "rabbitmq")
        self.postgres = PostgresServer(servers / "postgres")
        self.rabbitmq.start()
        self.postgres.start()
        self.product = InEarnest(folder, self.rabbitmq, self.postgres)

    def close(self) -> None:
        self.product.stop()
        self.postgres.close()
        self.rabbitmq.close()


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    need(rabbitmq_part.why_not())
    need(postgres_part.why_not())
    with tempfile.TemporaryDirectory(prefix="dojang-outages-") as servers:
        Path(servers).chmod(0o755)
        made = Ground(tmp_path_factory.mktemp("outages"), Path(servers))
        try:
            made.product.start()
            yield made
        finally:
            made.close()


@pytest.fixture(scope="module")
def cast(ground: Ground) -> Cast:
    return Cast(ground.product.url)


def test_the_student_does_not_notice_that_the_broker_is_away(ground: Ground, cast: Cast) -> None:
    student = cast.applicant()
    ground.rabbitmq.kill()
    sent = cast.send(student)
    assert cast.case(sent)["state"] == "in_approval"
    ground.rabbitmq.start()
    cast.sign_both(sent)
    assert cast.at_desk(sent, "approve").status_code == 200
    assert_one_right_paper(cast, sent)


def test_while_the_database_is_away_words_are_said_and_nothing_is_half_done(
    ground: Ground, cast: Cast
) -> None:
    student = cast.applicant()
    answers = cast.answers(student, "데이터베이스가 없을 때")
    before = len(student.ask("GET", "/api/v1/applications"))
    ground.postgres.kill()
    refused = student.request(
        "POST",
        "/api/v1/applications",
        json={"kind": "tuition_waiver", "answers": answers, "submit": True},
    )
    assert refused.status_code == 503
    assert refused.json()["type"].endswith("/problems/database_unavailable")
    ground.postgres.start()
    until(lambda: student.request("GET", "/api/v1/applications").status_code == 200)
    assert len(student.ask("GET", "/api/v1/applications")) == before
    sent = cast.send(student)
    cast.sign_both(sent)
    assert cast.at_desk(sent, "approve").status_code == 200
    assert_one_right_paper(cast, sent)


def test_mail_that_could_not_be_handed_over_arrives_when_the_server_is_back(
    ground: Ground, cast: Cast
) -> None:
    student = cast.applicant()
    ground.product.kill("mailbox")
    made = student.ask(
        "POST",
        "/api/v1/applications",
        json={
            "kind": "tuition_waiver",
            "answers": cast.answers(student, "우편이 멈췄을 때"),
            "submit": True,
        },
    )
    ground.product.start_again("mailbox")
    until(lambda: Person(cast.url).request("GET", "/mailbox.json").status_code == 200)
    sent = Sent(student, made["id"], made["number"], set())
    cast.sign_both(sent)
    assert cast.at_desk(sent, "approve").status_code == 200
    assert_one_right_paper(cast, sent)


def test_workers_may_be_killed_again_and_again(ground: Ground, cast: Cast) -> None:
    """Every process but the student's own is killed in turn while four waivers are walked."""
    students = [cast.applicant() for _ in range(WALKS)]
    cast.officer()
    over = threading.Event()
    killer = threading.Thread(target=kill_in_turn, args=(ground, over))
    killer.start()
    try:
        with ThreadPoolExecutor(WALKS) as pool:
            walked = list(pool.map(lambda student: walk_patiently(cast, student), students))
    finally:
        over.set()
        killer.join()
    for sent in walked:
        assert_one_right_paper(cast, sent)
    mails = [mail for mail in cast.mailbox.all() if mail["message"] != "sign_in_code"]
    told = Counter((mail["to"], mail["message"], mail["subject"]) for mail in mails)
    twice = {what: count for what, count in told.items() if count > 1}
    assert not twice, twice


def test_kill_9_of_the_embedded_default_loses_nothing(tmp_path: Path) -> None:
    product = Embedded(tmp_path)
    product.start()
    try:
        cast = Cast(product.url)
        sent = cast.send(cast.applicant())
        product.kill()
        product.start_again()
        cast.sign_both(sent)
        assert cast.at_desk(sent, "approve").status_code == 200
        product.kill()
        product.start_again()
        assert_one_right_paper(cast, sent)
    finally:
        product.stop()


def assert_one_right_paper(cast: Cast, sent: Sent) -> None:
    """There is one document, its bytes are those of the ledger, its number says issued."""
    document = patiently(lambda: cast.issued(sent))
    documents = cast.case(sent)["documents"]
    assert [one["number"] for one in documents] == [document["number"]]
    pdf = cast.pdf(sent, document["number"])
    verdict = Person(cast.url).ask("POST", "/api/v1/verify", files={"file": ("p.pdf", pdf)})
    assert (verdict["verdict"], verdict["number"]) == ("authentic", document["number"])


def kill_in_turn(ground: Ground, over: threading.Event) -> None:
    for name in itertools.cycle(KILLED_IN_TURN):
        if over.wait(1.5):
            return
        ground.product.kill(name)
        ground.product.start_again(name)


def walk_patiently(cast: Cast, student: Person) -> Sent:
    """A walk that asks again whenever a process was away, as people do."""
    seen = cast.mailbox.seen()
    body = {"kind": "tuition_waiver", "answers": {}, "submit": True}
    body["answers"] = patiently(lambda: cast.answers(student, "일꾼이 죽어도"))
    key = {"Idempotency-Key": f"walk-{id(student)}"}
    made = patiently(lambda: sent_once(student, body, key))
    sent = Sent(student, made["id"], made["number"], seen)
    for _ in range(2):
        link = patiently(lambda: cast.link(sent))
        patiently(functools.partial(signed, cast, link))
    patiently(lambda: right(cast.at_desk(sent, "approve"), 200, 409))
    return sent


def signed(cast: Cast, link: str) -> None:
    right(cast.decide(link), 200, 410)


def sent_once(student: Person, body: dict[str, Any], key: dict[str, str]) -> dict[str, Any]:
    answer = student.request("POST", "/api/v1/applications", json=body, headers=key)
    if answer.status_code == 409:
        return {"id": answer.json()["application_id"], "number": answer.json()["number"]}
    return dict(right(answer, 201).json())


def right(answer: Any, *codes: int) -> Any:
    assert answer.status_code in codes, answer.text
    return answer


def patiently(ask: Callable[[], T], seconds: float = 400) -> T:
    """What `ask()` gives once it does; until then processes may be away."""
    end = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except (httpx.HTTPError, DemoFailed, AssertionError, KeyError, ValueError):
            if time.monotonic() > end:
                raise
            time.sleep(0.3)


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""

    def ask() -> None:
        assert true()

    patiently(ask)
