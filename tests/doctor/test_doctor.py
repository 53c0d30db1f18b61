"""What an operator reads of `dojang doctor`, well and ill."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.certs.parts import FONTS
from services.doctor.examine import examine
from services.doctor.finding import Finding
from services.doctor.machine import Machine, this_machine
from services.ground import Ground
from shared.broker import EmbeddedBroker
from shared.clock import StandingClock
from shared.database import Database
from shared.messages import NotificationDelivered
from shared.outbox import add
from shared.settings import Settings
from tests.parts.brokers import connected, lane_of, publication
from tests.parts.clamd import clamd
from tests.parts.ports import free_port
from tests.parts.postgres import PostgresServer
from tests.parts.product import Embedded
from tests.parts.rabbitmq import RabbitServer

GB = 10**9
NOW = datetime.now(UTC)


def a_machine(**more: object) -> Machine:
    answers = {
        "clock_is_kept": lambda: True,
        "usage": lambda _path: (100 * GB, 10 * GB, 90 * GB),
        "program": lambda name: f"/usr/bin/{name}",
        "fonts": FONTS,
    }
    return Machine(**{**answers, **more})  # type: ignore[arg-type]


def made(folder: Path) -> dict[str, str]:
    """The environment of an installation that was started once."""
    environ = {"DOJANG_DATA": str(folder)}
    with Ground.open(Settings.read(environ), environ) as ground, ground.broker():
        from services import departments

        departments.open_certs(ground)
        ground.migrate()
    return environ


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return made(tmp_path)


def found(
    environ: Mapping[str, str], machine: Machine | None = None, **at: datetime
) -> list[Finding]:
    return list(examine(environ, machine or a_machine(), **at))


def codes(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [(one.severity, one.part, one.code) for one in findings if one.severity != "well"]


def test_a_whole_installation_is_well_in_every_part(environ: dict[str, str]) -> None:
    findings = found(environ)
    assert codes(findings) == []
    parts = {one.part for one in findings}
    assert parts >= {
        "configuration", "clock", "disk", "LibreOffice", "fonts", "database of forms",
        "database of certs", "database of notify", "broker", "mail", "SMS", "file store", "keys",
        "key qr", "signature of papers",
    }  # fmt: skip


def test_the_real_machine_is_asked_as_well(environ: dict[str, str]) -> None:
    findings = found(environ, this_machine(FONTS))
    assert {"clock", "disk", "LibreOffice", "fonts"} <= {one.part for one in findings}


def test_a_wrong_setting_is_said_and_nothing_else_is_asked() -> None:
    assert codes(found({"DOJANG_MAIL": "pigeon://loft"})) == [
        ("wrong", "configuration", "bad_setting")
    ]


def test_before_the_first_start_nothing_is_wrong_and_nothing_is_made(tmp_path: Path) -> None:
    findings = found({"DOJANG_DATA": str(tmp_path / "data")})
    assert not [one for one in findings if one.severity == "wrong"]
    assert not (tmp_path / "data").exists()


def test_in_production_a_missing_key_is_wrong_and_the_remedy_is_named(tmp_path: Path) -> None:
    findings = found(
        {
            "DOJANG_DATA": str(tmp_path / "data"),
            "DOJANG_ENVIRONMENT": "production",
            "DOJANG_BASE_URL": "https://dojang.example",
            "DOJANG_MAIL": f"smtp://127.0.0.1:{free_port()}",
        }
    )
    missing = [one for one in findings if one.code == "key_missing"]
    assert {one.part for one in missing} >= {"key link", "key qr", "signature of papers"}
    assert all(one.severity == "wrong" and "dojang keys" in one.remedy for one in missing)
    assert ("wrong", "mail", "server_unreachable") in codes(findings)
    assert ("note", "SMS", "no_provider") in codes(findings)


@pytest.mark.parametrize(
    ("used", "said"),
    [(81, ("note", "disk", "disk_nearly_full")), (96, ("wrong", "disk", "disk_full"))],
)
def test_a_disk_that_fills_is_said_before_it_is_full(
    environ: dict[str, str], used: int, said: tuple[str, str, str]
) -> None:
    machine = a_machine(usage=lambda _path: (100 * GB, used * GB, (100 - used) * GB))
    assert set(codes(found(environ, machine))) == {said}


def test_a_clock_that_nobody_keeps_no_libreoffice_and_lost_fonts_are_said(
    environ: dict[str, str], tmp_path: Path
) -> None:
    machine = a_machine(
        clock_is_kept=lambda: False, program=lambda _name: None, fonts=tmp_path / "nowhere"
    )
    assert codes(found(environ, machine)) == [
        ("note", "clock", "clock_not_kept"),
        ("note", "LibreOffice", "office_missing"),
        ("wrong", "fonts", "font_missing"),
    ]


def test_an_outbox_that_waits_is_a_note_and_then_wrong(environ: dict[str, str]) -> None:
    database = Database(Settings.read(environ).database_url("forms"))
    clock = StandingClock(NOW)
    message = NotificationDelivered(notification_id="n")
    with database.write() as session:
        add(session, message, clock=clock, correlation_id="c")
    database.close()
    soon, later = NOW + timedelta(minutes=5), NOW + timedelta(hours=3)
    assert codes(found(environ, now=NOW)) == []
    assert codes(found(environ, now=soon)) == [("note", "database of forms", "outbox_waits")]
    assert codes(found(environ, now=later)) == [("wrong", "database of forms", "outbox_waits")]


def test_another_schema_is_wrong_and_the_remedy_is_to_migrate(
    environ: dict[str, str], tmp_path: Path
) -> None:
    file = sqlite3.connect(tmp_path / "certs.sqlite")
    file.execute("UPDATE alembic_version SET version_num = '0001'")
    file.commit()
    file.close()
    [finding] = [one for one in found(environ) if one.severity == "wrong"]
    assert (finding.part, finding.code) == ("database of certs", "schema_differs")
    assert "dojang migrate" in finding.remedy


def test_keys_that_others_may_read_weak_ones_and_a_damaged_one_are_wrong(
    environ: dict[str, str], tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    (keys / "link.key").chmod(0o644)
    (keys / "codes.key").write_text("short\n")
    (keys / "qr.pem").write_text("nothing of a key")
    assert codes(found(environ)) == [
        ("wrong", "key codes", "key_weak"),
        ("wrong", "keys", "key_open"),
        ("wrong", "key qr", "bad_qr_key"),
    ]


def test_a_certificate_is_told_a_month_before_its_end_and_wrong_after_it(
    environ: dict[str, str],
) -> None:
    signing = ("signature of papers", "ends")
    near, past = NOW + timedelta(days=3653 - 20), NOW + timedelta(days=3700)
    assert ("note", *signing) in codes(found(environ, now=near))
    assert ("wrong", "signature of papers", "ended") in codes(found(environ, now=past))


def test_a_store_that_takes_nothing_is_wrong(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "files").rmdir()
    (tmp_path / "files").write_text("a file where a folder should be")
    assert codes(found(environ)) == [("wrong", "file store", "store_unavailable")]


def test_a_scanner_that_does_not_answer_is_wrong(environ: dict[str, str]) -> None:
    with clamd() as address:
        assert codes(found({**environ, "DOJANG_SCANNER": address})) == []
    away = found({**environ, "DOJANG_SCANNER": address})
    assert codes(away) == [("wrong", "virus scanner", "scanner_away")]


def test_dead_letters_are_seen_beside_the_server_that_has_the_queue(
    environ: dict[str, str], tmp_path: Path
) -> None:
    broker = EmbeddedBroker(tmp_path / "queue.sqlite")
    try:
        broker.publish([publication()])
        subscription = broker.subscribe(lane_of(broker, "forms"), 1)
        delivery = subscription.next(10)
        assert delivery is not None
        subscription.bury(delivery, "unknown_template", NOW)
        assert codes(found(environ)) == [("note", "queue forms.transactional", "dead_letters")]
    finally:
        broker.close()


@pytest.fixture
def apart(tmp_path: Path, postgres: PostgresServer, rabbitmq: RabbitServer) -> dict[str, str]:
    environ = {
        "DOJANG_DATA": str(tmp_path),
        "DOJANG_BROKER": rabbitmq.url(),
        "DOJANG_FORMS_DATABASE": postgres.url(),
    }
    with Ground.open(Settings.read(environ), environ) as ground:
        from services import departments

        departments.open_certs(ground)
        ground.migrate()
    return environ


def test_apart_postgresql_and_rabbitmq_are_asked_and_a_lane_without_worker_is_wrong(
    apart: dict[str, str],
) -> None:
    broker = connected(apart["DOJANG_BROKER"])
    subscriptions = [
        broker.subscribe(lane, 1) for lane in broker.topology.lanes if lane.name != "codes"
    ]
    for one in subscriptions:
        one.next(0.5)
    try:
        assert codes(found(apart)) == [("wrong", "queue notify.codes", "no_consumer")]
    finally:
        broker.close()


def test_a_broker_and_a_database_that_are_away_are_said(apart: dict[str, str]) -> None:
    away = f"127.0.0.1:{free_port()}"
    findings = found(
        apart
        | {
            "DOJANG_BROKER": f"amqp://guest:guest@{away}/",
            "DOJANG_FORMS_DATABASE": f"postgresql://forms:x@{away}/forms",
        }
    )
    assert codes(findings) == [
        ("wrong", "database of forms", "database_unavailable"),
        ("wrong", "broker", "broker_unavailable"),
    ]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    product = Embedded(tmp_path_factory.mktemp("product"))
    product.start()
    yield product
    product.stop()


def dojang_doctor(running: Embedded, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services.cli", "doctor", *options],
        env={**os.environ, "DOJANG_DATA": str(running.data)},
        capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip


def test_the_command_says_sentences_beside_a_running_server(running: Embedded) -> None:
    done = dojang_doctor(running)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert any(line.startswith("well  broker: ") for line in lines)
    assert lines[-1].endswith(" 0 wrong.")


def test_the_command_speaks_json_and_its_status_says_that_something_is_wrong(
    running: Embedded,
) -> None:
    key = running.data / "keys" / "link.key"
    key.chmod(0o640)
    try:
        done = dojang_doctor(running, "--json")
    finally:
        key.chmod(0o600)
    *findings, figures = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert figures["wrong"] == 1
    [wrong] = [one for one in findings if one["severity"] == "wrong"]
    assert (wrong["part"], wrong["code"]) == ("keys", "key_open")
    assert wrong["remedy"].startswith("chmod 600")
