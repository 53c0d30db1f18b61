"""Ask the providers that push no receipts what became of the messages that they accepted.

A message is asked after at intervals that grow with its age, for three days:
after that no carrier knows any more.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from sqlalchemy import func, select

from services.notify.catalog import SMS
from services.notify.channels.in_order import InOrder
from services.notify.channels.interface import Channel
from services.notify.channels.kept import Kept
from services.notify.channels.provider import Receipt
from services.notify.receipts import Receipts
from services.notify.tables import ACCEPTED, Happening, Notification
from shared.clock import Clock
from shared.database import Database
from shared.errors import DojangError

ROUND_S = 30.0
AGES_S = (30, 120, 600, 3_600, 6 * 3_600, 24 * 3_600, 72 * 3_600)  # when each is asked after
BATCH = 200

log = logging.getLogger("dojang.notify")


@runtime_checkable
class CanLookUp(Protocol):
    """A provider that can be asked."""

    name: str

    def look_up(self, provider_id: str) -> Receipt | None:
        """What became of a message; None while nobody knows."""
        ...


class Asking:
    """One round after the other."""

    def __init__(
        self, database: Database, clock: Clock, channels: Mapping[str, Channel], receipts: Receipts
    ) -> None:
        self._database, self._clock, self._receipts = database, clock, receipts
        self._ways = _ways(channels[SMS])
        self._asked_at = clock.now() - timedelta(seconds=AGES_S[-1])

    def run(self, stop: threading.Event) -> None:
        """Ask until `stop`; nothing to do where no provider can be asked."""
        while self._ways and not stop.wait(ROUND_S):
            try:
                self.ask()
            except DojangError as error:
                log.warning("receipts are asked for later (%s)", error.code)

    def ask(self) -> int:
        """One round; gives how many were asked after."""
        now, since = self._clock.now(), self._asked_at
        count = 0
        for by, provider_id, accepted_at in self._waiting(now):
            if not _is_due(accepted_at, since, now):
                continue
            count += 1
            receipt = self._ways[by].look_up(provider_id)
            if receipt is not None:
                self._receipts.hear(receipt)
        self._asked_at = now
        return count

    def _waiting(self, now: datetime) -> list[tuple[str, str, datetime]]:
        """Who accepted what when, of which nobody has said what became."""
        with self._database.read() as session:
            found = session.execute(
                select(Notification.by, Notification.provider_id, func.max(Happening.at))
                .join(Happening, Happening.notification_id == Notification.id)
                .where(
                    Notification.state == ACCEPTED,
                    Notification.by.in_(self._ways),
                    Notification.provider_id != "",
                    Happening.event == "accepted",
                    Happening.at >= now - timedelta(seconds=AGES_S[-1]),
                )
                .group_by(Notification.id)
                .limit(BATCH)
            )
            return [(row[0], row[1], row[2]) for row in found]


def _is_due(accepted_at: datetime, since: datetime, now: datetime) -> bool:
    """Whether it came of one of the ages since the last round."""
    marks = (accepted_at + timedelta(seconds=age_s) for age_s in AGES_S)
    return any(since < mark <= now for mark in marks)


def _ways(channel: Channel) -> dict[str, CanLookUp]:
    channel = channel.channel if isinstance(channel, Kept) else channel
    ways = channel.ways if isinstance(channel, InOrder) else ()
    return {way.name: way.channel for way in ways if isinstance(way.channel, CanLookUp)}
