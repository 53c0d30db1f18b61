"""What monitoring reads: figures inside, never through the gateway, and no person in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml
from flask import Flask

from services.forms.people.demo import accounts
from shared.errors import Permanent, TryLater
from shared.metrics import Figure, Metrics
from tests.parts.ports import free_port
from tests.parts.product import Embedded
from tests.people import Cast
from tests.test_certificates import asked_for, who_may

MONITORING = Path(__file__).parents[1] / "monitoring"
KIND = "certificate_enrollment"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Embedded, str, Cast]]:
    inside = f"127.0.0.1:{free_port()}"
    product = Embedded(tmp_path_factory.mktemp("product"), DOJANG_METRICS=inside)
    product.start()
    cast = Cast(product.url)
    student = who_may(cast, KIND)
    made = asked_for(student, KIND, "ko").json()
    from services import demo

    demo.document_of(student, made["id"])
    yield product, f"http://{inside}/metrics", cast
    product.stop()


def value(text: str, sample: str) -> float:
    found = re.search(rf"^{re.escape(sample)} (\S+)$", text, re.M)
    assert found, f"no {sample}"
    return float(found[1])


def test_requests_papers_queues_and_outboxes_are_counted(town: tuple[Embedded, str, Cast]) -> None:
    text = httpx.get(town[1]).text
    assert value(text, f'dojang_documents_made_total{{kind="{KIND}"}}') == 1
    assert value(text, f'dojang_documents{{kind="{KIND}",status="issued"}}') == 1
    assert value(text, f'dojang_applications{{kind="{KIND}",state="issued"}}') == 1
    assert value(text, 'dojang_queue_messages{queue="certs.transactional",state="dead"}') == 0
    for service in ("forms", "certs", "notify"):
        assert value(text, f'dojang_outbox_oldest_seconds{{service="{service}"}}') < 60
        for part in ("", "_outbox", "_queues"):
            assert value(text, f"dojang_answers_{service}{part}") == 1
    assert value(text, 'dojang_notifications_open{lane="codes"}') == 0
    assert value(text, 'dojang_notifications_accepted{lane="bulk"}') == 0
    asked = 'method="POST",route="/api/v1/applications",service="forms",status="201"'
    assert value(text, f"dojang_http_requests_total{{{asked}}}") == 1
    assert value(text, "process_resident_memory_bytes") > 0


def test_the_world_finds_no_metrics_at_the_gateway(town: tuple[Embedded, str, Cast]) -> None:
    for path in ("/metrics", "/metrics/", "/internal/metrics"):
        assert httpx.get(town[0].url + path).status_code == 404


def test_no_person_stands_in_a_label(town: tuple[Embedded, str, Cast]) -> None:
    text = httpx.get(town[1]).text
    for one in accounts():
        assert one["name"] not in text
        assert f'"{one["id"]}"' not in text


def test_the_board_and_the_alerts_ask_for_figures_that_there_are(
    town: tuple[Embedded, str, Cast],
) -> None:
    text = httpx.get(town[1]).text
    board = json.loads((MONITORING / "grafana.json").read_text())
    rules = yaml.safe_load((MONITORING / "alerts.yml").read_text())
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    asked += [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    names = {name for one in asked for name in re.findall(r"\b(?:dojang|process)_[a-z_]+", one)}
    names -= {"dojang_answers_", "dojang_queue_consumers"}  # all of them; RabbitMQ alone tells it
    names -= {"dojang_ways_accepted", "dojang_ways_troubles"}  # only when something was handed over
    assert len(names) >= 10
    for name in names:
        assert re.search(rf"^{name}\b", text, re.M), name


def test_a_part_that_does_not_answer_is_told_and_the_others_are_asked() -> None:
    metrics = Metrics()

    def away() -> Iterator[Figure]:
        raise TryLater("database_unavailable", "away")
        yield

    metrics.ask("forms", away)
    metrics.ask("certs", lambda: [Figure("dojang_things", "Things.", {("a",): 2}, ("kind",))])
    text = metrics.text()
    assert value(text, "dojang_answers_forms") == 0
    assert value(text, "dojang_answers_certs") == 1
    assert value(text, 'dojang_things{kind="a"}') == 2


def test_a_strangers_method_and_path_make_no_new_label() -> None:
    metrics = Metrics()
    app = metrics.watch("forms", Flask("forms"))
    app.test_client().open("/a/secret-token", method="BREW")
    text = metrics.text()
    assert "secret-token" not in text
    assert "BREW" not in text
    asked = 'method="-",route="-",service="forms",status="404"'
    assert value(text, f"dojang_http_requests_total{{{asked}}}") == 1


def test_a_port_that_is_taken_is_said_in_a_sentence() -> None:
    address = f"127.0.0.1:{free_port()}"
    with (
        Metrics().served(address),
        pytest.raises(Permanent, match="Metrics cannot be served at"),
        Metrics().served(address),
    ):
        raise AssertionError("served twice")
