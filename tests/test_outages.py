"""Parts die while people work: what was accepted completes by itself, once.

Real processes are ended with SIGKILL, RabbitMQ, PostgreSQL and the mail server
with them; nobody repairs anything by hand.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.demo import Person
from tests.parts.outages import (
    Ground,
    assert_all_is_right,
    assert_one_right_paper,
    ground_in,
    until,
    walk_patiently,
)
from tests.parts.product import Embedded
from tests.people import Cast

WALKS = 4
KILLED_IN_TURN = ("certs-worker", "forms-worker", "notify-worker", "notify-web", "forms-web")


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground_in(tmp_path_factory.mktemp("outages")) as made:
        yield made


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
    sent = cast.accepted(student, made, set())
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
    assert_all_is_right(ground.oracle, cast)


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


def kill_in_turn(ground: Ground, over: threading.Event) -> None:
    for name in itertools.cycle(KILLED_IN_TURN):
        if over.wait(1.5):
            return
        ground.product.kill(name)
        ground.product.start_again(name)
