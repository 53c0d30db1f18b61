"""What whoever looks at traces sees: one request through all departments, and nobody's data.

Spans go to a collector that takes real OTLP over HTTP. The same certificate is
asked for on the embedded default and with each department apart, on RabbitMQ
and PostgreSQL.
"""

from __future__ import annotations

import itertools
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from services import demo
from services.forms.people.demo import accounts
from tests.parts.collector import Collector, Seen
from tests.parts.ports import free_port, wait_until
from tests.parts.product import Embedded, InEarnest, Product
from tests.people import Cast
from tests.test_certificates import asked_for, who_may

KIND = "certificate_enrollment"
STRANGE = "00-" + "ab" * 16 + "-" + "cd" * 8 + "-01"
KNOWN = {
    "dojang.attempt", "dojang.case", "dojang.kind", "dojang.language", "dojang.mail",
    "dojang.message", "dojang.outcome", "dojang.service", "dojang.template", "error.type",
    "http.request.method", "http.response.status_code", "http.route",
    "messaging.destination.name", "messaging.message.id", "messaging.operation.type",
    "service.instance.id", "service.name", "service.namespace", "service.version",
    "telemetry.sdk.language", "telemetry.sdk.name", "telemetry.sdk.version",
}  # fmt: skip
WAY = [  # each is part of the one before
    ("forms", "server", "POST /api/v1/applications"),
    ("forms", "producer", "publish document.requested"),
    ("certs", "consumer", "process document.requested"),
    ("certs", "producer", "publish document.issued"),
    ("forms", "consumer", "process document.issued"),
    ("forms", "producer", "publish notification.requested"),
    ("notify", "consumer", "process notification.requested"),
    ("notify", "client", "send email"),
    ("notify", "producer", "publish notification.delivered"),
    ("forms", "consumer", "process notification.delivered"),
]


@dataclass
class Town:
    """What was asked of a product that has been stopped since, and the spans it sent."""

    collector: Collector
    application: dict[str, str]
    document: str
    secrets: set[str]


@pytest.fixture(scope="module", params=["embedded", "in earnest"])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Town:
    collector, folder = Collector(), tmp_path_factory.mktemp("traced")
    product: Product
    if request.param == "embedded":
        product = Embedded(folder, **collector.variables)
    else:
        servers = [request.getfixturevalue(name) for name in ("rabbitmq", "postgres")]
        product = InEarnest(folder, *servers, **collector.variables)
    try:
        product.start()
        asked = _ask(product.url)
    finally:
        product.stop()
        collector.close()
    return Town(collector, *asked)


def _ask(url: str) -> tuple[dict[str, str], str, set[str]]:
    """A certificate, asked for by somebody who says which trace it were, to its mail."""
    cast = Cast(url)
    student = who_may(cast, KIND)
    before = cast.mailbox.seen()
    student._headers["traceparent"] = STRANGE
    made = asked_for(student, KIND, "ko").json()
    document = demo.document_of(student, made["id"])
    demo.download(student, document["number"])
    wait_until(lambda: bool(cast.mailbox.seen() - before), seconds=60, what="the mail")
    time.sleep(1)  # notify tells forms that it left
    token = student._headers["Authorization"].split()[1]
    return made, document["number"], {token, made["number"], document["number"]}


def only(spans: list[Seen], service: str, name: str) -> Seen:
    found = [one for one in spans if (one.service, one.name) == (service, name)]
    assert len(found) == 1, (service, name, len(found))
    return found[0]


def trace_of_the_request(town: Town) -> list[Seen]:
    asked = only(town.collector.spans, "forms", "POST /api/v1/applications")
    return town.collector.trace(asked.trace)


def test_a_request_for_a_certificate_is_one_trace_through_all_departments(town: Town) -> None:
    spans = trace_of_the_request(town)
    way = [only(spans, service, name) for service, _, name in WAY]
    assert [one.kind for one in way] == [kind for _, kind, _ in WAY]
    assert way[0].parent == ""
    for before, after in itertools.pairwise(way):
        assert after.parent == before.id, (before.name, after.name)
        assert after.began >= before.began
    paper = only(spans, "certs", "make document")
    assert paper.parent == only(spans, "certs", "process document.requested").id
    assert paper.facts["dojang.kind"] == KIND
    assert not any(one.failed for one in spans)


def test_each_span_says_what_was_done_and_how_it_ended(town: Town) -> None:
    spans = trace_of_the_request(town)
    asked = only(spans, "forms", "POST /api/v1/applications")
    assert asked.facts["http.route"] == "/api/v1/applications"
    assert asked.facts["http.response.status_code"] == 201
    assert asked.facts["service.name"] == "dojang-forms"
    issued = only(spans, "forms", "process document.issued")
    assert issued.facts["dojang.outcome"] == "done"
    assert issued.facts["dojang.case"] == town.application["id"]
    assert issued.facts["messaging.destination.name"] == "forms.transactional"
    assert only(spans, "certs", "publish document.issued").facts["dojang.outcome"] == "confirmed"
    assert only(spans, "notify", "send email").facts["dojang.mail"]


def test_the_one_call_inside_is_part_of_the_request_that_makes_it(town: Town) -> None:
    calls = [one for one in town.collector.spans if one.name == "ask notify"]
    assert calls
    for call in calls:
        trace = town.collector.trace(call.trace)
        assert next(one for one in trace if one.id == call.parent).kind == "server"
        answered = next(one for one in trace if one.parent == call.id)
        assert answered.service == "notify"
        assert answered.facts["http.route"].startswith("/internal/verifications")


def test_a_stranger_does_not_choose_the_trace(town: Town) -> None:
    assert STRANGE[3:35] not in {one.trace for one in town.collector.spans}


def test_no_person_number_token_or_path_is_in_any_span(town: Town) -> None:
    said = town.collector.words
    people = {one[key] for one in accounts() for key in ("name", "id", "password", "email")
              if one.get(key)}  # fmt: skip
    for secret in people | town.secrets | {"@"}:
        assert secret not in said
    for one in town.collector.spans:
        assert one.facts.keys() <= KNOWN, one.facts
        for route in (one.facts.get("http.route", ""), one.name):
            assert town.application["id"] not in route


def test_health_checks_and_files_are_no_spans(town: Town) -> None:
    routes = {one.facts.get("http.route", "") for one in town.collector.spans}
    assert not {route for route in routes if route.startswith(("/healthz", "/readyz", "/static"))}


@pytest.fixture(params=["nobody listens", "nobody answers"])
def deaf(request: pytest.FixtureRequest) -> Iterator[str]:
    """A collector that is away, or takes a connection and says nothing."""
    if request.param == "nobody listens":
        yield f"http://127.0.0.1:{free_port()}"
        return
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_collector_that_is_away_holds_up_nothing(deaf: str, tmp_path: Path) -> None:
    product = Embedded(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=deaf, OTEL_BSP_SCHEDULE_DELAY="50")
    product.start()
    try:
        _ask(product.url)
        took = []
        for _ in range(20):
            begun = time.perf_counter()
            assert httpx.get(f"{product.url}/sign-in").status_code == 200
            took.append(time.perf_counter() - begun)
        assert sorted(took)[10] < 0.5
        begun = time.perf_counter()
    finally:
        product.stop()
    assert time.perf_counter() - begun < 20
    log = product.processes.log("up")
    assert "Traceback" not in log
    assert log.count("collector takes no traces") == 1
    assert "opentelemetry" not in log


def test_nothing_of_opentelemetry_is_loaded_while_nobody_asks_for_traces(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from services import departments\n"
        "from services.ground import Ground\n"
        "from shared.settings import Settings\n"
        "settings = Settings.read({'DOJANG_DATA': sys.argv[1]})\n"
        "with Ground.open(settings, {}) as ground, ground.broker() as broker:\n"
        "    ground.migrate()\n"
        "    built = departments.build_all(ground, broker)\n"
        "    work = [one.app() and one.work(broker) for one in built.values()]\n"
        "print(sorted(name for name in sys.modules if name.startswith('opentelemetry')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "data")],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert done.stdout.strip() == "[]", done.stderr
