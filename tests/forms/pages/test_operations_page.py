"""What the operator sees: queues, outboxes, what is stuck, and what was looked after; no case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from services.forms.app import create_app
from services.forms.operations import notes
from services.forms.operations.notes import Note
from services.forms.operations.plant import Plant
from shared.broker import EmbeddedBroker
from shared.broker.dead_letters import DeadLetters
from tests.forms.campus import DESK, HAN, TUESDAY, Campus
from tests.forms.pages.browser import send, signed_in
from tests.parts.brokers import publication

OPERATOR = "operator"


@pytest.fixture
def broker(campus: Campus) -> Iterator[EmbeddedBroker]:
    """A broker beside the campus, which the operator's page shows."""
    made = EmbeddedBroker(campus.parts.settings.data_folder / "queue.sqlite")
    plant = Plant(DeadLetters(made), {"forms": campus.parts.database})
    campus.parts = replace(campus.parts, plant=plant)
    campus.app = create_app(campus.parts)
    yield made
    made.close()


def bury(broker: EmbeddedBroker, case: str) -> str:
    """A dead letter of certs; its id."""
    lane = broker.topology.lane("certs")
    sent = publication("document.requested", case=case)
    broker.publish([sent])
    subscription = broker.subscribe(lane, 1)
    delivery = subscription.next(60)
    assert delivery is not None
    subscription.bury(delivery, "no_template", TUESDAY)
    subscription.close()
    return sent.id


def test_the_operator_sees_what_is_stuck_and_tries_it_again(
    campus: Campus, broker: EmbeddedBroker
) -> None:
    broker.topology.lane("certs")
    campus.parts.plant.databases["certs"] = campus.parts.database  # type: ignore[union-attr,index]
    stuck = bury(broker, "case-7")
    operator = signed_in(campus, OPERATOR, "en")
    page = operator.open("/")
    assert page.heading == "Operation"
    assert "case-7" in page.words
    assert "no_template" in page.words
    page = operator.post(f"/desk/operations/dead-letters/certs/{stuck}/again")
    assert "case-7" not in page.words
    assert broker.depth(broker.topology.lane("certs")).waiting == 1


def test_the_api_says_the_same_and_replays(campus: Campus, broker: EmbeddedBroker) -> None:
    campus.parts.plant.databases["certs"] = campus.parts.database  # type: ignore[union-attr,index]
    stuck = bury(broker, "case-7")
    send(signed_in(campus, HAN))
    operator = campus.client(OPERATOR)
    seen = operator.get("/desk/operations").json
    assert [one["id"] for one in seen["dead_letters"]] == [stuck]
    assert {one["queue"]: one["dead"] for one in seen["queues"]}["certs.transactional"] == 1
    assert seen["outboxes"][0]["waiting"] >= 1
    assert {"dead_letters", "backup_old", "check_old"} <= set(seen["troubles"])
    path = f"/desk/operations/dead-letters/certs/{stuck}/replay"
    assert operator.post(path).status_code == 204
    assert operator.post(path).status_code == 404


def test_what_was_looked_after_is_told_until_it_is_old(
    campus: Campus, broker: EmbeddedBroker
) -> None:
    settings, now = campus.parts.settings, campus.clock.now()
    notes.write(settings, "backup", Note(now, 0))
    notes.write(settings, "check", Note(now, 2))
    operator = campus.client(OPERATOR)
    seen = operator.get("/desk/operations").json
    assert seen["check"]["wrong"] == 2
    assert seen["troubles"] == ["check_wrong"]
    notes.write(settings, "check", Note(now, 0))
    assert operator.get("/desk/operations").json["troubles"] == []
    campus.clock.advance(timedelta(days=3))
    assert campus.client(OPERATOR).get("/desk/operations").json["troubles"] == ["backup_old"]


def test_a_broker_that_is_away_is_said_and_the_rest_is_shown(
    campus: Campus, broker: EmbeddedBroker
) -> None:
    broker.close()
    page = signed_in(campus, OPERATOR, "en").open("/desk/operations")
    assert "The broker does not answer" in page.words
    assert "Outboxes" in page.words


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_operator_has_no_business_with_cases_nor_an_office_with_operation(
    campus: Campus, broker: EmbeddedBroker, language: str
) -> None:
    operator = signed_in(campus, OPERATOR, language)
    for address in ("/desk", "/desk/lists", "/desk/bulk", "/desk/payments", "/desk/pass"):
        assert operator.raw_get(address).status_code == 403
    assert signed_in(campus, DESK).raw_get("/desk/operations").status_code == 403
    assert campus.client(HAN).get("/desk/operations").status_code == 403
