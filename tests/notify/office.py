"""notify as tests run it: real parts on a database of their own, and a clock that stands."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select

from services.notify.channels.interface import Channel
from services.notify.database import bring_up_to_date
from services.notify.parts import Parts, open_parts
from services.notify.receive import receive
from services.notify.tables import Happening, Notification
from services.notify.worker import deliverers
from shared.clock import Clock, StandingClock
from shared.consumer import Received
from shared.database import Database
from shared.keys import NAMES, Key, Keyring
from shared.messages import BY_TYPE, Envelope, NotificationRequested
from shared.outbox import OUTBOX
from shared.relay import no_fault
from shared.settings import Settings
from tests.notify.samples import CASE, LINKS, MORE

NOW = datetime(2026, 8, 24, 5, 5, tzinfo=UTC)
RING = Keyring({name: (Key("k" + name[:3], f"{name:*<40}".encode()),) for name in NAMES})


def settings(**more: str) -> Settings:
    return Settings.read({"DOJANG_BASE_URL": "https://dojang.example", **more})


def open_office(
    url: str,
    *,
    clock: Clock | None = None,
    channels: Mapping[str, Channel] | None = None,
    fault: Callable[[str], None] = no_fault,
    **more: str,
) -> Parts:
    """notify's parts on the database at `url`, its schema up to date."""
    path = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite") and not path.exists():
        path.write_bytes(_migrated())
    database = Database(url)
    if not database.is_sqlite:
        bring_up_to_date(database)
    parts = open_parts(settings(**more), clock or StandingClock(NOW), database, RING)
    return replace(parts, channels={**parts.channels, **(channels or {})}, fault=fault)


@cache
def _migrated() -> bytes:
    """An empty SQLite database of the newest schema: migrating for each test takes a second."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "notify.sqlite"
        database = Database(f"sqlite:///{path}")
        bring_up_to_date(database)
        database.close()
        return path.read_bytes()


def request(message: str = "at_desk", language: str = "ko", **more: Any) -> NotificationRequested:
    """What forms asks for, with the params of the samples."""
    purpose = LINKS.get(message)
    fields = MORE.get(message, MORE["at_desk"])
    wanted: dict[str, Any] = {
        "notification_id": str(uuid.uuid4()),
        "message": message,
        "language": language,
        "lane": "transactional",
        "address": {"email": "seo@dojang.example"},
        "thread": "case-42",
        "params": {**CASE.get(language, {}), **fields.get(language, {})},
        "links": [{"purpose": purpose, "subject_id": "s-1", "generation": 1}] if purpose else [],
    }
    return NotificationRequested(**{**wanted, **more})


def ask(parts: Parts, asked: NotificationRequested) -> str:
    """Take in a request as the consumer would; gives its id."""
    envelope = Envelope.wrap(asked, at=parts.clock.now(), correlation_id="case-42")
    with parts.database.write() as session:
        receive(session, Received(asked, envelope), parts.clock)
    return asked.notification_id


def deliver_due(parts: Parts) -> int:
    """Deliver all that is due in every lane; gives how many attempts that took."""
    return sum(deliverer.drain() for deliverer in deliverers(parts)[1])


def row(parts: Parts, notification_id: str) -> Notification:
    with parts.database.read() as session:
        found = session.get_one(Notification, notification_id)
        session.expunge(found)
    return found


def history(parts: Parts, notification_id: str) -> list[str]:
    """event or event:code, in their order."""
    with parts.database.read() as session:
        found = session.scalars(
            select(Happening)
            .where(Happening.notification_id == notification_id)
            .order_by(Happening.id)
        )
        return [f"{one.event}:{one.code}" if one.code else one.event for one in found]


def told(parts: Parts) -> list[tuple[str, dict[str, Any]]]:
    """What stands in the outbox: type and data, in their order."""
    with parts.database.read() as session:
        payloads = session.scalars(select(OUTBOX.c.payload).order_by(OUTBOX.c.seq)).all()
    envelopes = [Envelope.from_json(payload) for payload in payloads]
    assert all(one.type in BY_TYPE for one in envelopes)
    return [(one.type, one.data) for one in envelopes]


def delivered(notification_id: str) -> dict[str, Any]:
    """The data of `notification.delivered` (contract, "Messages")."""
    return {"notification_id": notification_id, "permanent": True, "code": ""}
