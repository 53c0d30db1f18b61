"""An operator finds what no department could handle, and mends it without SQL."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.cli import main
from shared.broker import TOPOLOGY, EmbeddedBroker, Publication
from shared.messages import TRANSACTIONAL

NOON = datetime(2026, 9, 2, 3, tzinfo=UTC)
BODY = b'{"id": "m-1", "data": {"name": "Han Seo-yun"}}'


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder whose certs could not handle one message."""
    broker = EmbeddedBroker(tmp_path / "queue.sqlite")
    broker.publish([Publication("m-1", "document.requested", TRANSACTIONAL, "case-7", BODY)])
    lane = next(lane for lane in TOPOLOGY.lanes_of("certs") if lane.name == TRANSACTIONAL)
    subscription = broker.subscribe(lane, prefetch=1)
    delivery = subscription.next(5)
    assert delivery is not None
    subscription.bury(delivery, "no_template", NOON)
    subscription.close()
    broker.close()
    return tmp_path


def command(data: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["dead-letters", *words, "--data", str(data)])


def test_the_list_names_case_and_reason_and_nobody(data: Path) -> None:
    said = command(data, "list").output

    assert said.split() == ["certs", "m-1", "document.requested", "case-7", "1", "no_template"]


def test_an_operator_reads_one(data: Path) -> None:
    assert command(data, "show", "certs", "m-1").output.strip() == BODY.decode()


def test_what_is_tried_again_is_in_its_queue_once(data: Path) -> None:
    assert command(data, "again", "certs", "m-1").exit_code == 0

    assert command(data, "list").output == ""
    broker = EmbeddedBroker(data / "queue.sqlite")
    waiting = sum(broker.depth(lane).waiting for lane in TOPOLOGY.lanes_of("certs"))
    broker.close()
    assert waiting == 1


def test_what_is_thrown_away_is_gone_after_a_question(data: Path) -> None:
    assert command(data, "discard", "certs", "m-1").exit_code == 1, "nobody said yes"
    assert command(data, "discard", "certs", "m-1", "--yes").exit_code == 0

    assert command(data, "list").output == ""
    refused = command(data, "again", "certs", "m-1")
    assert refused.exit_code == 1
    assert "no such dead letter at certs" in refused.output


def test_beside_a_running_server_it_says_why_not(data: Path) -> None:
    server = EmbeddedBroker(data / "queue.sqlite")
    try:
        refused = command(data, "list")
    finally:
        server.close()

    assert refused.exit_code == 1
    assert "stop it first" in refused.output
