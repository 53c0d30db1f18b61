"""Each department's user of RabbitMQ does its work and no other's: the file that Compose loads.

A real RabbitMQ of its own starts with the users that `rabbitmq/departments.sh` makes.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import ChannelClosedByBroker

from services import demo
from shared.broker import TOPOLOGY, Lane, Outcome, RabbitBroker
from shared.broker.rights import DEPARTMENTS, OPERATIONS, USERS, definitions
from shared.broker.topology import EXCHANGE
from shared.messages import BULK, MESSAGES
from tests.parts import rabbitmq as rabbitmq_part
from tests.parts.brokers import publication
from tests.parts.fixtures import need
from tests.parts.ports import wait_until
from tests.parts.postgres import PostgresServer
from tests.parts.product import InEarnest
from tests.parts.rabbitmq import RabbitServer
from tests.people import Cast
from tests.test_certificates import asked_for, who_may

ROOT = Path(__file__).parents[3]
AT = datetime(2022, 8, 30, 9, tzinfo=UTC)
REFUSED = 403  # AMQP: ACCESS_REFUSED
NOBODYS = {"CERTS_BROKER_PASSWORD": 'x","tags":["administrator'}


@dataclass
class House:
    """A RabbitMQ with the users of an installation."""

    server: RabbitServer
    opened: list[RabbitBroker]

    def url(self, user: str) -> str:
        return f"amqp://{user}:{user}-secret@127.0.0.1:{self.server.port}/%2F"

    def broker(self, user: str) -> RabbitBroker:
        """As a process of that department opens it; connected."""
        services = () if user == OPERATIONS else (user,)
        broker = RabbitBroker(self.url(user), services=services)
        wait_until(broker.ready, seconds=60, what=f"{user} at RabbitMQ")
        self.opened.append(broker)
        return broker


def made(folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """What the container does before its server starts."""
    passwords = {f"{user.upper()}_BROKER_PASSWORD": f"{user}-secret" for user in USERS}
    return subprocess.run(
        ["bash", str(ROOT / "rabbitmq/departments.sh"), str(folder / "made.json"), "true"],
        env={"PATH": os.environ["PATH"], **passwords, **more},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitServer]:
    need(rabbitmq_part.why_not())
    folder = tmp_path_factory.mktemp("users")
    done = made(folder)
    assert done.returncode == 0, done.stderr
    server = RabbitServer(folder / "node", folder / "made.json", "operations:operations-secret")
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def house(server: RabbitServer) -> Iterator[House]:
    house = House(server, [])
    yield house
    for broker in house.opened:
        broker.close()


def test_the_file_of_users_is_what_the_code_says() -> None:
    written = json.loads((ROOT / "rabbitmq/definitions.json").read_text("utf-8"))
    assert written == definitions(), "run: .venv/bin/python tools/broker_rights.py"


def test_the_file_with_the_passwords_is_its_owners_alone(tmp_path: Path) -> None:
    assert made(tmp_path).returncode == 0
    file = tmp_path / "made.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    users = {one["name"]: one for one in json.loads(file.read_text())["users"]}
    assert {name: one["password"] for name, one in users.items()} == {
        user: f"{user}-secret" for user in USERS
    }
    assert all(one["tags"] == [] for one in users.values())


@pytest.mark.parametrize("wrong", [NOBODYS, {"FORMS_BROKER_PASSWORD": ""}])
def test_a_password_that_is_missing_or_more_than_one_word_starts_no_server(
    tmp_path: Path, wrong: dict[str, str]
) -> None:
    done = made(tmp_path, **wrong)
    assert done.returncode == 1
    assert "letters, digits" in done.stderr
    assert not (tmp_path / "made.json").exists()


def test_a_department_publishes_what_it_says_and_hears_what_it_is_told(house: House) -> None:
    brokers = {name: house.broker(name) for name in DEPARTMENTS}
    for message in MESSAGES:
        one = publication(message.type)
        assert brokers[message.sender].publish([one]) == [Outcome.CONFIRMED], message.type
        lane = TOPOLOGY.lane(message.receiver)
        assert taken(brokers[message.receiver], lane) == [one.id]


def test_lanes_retries_and_dead_letters_work_with_own_rights(house: House) -> None:
    forms, certs = house.broker("forms"), house.broker("certs")
    lane = TOPOLOGY.lane("certs", BULK)
    many, bad = (publication("document.requested", lane=BULK) for _ in range(2))
    forms.publish([many, bad])
    subscription = certs.subscribe(lane, 5)
    first, second = (subscription.next(30) for _ in range(2))
    assert first is not None
    assert second is not None
    subscription.retry(first, "away", AT)
    subscription.bury(second, "never", AT)
    again = subscription.next(30)
    assert again is not None
    assert (again.id, again.failures.attempts) == (many.id, 1)
    subscription.ack(again)
    subscription.close()
    wait_until(lambda: bool(certs.dead_letters(lane)), seconds=30, what="the dead letter")
    assert certs.depth(lane).dead == 1
    certs.revive(lane, bad.id)
    assert taken(certs, lane) == [bad.id]


def test_an_operator_sees_stuck_messages_of_all_and_puts_them_back(house: House) -> None:
    forms, notify = house.broker("forms"), house.broker("notify")
    lane = TOPOLOGY.lane("notify")
    one = publication("notification.requested")
    forms.publish([one])
    subscription = notify.subscribe(lane, 5)
    delivery = subscription.next(30)
    assert delivery is not None
    subscription.bury(delivery, "never", AT)
    subscription.close()
    operations = house.broker(OPERATIONS)
    wait_until(lambda: bool(operations.dead_letters(lane)), seconds=30, what="the dead letter")
    assert operations.dead_letter_body(lane, one.id) == one.body
    assert operations.depth(lane).dead == 1
    operations.revive(lane, one.id)
    assert taken(notify, lane) == [one.id]


def taken(broker: RabbitBroker, lane: Lane) -> list[str]:
    subscription = broker.subscribe(lane, 5)
    delivery = subscription.next(30)
    if delivery is not None:
        subscription.ack(delivery)
    subscription.close()
    return [delivery.id] if delivery else []


TAKING: dict[str, Callable[[BlockingChannel, str], object]] = {
    "takes a message": lambda channel, other: channel.basic_get(f"{other}.transactional"),
    "takes a dead one": lambda channel, other: channel.basic_get(f"{other}.transactional.dead"),
    "empties a queue": lambda channel, other: channel.queue_purge(f"{other}.transactional"),
    "deletes a queue": lambda channel, other: channel.queue_delete(f"{other}.transactional"),
    "makes a queue": lambda channel, other: channel.queue_declare(f"{other}.mine"),
    "writes to a queue": lambda channel, other: channel.basic_publish(
        "", f"{other}.transactional", b"{}"
    ),
    "moves into a queue": lambda channel, other: channel.basic_publish(
        f"dojang.{other}.queues", f"{other}.transactional", b"{}"
    ),
    "binds a queue away": lambda channel, other: channel.queue_unbind(
        f"{other}.transactional", f"dojang.{other}.queues", f"{other}.transactional"
    ),
    "deletes what all share": lambda channel, _other: channel.exchange_delete(EXCHANGE),
}


@pytest.mark.parametrize("deed", TAKING)
@pytest.mark.parametrize("user", USERS)
def test_a_user_is_refused_at_what_is_anothers(house: House, user: str, deed: str) -> None:
    for name in DEPARTMENTS:
        house.broker(name)
    other = "notify" if user == "certs" else "certs"
    may = user == OPERATIONS and deed in ("takes a dead one", "moves into a queue")
    assert refuses(house, user, lambda channel: TAKING[deed](channel, other)) is not may


@pytest.mark.parametrize("user", USERS)
def test_a_user_says_no_word_of_anothers_and_listens_to_none(house: House, user: str) -> None:
    house.broker("forms")
    for message in MESSAGES:
        if message.sender != user:
            assert refuses(house, user, lambda c, m=message: say(c, m.type)), message.type
        if message.receiver != user and user != OPERATIONS:
            queue = f"{user}.listening"
            assert refuses(house, user, lambda c, m=message, q=queue: listen(c, q, m.type))


def say(channel: BlockingChannel, message_type: str) -> None:
    channel.basic_publish(EXCHANGE, message_type, b"{}")


def listen(channel: BlockingChannel, queue: str, message_type: str) -> None:
    channel.queue_declare(queue, exclusive=True)
    channel.queue_bind(queue, EXCHANGE, message_type)


def refuses(house: House, user: str, do: Callable[[BlockingChannel], object]) -> bool:
    try:
        with channel_of(house, user) as channel:
            channel.confirm_delivery()  # so that a publication has an answer
            do(channel)
    except ChannelClosedByBroker as closed:
        return closed.reply_code == REFUSED
    return False


class channel_of:  # noqa: N801 – read as a word
    """A channel of a connection of its own."""

    def __init__(self, house: House, user: str) -> None:
        self._connection = pika.BlockingConnection(pika.URLParameters(house.url(user)))

    def __enter__(self) -> BlockingChannel:
        return self._connection.channel()

    def __exit__(self, *_exception: object) -> None:
        if self._connection.is_open:
            self._connection.close()


def test_who_has_all_rights_makes_what_is_missing(rabbitmq: RabbitServer) -> None:
    """An installation with one user for all, and no file of definitions."""
    url = rabbitmq.url()
    forms = RabbitBroker(url, services=("forms",))
    try:
        wait_until(forms.ready, seconds=30, what="forms at an empty RabbitMQ")
        one = publication("document.requested")
        assert forms.publish([one]) == [Outcome.UNROUTABLE]  # certs has never been here
        certs = RabbitBroker(url, services=("certs",))
        wait_until(certs.ready, seconds=30, what="certs")
        assert forms.publish([one]) == [Outcome.CONFIRMED]
        certs.close()
    finally:
        forms.close()


def test_the_whole_product_works_with_a_user_for_each_department(
    server: RabbitServer, postgres: PostgresServer, tmp_path: Path
) -> None:
    house = House(server, [])
    brokers = {name: {"DOJANG_BROKER": house.url(name)} for name in DEPARTMENTS}
    brokers["forms"]["DOJANG_OPERATIONS_BROKER"] = house.url(OPERATIONS)
    product = InEarnest(tmp_path, server, postgres, brokers)
    try:
        product.start()
        cast = Cast(product.url)
        student = who_may(cast, "certificate_enrollment")
        before = cast.mailbox.seen()
        application = asked_for(student, "certificate_enrollment", "ko").json()
        assert demo.document_of(student, application["id"])["number"]
        cast.mailbox.wait(before, lambda _mail: True)
        seen = cast.signed_in("operator").ask("GET", "/api/v1/desk/operations")
        assert {one["queue"] for one in seen["queues"]} == {lane.queue for lane in TOPOLOGY.lanes}
        assert all(one["workers"] for one in seen["queues"])
    finally:
        product.stop()
