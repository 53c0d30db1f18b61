"""The oracle for real processes: what must be true when a fault is over, nobody having repaired
anything. It reads the installation's own databases, queues and store, beside it.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from sqlalchemy import select

from services.forms.applications.tables import ApplicationRow
from services.notify.catalog import CODES
from services.notify.tables import Happening, MailboxMail, Notification
from services.routes import SERVICES
from shared.broker import TOPOLOGY, Depth, Lane, RabbitBroker
from shared.broker.embedded_store import depth_in
from shared.database import Database
from shared.errors import TryLater
from shared.files import open_store
from shared.settings import Settings
from tests.parts import truth

# An attempt that ended so may have handed its mail over and not have heard of it.
CUT_SHORT = ("interrupted", "deferred")


class Oracle:
    """Judges the installation that an environment describes."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._settings = settings = Settings.read(environment)
        self.databases = {one: Database(settings.database_url(one)) for one in SERVICES}
        self._store = open_store(settings.files, settings.folder("files"), environment)

    def close(self) -> None:
        """Give back what it read by."""
        for database in self.databases.values():
            database.close()

    def wrong(self, answered: Iterable[str]) -> list[str]:
        """All that is wrong, `answered` being the applications that people had a 2xx for."""
        return [
            *self._queues(),
            *truth.outboxes(self.databases),
            *self._applications(list(answered)),
            *truth.documents(self.databases, self._store, datetime.now(UTC)),
            *self._post(),
            *truth.trails(self.databases),
        ]

    def waiting(self, department: str) -> int:
        """How many messages of a department no broker has taken yet."""
        with self.databases[department].read() as session:
            return len(session.execute(select(truth.OUTBOX.c.seq).where(truth.UNPUBLISHED)).all())

    def ledger_has(self, application_id: str) -> bool:
        """Whether certs has issued the document of an application."""
        with self.databases["certs"].read() as session:
            issued = truth.rows(session, truth.Entered)
        return application_id in {one.application_id for one in issued}

    def _queues(self) -> Iterator[str]:
        try:
            depths = self._rabbit() if self._settings.broker else self._file()
        except TryLater as error:
            yield f"the queues cannot be looked at ({error.code})"
            return
        for lane, depth in depths.items():
            if depth.waiting or depth.resting or depth.dead:
                yield f"{lane.queue}: {depth}"

    def _rabbit(self) -> dict[Lane, Depth]:
        broker = RabbitBroker(self._settings.broker, services=())
        try:
            return {lane: broker.depth(lane) for lane in TOPOLOGY.lanes}
        finally:
            broker.close()

    def _file(self) -> dict[Lane, Depth]:
        path = self._settings.data_folder / "queue.sqlite"
        file = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
        try:
            return {lane: depth_in(file, lane) for lane in TOPOLOGY.lanes}
        finally:
            file.close()

    def _applications(self, answered: list[str]) -> Iterator[str]:
        """Every 2xx is one application, and none is there that nobody asked for."""
        with self.databases["forms"].read() as session:
            rows = truth.rows(session, ApplicationRow)
        if len(set(answered)) != len(answered):
            yield "two requests were answered with one application"
        if strange := {row.id for row in rows} ^ set(answered):
            yield f"applications that were not answered, or answers without one: {strange}"
        yield from truth.states(rows)

    def _post(self) -> Iterator[str]:
        with self.databases["notify"].read() as session:
            mails = truth.rows(session, MailboxMail)
            cut_short = Counter(
                row.notification_id
                for row in truth.rows(session, Happening)
                if row.event in CUT_SHORT
            )
            codes = {row.id: 1 for row in truth.rows(session, Notification) if row.message in CODES}
        # Codes are in the mailbox's memory alone, and those who signed in had theirs.
        arrived = codes | {
            mail.message_id.strip("<>").partition("@")[0]: mail.copies for mail in mails
        }
        yield from truth.notifications(self.databases, arrived)
        for one, copies in arrived.items():
            if copies > 1 + cut_short[one]:
                yield f"a mail came {copies} times, its attempts cut short {cut_short[one]} times"
        told = Counter((mail.recipient, mail.message, mail.subject) for mail in mails)
        yield from (f"told {count} times: {what}" for what, count in told.items() if count > 1)
