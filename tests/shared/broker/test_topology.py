"""The tables agree with the messages: whoever is to hear a message has a queue for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.broker import TOPOLOGY, EmbeddedBroker
from shared.broker.topology import LANES
from shared.errors import Permanent
from shared.messages import LANES as LANE_NAMES
from shared.messages import MESSAGES, Message


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.type)
def test_each_message_goes_to_its_receiver_and_to_nobody_else(message: type[Message]) -> None:
    for name in LANE_NAMES:
        assert {lane.service for lane in TOPOLOGY.route(message.type, name)} == {message.receiver}


def test_no_queue_wants_a_message_that_does_not_exist() -> None:
    assert {t for lane in LANES for t in lane.types} == {message.type for message in MESSAGES}


def test_a_mail_goes_to_the_lane_that_it_names() -> None:
    for name in LANE_NAMES:
        (lane,) = TOPOLOGY.route("notification.requested", name)
        assert lane.queue == f"notify.{name}"


def test_delays_grow_and_end() -> None:
    delays = [TOPOLOGY.delay_after(attempts) for attempts in range(1, 8)]
    assert delays == [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000, None]


def test_the_embedded_queue_belongs_to_one_process(tmp_path: Path) -> None:
    broker = EmbeddedBroker(tmp_path / "queue.sqlite")
    with pytest.raises(Permanent) as caught:
        EmbeddedBroker(tmp_path / "queue.sqlite")
    assert caught.value.code == "queue_in_use"
    broker.close()
    EmbeddedBroker(tmp_path / "queue.sqlite").close()
