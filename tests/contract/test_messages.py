"""Contract "Messages": what a program on the exchange sees of a journey, and what nobody keeps."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pika
import pytest
import sqlalchemy

from services.forms.people.demo import accounts
from tests.contract.asking import CODE, TOKEN
from tests.parts.ports import wait_until
from tests.parts.postgres import PostgresServer
from tests.parts.product import Embedded, InEarnest
from tests.parts.rabbitmq import RabbitServer
from tests.people import Cast

ENVELOPE = {"id", "type", "version", "occurred_at", "correlation_id", "causation_id", "data"}
DATA = {
    "render.requested": {"render_id", "template", "language", "facts"},
    "render.finished": {"render_id", "file_id", "sha256", "template_version"},
    "document.requested": {"issue_id", "application_id", "kind", "language", "template_version",
                           "facts"},
    "document.issued": {"issue_id", "application_id", "number", "sha256", "template_version",
                        "issued_at"},
    "document.revocation.requested": {"number", "code"},
    "document.revoked": {"number", "code", "at"},
    "notification.requested": {"notification_id", "message", "language", "lane", "address",
                               "thread", "params", "links"},
    "notification.delivered": {"notification_id", "permanent", "code"},
}  # fmt: skip
REASON = "Nobody but those who decide reads this reason."


class Listener:
    """A program bound to the topic exchange by `#`."""

    def __init__(self, url: str) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self._url, self._stop, self._bound = url, threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._listen)

    def start(self) -> None:
        self._thread.start()
        assert self._bound.wait(20)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _listen(self) -> None:
        connection = pika.BlockingConnection(pika.URLParameters(self._url))
        channel = connection.channel()
        queue = channel.queue_declare("", exclusive=True).method.queue
        channel.queue_bind(queue, "dojang.events", "#")
        channel.basic_consume(queue, self._hear, auto_ack=True)
        self._bound.set()
        while not self._stop.is_set():
            connection.process_data_events(time_limit=0.2)
        connection.close()

    def _hear(self, _channel: Any, method: Any, properties: Any, body: bytes) -> None:
        assert properties.delivery_mode == 2, "persistent"
        self.heard.append((method.routing_key, json.loads(body)))


class Journey:
    """One waiver from preview to revocation, and every secret that it used."""

    def __init__(self, url: str) -> None:
        cast = Cast(url)
        student = cast.applicant("en")
        self.sent = cast.send(student, REASON)
        assert (
            student.request("GET", f"/api/v1/applications/{self.sent.id}/preview").status_code
            == 303
        )
        cast.sign_both(self.sent)
        assert cast.at_desk(self.sent, "approve").status_code == 200
        self.number = cast.issued(self.sent)["number"]
        revoke = {"reason": "A private word.", "code": "other"}
        cast.officer().ask("POST", f"/api/v1/documents/{self.number}/revoke", json=revoke)
        cast.mail(self.sent, "revoked")
        mails = cast.mailbox.all()
        codes = [CODE.search(m["text"]) for m in mails if m["message"] == "sign_in_code"]
        tokens = [TOKEN.search(m["text"]) for m in mails if m["message"] == "approval_request"]
        self.codes = {found[0] for found in codes if found}
        self.tokens = {found[1] for found in tokens if found}
        self.bearers = {p._headers["Authorization"].split()[1] for p in cast.people.values()}
        self.passwords = {one["password"] for one in accounts() if one["password"]}
        assert len(self.codes) >= 2
        assert len(self.tokens) == 2

    def secrets_in(self, text: str) -> list[str]:
        """Those of the secrets that a text holds."""
        whole = [one for one in self.codes if re.search(rf"(?<![\w.]){one}(?!\w)", text)]
        return whole + [one for one in self.tokens | self.bearers | self.passwords if one in text]


class InEarnestOnce:
    """A product in earnest with a listener beside it, and the journey walked."""

    def __init__(self, folder: Path, rabbitmq: RabbitServer, postgres: PostgresServer) -> None:
        self.product = InEarnest(folder, rabbitmq, postgres)
        self.product.start()
        self.environment = self.product.processes.environment
        listener = Listener(self.environment["DOJANG_BROKER"])
        listener.start()
        self.journey = Journey(self.product.url)
        wait_until(lambda: not self.unconfirmed(), seconds=30, what="all confirmed")
        listener.stop()
        self.heard = listener.heard

    def unconfirmed(self) -> bool:
        return any(
            row["payload"] is not None for url in self.databases() for row in rows(url, "outbox")
        )

    def databases(self) -> list[str]:
        return [self.environment[f"DOJANG_{one}_DATABASE"] for one in ("FORMS", "CERTS", "NOTIFY")]


def rows(url: str, table: str) -> list[dict[str, Any]]:
    """All rows of a table."""
    engine = sqlalchemy.create_engine(url)
    try:
        with engine.connect() as connection:
            found = connection.execute(sqlalchemy.text(f'select * from "{table}"'))
            return [dict(row) for row in found.mappings()]
    finally:
        engine.dispose()


def tables(url: str) -> list[str]:
    """The names of all tables."""
    engine = sqlalchemy.create_engine(url)
    try:
        return sqlalchemy.inspect(engine).get_table_names()
    finally:
        engine.dispose()


@pytest.fixture(scope="module")
def earnest(
    tmp_path_factory: pytest.TempPathFactory, rabbitmq: RabbitServer, postgres: PostgresServer
) -> Iterator[InEarnestOnce]:
    made = InEarnestOnce(tmp_path_factory.mktemp("earnest"), rabbitmq, postgres)
    yield made
    made.product.stop()


def test_every_message_travels_in_the_envelope_with_the_data_of_the_table(
    earnest: InEarnestOnce,
) -> None:
    seen = {key for key, _ in earnest.heard}
    assert seen == DATA.keys()
    ids = [envelope["id"] for _, envelope in earnest.heard]
    assert len(ids) == len(set(ids))
    for key, envelope in earnest.heard:
        assert envelope.keys() == ENVELOPE
        assert envelope["type"] == key
        assert isinstance(envelope["version"], int)
        assert datetime.fromisoformat(envelope["occurred_at"]).tzinfo is not None
        assert envelope["data"].keys() >= DATA[key], key


def test_answers_name_what_caused_them(earnest: InEarnestOnce) -> None:
    by_id = {envelope["id"]: envelope for _, envelope in earnest.heard}
    for answer, question in (("document.issued", "document.requested"),
                             ("render.finished", "render.requested"),
                             ("document.revoked", "document.revocation.requested"),
                             ("notification.delivered", "notification.requested")):  # fmt: skip
        for key, envelope in earnest.heard:
            if key == answer:
                cause = by_id[envelope["causation_id"]]
                assert cause["type"] == question
                assert cause["correlation_id"] == envelope["correlation_id"]


def test_personal_facts_travel_only_where_the_table_says(earnest: InEarnestOnce) -> None:
    for key, envelope in earnest.heard:
        text = json.dumps(envelope, ensure_ascii=False)
        if key not in ("render.requested", "document.requested", "notification.requested"):
            assert "Lê Minh Khoa" not in text
            assert "@" not in text
        assert not earnest.journey.secrets_in(text), key
        assert "A private word." not in text
        if key != "notification.requested":
            assert "@dojang.example" not in text.replace("registrar@dojang.example", "")


def test_outbox_and_inbox_keep_ids_alone(earnest: InEarnestOnce) -> None:
    for url in earnest.databases():
        for table in ("outbox", "inbox"):
            text = json.dumps(rows(url, table), default=str, ensure_ascii=False)
            for word in ("Lê Minh Khoa", REASON, "@dojang.example", *earnest.journey.tokens):
                assert word not in text, (table, word)


def test_no_secret_is_in_any_database_or_log_in_earnest(earnest: InEarnestOnce) -> None:
    for url in earnest.databases():
        for table in tables(url):
            if "mailbox" in table:  # the trial's mail catcher shows mails with their links
                continue
            text = json.dumps(rows(url, table), default=str, ensure_ascii=False)
            assert not earnest.journey.secrets_in(text), table
    for log in earnest.product.processes.folder.glob("*.log"):
        text = log.read_text(errors="replace")
        assert not earnest.journey.secrets_in(text), log.name
        assert "Lê Minh Khoa" not in text, log.name


def test_no_secret_is_in_any_file_or_log_of_the_embedded_default(
    product: Embedded,
) -> None:
    journey = Journey(product.url)
    product.stop()
    for path in sorted(product.data.glob("*.sqlite")):
        url = f"sqlite:///{path}"
        for table in tables(url):
            text = json.dumps(rows(url, table), default=str, ensure_ascii=False)
            found = journey.secrets_in(text)
            if "mailbox" in table:
                found = [one for one in found if one not in journey.tokens]
            assert not found, (path.name, table)
            if table in ("outbox", "inbox"):
                assert REASON not in text
                assert "@dojang.example" not in text
    lines = product.processes.log("up").splitlines()
    text = "\n".join(line for line in lines if re.match(r"\d{4}-\d\d-\d\dT", line))
    assert text, "not who can sign in, which the start prints, but what is logged"
    assert not journey.secrets_in(text)
    assert "Lê Minh Khoa" not in text
