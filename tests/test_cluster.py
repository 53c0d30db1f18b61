"""RabbitMQ on three nodes, as docs/operating.md has it: one may be away, and nobody notices.

Real nodes with the file that operators are given, ended with SIGKILL.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from shared.broker import Outcome, Publication, RabbitBroker
from shared.errors import TryLater
from tests.parts import rabbitmq as rabbitmq_part
from tests.parts.brokers import QUICK, connected, lane_of, publication
from tests.parts.fixtures import need
from tests.parts.outages import assert_one_right_paper, until, walk_patiently
from tests.parts.ports import PATIENCE
from tests.parts.postgres import PostgresServer
from tests.parts.product import InEarnest
from tests.parts.rabbitmq import RabbitCluster
from tests.people import Cast

WALKS = 2
SECOND = "t1"  # the virtual host of tests that use no product


@dataclass
class Campus:
    """A product in earnest on a cluster of its own."""

    cluster: RabbitCluster
    product: InEarnest

    def said_and_kept(self) -> int:
        """How many messages wait in forms' outbox."""
        with psycopg.connect(self.product.databases["forms"]) as connection:
            found = connection.execute("SELECT count(*) FROM outbox WHERE published_at IS NULL")
            return int((found.fetchone() or (0,))[0])


@pytest.fixture(scope="module")
def campus(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campus]:
    need(rabbitmq_part.why_not())
    with tempfile.TemporaryDirectory(prefix="dojang-cluster-") as folder:
        cluster = RabbitCluster(Path(folder))
        product = None
        try:
            cluster.start()
            product = InEarnest(tmp_path_factory.mktemp("cluster"), cluster, postgres)
            product.start()
            until(cluster.is_whole)
            yield Campus(cluster, product)
        finally:
            if product is not None:
                product.stop()
            cluster.close()


@pytest.fixture(scope="module")
def cast(campus: Campus) -> Cast:
    return Cast(campus.product.url)


def test_every_queue_is_a_quorum_queue_on_three_nodes(campus: Campus) -> None:
    queues = campus.cluster.queues()
    assert {one.type for one in queues} == {"quorum"}
    assert {len(one.members) for one in queues} == {3}
    assert {one.leader for one in queues} == {node.name for node in campus.cluster.nodes}


@pytest.mark.parametrize("number", [0, 1, 2])
def test_papers_are_made_while_a_node_is_dead(campus: Campus, cast: Cast, number: int) -> None:
    """Whichever it is: the queues that it led have another leader, and it comes back by itself."""
    students = [cast.applicant() for _ in range(WALKS)]
    cast.officer()
    node = campus.cluster.nodes[number]
    led = {one.name for one in campus.cluster.queues() if one.leader == node.name}
    assert led
    with ThreadPoolExecutor(WALKS) as pool:
        walks = [pool.submit(walk_patiently, cast, student) for student in students]
        node.kill()
    for walk in walks:
        assert_one_right_paper(cast, walk.result())
    now = {one.name: one for one in campus.cluster.queues()}
    assert all(now[name].leader not in ("", node.name) for name in led)
    campus.cluster.start()
    until(campus.cluster.is_whole)
    assert_nothing_was_told_twice(cast)


def test_who_speaks_for_the_first_time_when_a_leader_just_died_is_heard(campus: Campus) -> None:
    """RabbitMQ 3.10 asks the dead leader who this is, says no, and goes on to say no on this
    channel while the node is away: another channel it is."""
    broker = connected(campus.cluster.url(1), QUICK)
    try:
        queue = lane_of(broker, "forms").queue
        led = next(one for one in campus.cluster.queues(SECOND) if one.name == queue)
        leader = next(node for node in campus.cluster.nodes if node.name == led.leader)
        leader.kill()
        said = [publication() for _ in range(5)]
        until(lambda: set(outcomes_of(broker, said)) == {Outcome.CONFIRMED})
        assert not leader.runs
        assert_all_arrive(broker, said)
    finally:
        broker.close()
    campus.cluster.start()
    until(campus.cluster.is_whole)


def test_one_node_of_three_confirms_nothing_and_what_was_said_is_kept(
    campus: Campus, cast: Cast
) -> None:
    student = cast.applicant()
    first, second, _ = campus.cluster.nodes
    broker = connected(campus.cluster.url(1), QUICK)
    try:
        first.kill()
        second.kill()
        sent = cast.send(student)
        assert cast.case(sent)["state"] == "in_approval"
        said = [publication() for _ in range(5)]
        for _ in range(3):
            assert Outcome.CONFIRMED not in outcomes_of(broker, said)
        assert campus.said_and_kept() > 0
        first.start()
        until(lambda: set(outcomes_of(broker, said)) == {Outcome.CONFIRMED})
        assert_all_arrive(broker, said)
    finally:
        broker.close()
    cast.sign_both(sent)
    assert cast.at_desk(sent, "approve").status_code == 200
    assert_one_right_paper(cast, sent)
    until(lambda: campus.said_and_kept() == 0)
    campus.cluster.start()
    until(campus.cluster.is_whole)
    assert_nothing_was_told_twice(cast)


def test_a_machine_that_is_lost_is_replaced_by_an_empty_one(campus: Campus, cast: Cast) -> None:
    lost = campus.cluster.nodes[2]
    lost.kill()
    lost.empty()
    other = campus.cluster.one_that_runs()
    other.command("rabbitmq-queues", "shrink", lost.name)
    other.command("rabbitmqctl", "forget_cluster_node", lost.name)
    assert {len(one.members) for one in campus.cluster.queues()} == {2}
    sent = walk_patiently(cast, cast.applicant())
    lost.start()
    other.command("rabbitmq-queues", "grow", lost.name, "all")
    until(campus.cluster.is_whole)
    assert_one_right_paper(cast, sent)
    other.kill()
    assert_one_right_paper(cast, walk_patiently(cast, cast.applicant()))
    assert_nothing_was_told_twice(cast)


def outcomes_of(broker: RabbitBroker, said: list[Publication]) -> list[Outcome]:
    """What became of each; nothing is known of any while nobody takes them."""
    try:
        return broker.publish(said)
    except TryLater:
        return [Outcome.UNKNOWN] * len(said)


def assert_all_arrive(broker: RabbitBroker, said: list[Publication]) -> None:
    """Those that were tried more than once may come more than once."""
    subscription = broker.subscribe(lane_of(broker, "forms"), 100)
    missing = {one.id for one in said}
    try:
        while missing:
            delivery = subscription.next(PATIENCE * 10)
            assert delivery is not None, missing
            missing.discard(delivery.id)
            subscription.ack(delivery)
    finally:
        subscription.close()


def assert_nothing_was_told_twice(cast: Cast) -> None:
    mails = [mail for mail in cast.mailbox.all() if mail["message"] != "sign_in_code"]
    told = Counter((mail["to"], mail["message"], mail["subject"]) for mail in mails)
    twice = {what: count for what, count in told.items() if count > 1}
    assert not twice, twice
