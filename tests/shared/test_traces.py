"""A trace goes on wherever a message goes: through the outbox, either broker, and every retry."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import MetaData
from sqlalchemy.orm import Session

from shared.broker import Broker, DeadLetters, Delivery, EmbeddedBroker, Publication
from shared.broker.embedded_store import SCHEMA
from shared.broker.rabbit_form import properties_of, traceparent_of
from shared.clock import StandingClock
from shared.consumer import Consumer, Handler, Received
from shared.database import Database
from shared.errors import Permanent, TryLater
from shared.logs import JsonLines
from shared.messages import DocumentIssued, DocumentRevoked, Envelope
from shared.outbox import add, attach
from shared.relay import Relay
from shared.traces import Kind, doing, here, nowhere, open_collector, part, read, within
from shared.traces.span import trace_id
from tests.parts.brokers import KINDS, brokers_of, lane_of
from tests.parts.collector import Collector
from tests.parts.tracing import Noted, Recorder

AT = datetime(2022, 8, 30, 9, tzinfo=UTC)
CLOCK = StandingClock(AT)
CASE = "0" * 32
ASKED = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'forms.sqlite'}")
    attach(metadata := MetaData())
    metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture(params=KINDS)
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    brokers = brokers_of(request.param, request, tmp_path)
    yield brokers.open()
    brokers.close()


@pytest.fixture
def traces() -> Recorder:
    return Recorder()


def say(database: Database, number: str) -> None:
    with database.write() as session:
        message = DocumentRevoked(number=number, code="error", at=AT)
        add(session, message, clock=CLOCK, correlation_id=CASE)


def publication(traceparent: str = ASKED, body: bytes | None = None) -> Publication:
    message = DocumentRevoked(number="A", code="error", at=AT)
    envelope = Envelope.wrap(message, at=AT, correlation_id=CASE)
    made = Publication(envelope.id, envelope.type, "transactional", CASE, envelope.to_json())
    return replace(made, body=body or made.body, traceparent=traceparent)


def consumer(
    database: Database,
    broker: Broker,
    traces: Recorder,
    act: Callable[[Session, Received], None] = lambda _session, _received: None,
) -> Consumer:
    handlers = [Handler(DocumentRevoked, act)]
    return Consumer("forms", database, broker, CLOCK, handlers, traces=traces)


def processed(traces: Recorder) -> list[Noted]:
    return traces.named("process document.revoked")


def test_who_publishes_later_goes_on_with_the_trace_of_who_said_it(
    database: Database, broker: Broker, traces: Recorder
) -> None:
    with doing(traces.begin("POST /deed", Kind.SERVER)) as asked:
        say(database, "A")
    Relay(database, broker, CLOCK, traces=traces).drain()  # as another process would, later
    seen: list[str] = []
    consumer(database, broker, traces, lambda *_: seen.append(here().traceparent)).drain(5, most=1)
    (published,) = traces.named("publish document.revoked")
    (handled,) = processed(traces)
    assert published.parent == asked.traceparent
    assert handled.parent == published.traceparent
    assert seen == [handled.traceparent]
    assert (published.kind, handled.kind) == (Kind.PRODUCER, Kind.CONSUMER)
    assert published.facts["dojang.outcome"] == "confirmed"
    assert handled.facts["dojang.outcome"] == "done"
    assert handled.facts["dojang.case"] == CASE


def test_a_relay_that_traces_nothing_hands_the_trace_on(
    database: Database, broker: Broker, traces: Recorder
) -> None:
    with doing(traces.begin("POST /deed", Kind.SERVER)) as asked:
        say(database, "A")
    Relay(database, broker, CLOCK).drain()
    consumer(database, broker, traces).drain(5, most=1)
    assert processed(traces)[0].parent == asked.traceparent


def test_what_nobody_asked_for_begins_its_trace_where_it_is_published(
    database: Database, broker: Broker, traces: Recorder
) -> None:
    say(database, "A")
    Relay(database, broker, CLOCK, traces=traces).drain()
    assert traces.named("publish document.revoked")[0].parent == ""


@pytest.mark.parametrize("given", ["", "no traceparent", "00-" + "0" * 32 + "-" + "b" * 16 + "-01"])
def test_a_message_without_a_trace_is_handled_like_any_other(
    database: Database, broker: Broker, traces: Recorder, given: str
) -> None:
    broker.publish([publication(read(given))])
    assert consumer(database, broker, traces).drain(5, most=1) == 1
    assert processed(traces)[0].parent == ""
    assert processed(traces)[0].facts["dojang.outcome"] == "done"


def test_a_message_that_comes_again_is_told_as_that(
    database: Database, broker: Broker, traces: Recorder
) -> None:
    one, acts = publication(), list[Received]()
    broker.publish([one, one])
    consumer(database, broker, traces, lambda _s, received: acts.append(received)).drain(5, most=2)
    assert [span.facts["dojang.outcome"] for span in processed(traces)] == ["done", "again"]
    assert {span.parent for span in processed(traces)} == {ASKED}
    assert len(acts) == 1


def test_a_retry_and_a_dead_letter_called_back_stay_in_the_trace(
    database: Database, broker: Broker, traces: Recorder
) -> None:
    errors = [TryLater("away"), Permanent("never")]

    def act(_session: Session, _received: Received) -> None:
        if errors:
            raise errors.pop(0)

    one = publication()
    broker.publish([one])
    working = consumer(database, broker, traces, act)
    assert working.drain(5, most=2) == 2
    DeadLetters(broker).replay("forms", one.id)
    assert working.drain(5, most=1) == 1
    spans = processed(traces)
    assert [span.facts["dojang.outcome"] for span in spans] == ["retried", "dead", "done"]
    assert [span.facts.get("error.type") for span in spans] == ["away", "never", None]
    assert [span.facts["dojang.attempt"] for span in spans] == [1, 2, 1]
    assert {span.parent for span in spans} == {ASKED}


def test_many_at_once_are_each_in_their_own_trace(
    database: Database, tmp_path: Path, traces: Recorder
) -> None:
    def act(session: Session, received: Sequence[Received]) -> None:
        for one in received:
            with within(one.span):
                message = DocumentRevoked(number=one.message.business_key(), code="", at=AT)
                add(session, message, clock=CLOCK, correlation_id=CASE)

    broker = EmbeddedBroker(tmp_path / "queue.sqlite")
    asked = [f"00-{n:032x}-{n:016x}-01" for n in (1, 2)]
    for n, traceparent in enumerate(asked):
        message = DocumentIssued(
            issue_id=f"i{n}", application_id="a", number=f"N{n}", sha256="0" * 64,
            template_version="1", issued_at=AT,
        )  # fmt: skip
        envelope = Envelope.wrap(message, at=AT, correlation_id=CASE)
        body = envelope.to_json()
        broker.publish(
            [Publication(envelope.id, envelope.type, "transactional", CASE, body, traceparent)]
        )
    handler = Handler(DocumentIssued, lambda session, one: act(session, [one]), handle_all=act)
    Consumer("forms", database, broker, CLOCK, [handler], traces=traces).drain()
    Relay(database, broker, CLOCK, traces=traces).drain()
    handled, published = (
        traces.named(f"{name}") for name in ("process document.issued", "publish document.revoked")
    )
    assert [span.parent for span in handled] == asked
    assert [span.parent for span in published] == [span.traceparent for span in handled]
    broker.close()


def test_a_type_that_is_none_of_ours_names_no_span(
    database: Database, tmp_path: Path, traces: Recorder
) -> None:
    broker = EmbeddedBroker(tmp_path / "queue.sqlite")
    subscription = broker.subscribe(lane_of(broker, "forms"), 1)
    delivery = Delivery(1, "kim@uni.example", "010-1234-5678", "kim@uni.example", b"{}")
    consumer(database, broker, traces)._settle(subscription, delivery, stop=None)  # type: ignore[arg-type]  # nothing waits
    (span,) = traces.ended
    assert span.name == "process unknown"
    assert "kim" not in str(span.facts)
    assert "010" not in str(span.facts)
    broker.close()


def test_the_trace_travels_in_a_header_and_the_body_is_as_it_was() -> None:
    traced, plain = publication(), publication("")
    assert properties_of(traced).headers == {"lane": "transactional", "traceparent": ASKED}
    assert properties_of(plain).headers == {"lane": "transactional"}
    assert traceparent_of(properties_of(traced)) == ASKED
    assert b"traceparent" not in traced.body


@pytest.mark.parametrize(
    "found", [None, 7, b"00", ASKED.upper(), ASKED + "-more", "01" + ASKED[2:], "a" * 10_000]
)
def test_what_is_no_traceparent_is_read_as_none(found: object) -> None:
    assert read(found) == ""


def test_a_queue_of_an_earlier_version_is_read_on(tmp_path: Path) -> None:
    path = tmp_path / "queue.sqlite"
    with sqlite3.connect(path) as file:
        file.executescript(
            SCHEMA.replace(
                "last_failed_at TEXT,\n  traceparent TEXT NOT NULL DEFAULT ''",
                "last_failed_at TEXT",
            )
        )
        assert "traceparent" not in str(file.execute("PRAGMA table_info(message)").fetchall())
        file.execute(
            "INSERT INTO message (queue, id, type, correlation_id, body) "
            "VALUES ('forms.transactional', 'm1', 'document.revoked', 'c', '{}')"
        )
    file.close()
    broker = EmbeddedBroker(path)
    found = broker.subscribe(lane_of(broker, "forms"), 1).next(0)
    assert found is not None
    assert (found.id, found.traceparent) == ("m1", "")
    broker.close()


def test_a_part_that_fails_says_the_code_and_not_the_sentence(traces: Recorder) -> None:
    with (
        pytest.raises(Permanent),
        doing(traces.begin("POST /deed", Kind.SERVER)),
        part("make document"),
    ):
        raise Permanent("missing_glyph", "the name of 한서윤 cannot be set")
    inner, outer = traces.ended
    assert inner.facts == outer.facts == {"error.type": "missing_glyph"}
    assert inner.parent == outer.traceparent
    assert here().traceparent == ""


def test_a_line_of_the_log_names_its_trace(traces: Recorder) -> None:
    record = logging.makeLogRecord({"msg": "done"})
    with doing(traces.begin("POST /deed", Kind.SERVER)):
        assert json.loads(JsonLines().format(record))["trace"] == trace_id() != ""
    assert "trace" not in json.loads(JsonLines().format(record))


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_SDK_DISABLED": "true"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_TRACES_EXPORTER": "none"},
    ],
)
def test_traces_are_off_unless_they_are_asked_for(environ: dict[str, str]) -> None:
    assert type(open_collector(environ)) is type(nowhere())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "user:secret@collector:4318"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "ftp://secret"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json"),
    ],
)
def test_a_wrong_setting_is_refused_with_a_sentence_that_quotes_no_secret(
    name: str, value: str
) -> None:
    with pytest.raises(Permanent, match=name) as refused:
        open_collector({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", name: value})
    assert refused.value.code == "bad_setting"
    assert "secret" not in refused.value.sentence


def test_a_department_is_a_service_of_its_own_and_the_environment_names_it_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand_in = Collector()
    for name, value in stand_in.variables.items():
        monkeypatch.setenv(name, value)
    _send_one("certs")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "campus")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=trial")
    _send_one("certs")
    ours, theirs = stand_in.spans
    assert (ours.facts["service.name"], ours.facts["dojang.service"]) == ("dojang-certs", "certs")
    assert (theirs.facts["service.name"], theirs.service) == ("campus", "certs")
    assert theirs.facts["deployment.environment.name"] == "trial"
    stand_in.close()


def _send_one(service: str) -> None:
    opened = open_collector(os.environ)
    with doing(opened.of(service).begin("make document", Kind.INTERNAL)):
        pass
    opened.close()
