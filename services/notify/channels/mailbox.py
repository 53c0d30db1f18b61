"""The mailbox: where mail and SMS land on an installation that serves nobody yet.

What arrives is kept in notify's database, but for codes: those stay in this
process's memory. A second copy of a mail (the same Message-ID) is counted,
not shown twice, as a mail program would.
"""

from __future__ import annotations

import threading
import uuid
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from services.notify.catalog import CODES
from services.notify.channels.interface import UNHURRIED, Accepted, Outgoing, Patience
from services.notify.tables import MailboxMail
from shared.clock import Clock
from shared.database import Database
from shared.errors import NotFound

CODES_KEPT = 1_000
MAILS_KEPT = 5_000


@dataclass(frozen=True)
class Arrived:
    """A mail or SMS in the mailbox; `copies` is more than 1 when it was handed over again."""

    id: str
    message_id: str
    message: str
    channel: str
    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    at: datetime
    copies: int = 1


class Mailbox:
    """Takes in and shows what was sent."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._codes: deque[Arrived] = deque(maxlen=CODES_KEPT)
        self._lock = threading.Lock()

    def put(
        self, *, message_id: str, message: str, channel: str, to: str, subject: str, text: str,
        html: str,
    ) -> str:  # fmt: skip
        """Take in one copy; gives the id under which it is shown."""
        arrived = Arrived(
            str(uuid.uuid4()), message_id, message, channel, to, subject, text, html,
            self._clock.now(),
        )  # fmt: skip
        if message in CODES:
            return self._remember(arrived)
        return self._store(arrived)

    def all(self) -> list[Arrived]:
        """Everything, oldest first."""
        with self._database.read() as session:
            rows = session.scalars(select(MailboxMail).order_by(MailboxMail.seq))
            mails = [_arrived(row) for row in rows]
        with self._lock:
            codes = list(self._codes)
        return sorted([*mails, *codes], key=lambda one: one.at)

    def find(self, mail_id: str) -> Arrived:
        """One of them. Raises NotFound."""
        for one in self.all():
            if one.id == mail_id:
                return one
        raise NotFound("no_such_mail", "no such mail")

    def _remember(self, arrived: Arrived) -> str:
        with self._lock:
            for at, known in enumerate(self._codes):
                if (known.message_id, known.to) == (arrived.message_id, arrived.to):
                    self._codes[at] = replace(known, copies=known.copies + 1)
                    return known.id
            self._codes.append(arrived)
        return arrived.id

    def _store(self, arrived: Arrived) -> str:
        row: dict[str, Any] = {**arrived.__dict__, "recipient": arrived.to}
        del row["to"]
        with self._database.write() as session:
            row["at"] = self._clock.now()  # one writer at a time: what is stored later is later
            insert = postgresql.insert if _is_postgres(session.connection()) else sqlite.insert
            stored = session.execute(
                insert(MailboxMail)
                .values(row)
                .on_conflict_do_update(
                    index_elements=["message_id", "recipient"],
                    set_={"copies": MailboxMail.copies + 1},
                )
                .returning(MailboxMail.id)
            )
            found: str = stored.scalar_one()
            newest = session.scalar(select(func.max(MailboxMail.seq))) or 0
            session.execute(delete(MailboxMail).where(MailboxMail.seq <= newest - MAILS_KEPT))
        return found


class MailboxChannel:
    """The way into the mailbox."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def send(self, outgoing: Outgoing, patience: Patience = UNHURRIED) -> Accepted:
        """Put it there; see `Channel.send`."""
        return Accepted(
            self._mailbox.put(
                message_id=outgoing.message_id, message=outgoing.message,
                channel=outgoing.channel, to=outgoing.to, subject=outgoing.subject,
                text=outgoing.text, html=outgoing.html,
            ),
            by="mailbox",
        )  # fmt: skip


def _arrived(row: MailboxMail) -> Arrived:
    return Arrived(
        row.id, row.message_id, row.message, row.channel, row.recipient, row.subject, row.text,
        row.html, row.at, row.copies,
    )  # fmt: skip


def _is_postgres(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"
