"""The faults of the simulator with real servers and processes, a part after the other.

RabbitMQ is frozen, refuses, has no disk, loses its queues; PostgreSQL is away while people ask on;
each process is killed at each step of a waiver; clocks are ten minutes off. After each the oracle
looks at everything (`tests/parts/oracle.py`), and nobody repaired anything by hand. What happens to
SQLite and to the store on the embedded default is in `tests/test_faults_embedded.py`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any

import httpx
import pika
import pytest

from services.demo import Person
from services.routes import SERVICES
from shared.broker import TOPOLOGY
from tests.parts.outages import (
    Ground,
    assert_all_is_right,
    assert_one_right_paper,
    granted_patiently,
    ground_in,
    patiently,
    sent_patiently,
    signed_patiently,
    until,
)
from tests.parts.rabbitmq import RabbitServer
from tests.people import Cast, Sent

FROZEN_SECONDS = 16
DATABASE_AWAY_SECONDS = 20
MORE_THAN_ANY_DISK = str(10**15)  # bytes
PROCESSES = (
    "forms-web", "forms-worker", "certs-web", "certs-worker", "notify-web", "notify-worker",
)  # fmt: skip
SOME_MINUTES = "+10m"  # more than a department waits for an answer (`shared/outbox.py`)
STEPS = 5
# After a step begins, in seconds: in the middle of it on a quiet machine, before or after it on
# another. A walk has one for each of its steps, each process begins at another.
MOMENTS = (0.0, 0.01, 0.03, 0.08, 0.2)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground_in(tmp_path_factory.mktemp("faults")) as made:
        yield made


@pytest.fixture(scope="module")
def cast(ground: Ground) -> Cast:
    return Cast(ground.product.url)


@contextmanager
def frozen(rabbitmq: RabbitServer) -> Iterator[None]:
    """It keeps all connections and answers nothing."""
    rabbitmq.freeze()
    end = time.monotonic() + FROZEN_SECONDS
    try:
        yield
        time.sleep(max(0.0, end - time.monotonic()))
    finally:
        rabbitmq.go_on()


@contextmanager
def refusing(rabbitmq: RabbitServer) -> Iterator[None]:
    """It cuts all connections and takes no new ones."""
    rabbitmq.control("suspend_listeners")
    try:
        rabbitmq.control("close_all_connections", "--global", "a fault")
        yield
    finally:
        rabbitmq.control("resume_listeners")


@contextmanager
def out_of_disk(rabbitmq: RabbitServer) -> Iterator[None]:
    """It has an alarm of its disk: whoever publishes is blocked."""
    rabbitmq.control("set_disk_free_limit", MORE_THAN_ANY_DISK)
    try:
        yield
    finally:
        rabbitmq.control("set_disk_free_limit", "10MB")


@pytest.mark.parametrize("in_trouble", [frozen, refusing, out_of_disk])
def test_whatever_ails_the_broker_people_do_not_notice(
    ground: Ground,
    cast: Cast,
    in_trouble: Callable[[RabbitServer], AbstractContextManager[None]],
) -> None:
    begun, student = cast.send(cast.applicant()), cast.applicant()
    link = cast.link(begun)
    with in_trouble(ground.rabbitmq):
        sent = cast.send(student)
        assert cast.decide(link).status_code == 200
        assert [cast.case(one)["state"] for one in (begun, sent)] == ["in_approval"] * 2
        assert ground.oracle.waiting("forms"), "what they said waits"
    assert cast.decide(cast.link(begun)).status_code == 200
    cast.sign_both(sent)
    for one in (begun, sent):
        assert cast.at_desk(one, "approve").status_code == 200
        assert_one_right_paper(cast, one)
    assert_all_is_right(ground.oracle, cast)


def test_what_was_lost_with_its_queue_is_said_again(ground: Ground, cast: Cast) -> None:
    """Requests and answers lie in queues that are deleted; some minutes later all is complete."""
    answered, granted, student = (cast.applicant() for _ in range(3))
    first, second = cast.send(answered), cast.send(granted)
    for one in (first, second):
        cast.sign_both(one)
    _grant_while_forms_does_not_hear(ground, cast, first)
    delete_queues(ground, "forms")
    ground.product.start_again("forms-worker")
    ground.product.kill("notify-worker")
    assert cast.at_desk(second, "approve").status_code == 200
    third = cast.send(student)
    until(lambda: not ground.oracle.waiting("forms"))
    delete_queues(ground, "certs", "notify")
    for part in ("certs-worker", "notify-worker"):
        ground.product.start_again(part)
    with forms_clock(ground, SOME_MINUTES):  # that is what it takes until nobody has answered
        for one in (first, second):
            assert_one_right_paper(cast, one)
        cast.sign_both(third)
    assert cast.at_desk(third, "approve").status_code == 200
    assert_one_right_paper(cast, third)
    assert_all_is_right(ground.oracle, cast)


def test_queues_that_are_deleted_under_their_consumers_are_made_again(
    ground: Ground, cast: Cast
) -> None:
    students = [cast.applicant() for _ in range(2)]
    delete_queues(ground, *SERVICES)
    sent = [cast.send(student) for student in students]
    delete_queues(ground, *SERVICES)
    with forms_clock(ground, SOME_MINUTES):
        for one in sent:
            cast.sign_both(one)
            assert cast.at_desk(one, "approve").status_code == 200
            assert_one_right_paper(cast, one)
    assert_all_is_right(ground.oracle, cast)


def _grant_while_forms_does_not_hear(ground: Ground, cast: Cast, sent: Sent) -> None:
    """certs has issued it and said so, the answer lies in the queue; certs' worker is away too."""
    ground.product.kill("certs-worker")
    assert cast.at_desk(sent, "approve").status_code == 200
    until(lambda: not ground.oracle.waiting("forms"))
    ground.product.kill("forms-worker")
    ground.product.start_again("certs-worker")
    until(lambda: ground.oracle.ledger_has(sent.id) and not ground.oracle.waiting("certs"))
    ground.product.kill("certs-worker")


def delete_queues(ground: Ground, *departments: str) -> None:
    """All of some departments, with what lies in them."""
    url = ground.product.processes.environment["DOJANG_BROKER"]
    with closing(pika.BlockingConnection(pika.URLParameters(url))) as connection:
        channel = connection.channel()
        for lane in (lane for one in departments for lane in TOPOLOGY.lanes_of(one)):
            for queue in (lane.queue, lane.dead, *map(lane.waiting, TOPOLOGY.delays_ms)):
                channel.queue_delete(queue)


def test_while_the_database_is_away_people_ask_on_and_are_told_so(
    ground: Ground, cast: Cast
) -> None:
    """Words with every 503, no other answer; each who asked has one application afterwards."""
    students = [cast.applicant() for _ in range(2)]
    bodies = [_waiver(cast, student) for student in students]
    answers: list[list[httpx.Response]] = [[] for _ in students]
    ground.postgres.kill()
    with ThreadPoolExecutor(len(students)) as pool:
        asking = [
            pool.submit(_ask_until_taken, student, body, said)
            for student, body, said in zip(students, bodies, answers, strict=True)
        ]
        time.sleep(DATABASE_AWAY_SECONDS)
        assert all(said for said in answers)
        ground.postgres.start()
        for one in asking:
            one.result()
    for student, said in zip(students, answers, strict=True):
        *refused, taken = said
        assert {one.status_code for one in refused} == {503}
        assert {one.json()["type"].rpartition("/")[2] for one in refused} == {
            "database_unavailable"
        }
        assert all(one.json()["detail"] for one in refused)
        sent = cast.accepted(student, taken.json(), set())
        _walk_on(cast, sent)
    assert_all_is_right(ground.oracle, cast)


def _waiver(cast: Cast, student: Person) -> dict[str, Any]:
    answers = cast.answers(student, "데이터베이스가 없을 때")
    return {"kind": "tuition_waiver", "answers": answers, "submit": True}


def _ask_until_taken(student: Person, body: dict[str, Any], said: list[httpx.Response]) -> None:
    key = {"Idempotency-Key": f"asked-{id(student)}"}
    while not said or said[-1].status_code == 503:
        said.append(student.request("POST", "/api/v1/applications", json=body, headers=key))
        time.sleep(0.2)
    assert said[-1].status_code == 201, said[-1].text


def _walk_on(cast: Cast, sent: Sent) -> None:
    """From the request to sign to the paper."""
    cast.sign_both(sent)
    assert cast.at_desk(sent, "approve").status_code == 200
    assert_one_right_paper(cast, sent)


@pytest.mark.parametrize("part", PROCESSES)
def test_each_process_may_be_killed_at_each_step(ground: Ground, cast: Cast, part: str) -> None:
    """kill -9 while the step is taken, and a start as any supervisor gives it."""
    student = cast.applicant()
    cast.officer()
    first = PROCESSES.index(part)
    moments = iter([MOMENTS[(first + step) % len(MOMENTS)] for step in range(STEPS)])
    with killed(ground, part, next(moments)):
        sent = sent_patiently(cast, student, "일꾼이 죽어도")
    for _ in range(2):
        with killed(ground, part, next(moments)):
            signed_patiently(cast, sent)
    with killed(ground, part, next(moments)):
        granted_patiently(cast, sent)
    with killed(ground, part, next(moments)):
        patiently(lambda: assert_one_right_paper(cast, sent))
    assert_all_is_right(ground.oracle, cast)


@contextmanager
def killed(ground: Ground, part: str, after_s: float) -> Iterator[None]:
    """A process dies meanwhile, and is back at the end."""

    def kill() -> None:
        time.sleep(after_s)
        ground.product.kill(part)
        ground.product.start_again(part)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield
    finally:
        killer.join()


@pytest.mark.parametrize("off", ["+10m", "-10m"])
def test_clocks_may_be_ten_minutes_apart(ground: Ground, cast: Cast, off: str) -> None:
    """That of forms is off, so that both others are off for it, the other way."""
    with forms_clock(ground, off):
        sent = cast.send(cast.applicant())  # signs in by a code, which is notify's
        cast.sign_both(sent)
        assert cast.at_desk(sent, "approve").status_code == 200
        number = cast.issued(sent)["number"]
        asked = sent.student.request(
            "GET", f"/api/v1/documents/{number}/file", params={"format": "pdf"}
        )
        # The address is good for two minutes, and it is certs that looks at its clock.
        expected = 410 if off.startswith("-") else 200
        assert sent.student.request("GET", asked.headers["Location"]).status_code == expected
    assert_one_right_paper(cast, sent)
    assert_all_is_right(ground.oracle, cast)


@contextmanager
def forms_clock(ground: Ground, off: str) -> Iterator[None]:
    """As if the machine of forms had a clock of its own."""
    try:
        _start_forms_again(ground, DOJANG_CLOCK=off)
        yield
    finally:
        _start_forms_again(ground)


def _start_forms_again(ground: Ground, **more: str) -> None:
    for part in ("forms-web", "forms-worker"):
        ground.product.kill(part)
        ground.product.start_again(part, **more)
