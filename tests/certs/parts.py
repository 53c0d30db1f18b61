"""certs as it is, with a standing clock, and the people who ask it for documents."""

from __future__ import annotations

import copy
import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from services.certs import ledger, parts, worker
from services.certs.database import bring_up_to_date
from services.certs.ledger import Document
from services.certs.library import TEMPLATES
from services.certs.parts import Parts
from shared.broker import EmbeddedBroker, Publication
from shared.clock import StandingClock
from shared.database import Database
from shared.files import FileStore, FolderStore
from shared.keys import Keyring
from shared.messages import DocumentRequested, Envelope, Message
from shared.outbox import OUTBOX
from shared.relay import no_fault
from shared.settings import Settings

NOON = datetime(2026, 9, 2, 1, 20, 31, tzinfo=UTC)


class Office:
    """certs, its clock, and a queue that messages are put into by hand."""

    def __init__(
        self,
        folder: Path,
        database_url: str,
        fault: Callable[[str], None] = no_fault,
        **settings: str,
    ) -> None:
        self.settings = Settings(data=str(folder), **settings)
        self.clock = StandingClock(NOON)
        self.database = Database(database_url)
        bring_up_to_date(self.database)
        self.files: FileStore = FolderStore(folder / "files")
        self.keyring = Keyring.open(self.settings, {})
        self.parts: Parts = parts.build(
            self.settings, self.clock, self.database, self.files, self.keyring, fault
        )
        self.broker = EmbeddedBroker(folder / "queue.sqlite")
        self.consumer = worker.consumer(self.parts, self.broker)

    def with_files(self, files: FileStore) -> None:
        """Go on with another file store."""
        self.files = files
        self.parts = replace(self.parts, files=files)
        self.consumer = worker.consumer(self.parts, self.broker)

    def hear(self, *messages: Message) -> None:
        """Let messages arrive and be handled."""
        for message in messages:
            self.put(message)
        self.consumer.drain()

    def put(self, message: Message, times: int = 1) -> None:
        """Put a message into the queue; `times` deliveries of the very same."""
        envelope = Envelope.wrap(message, at=self.clock.now(), correlation_id="case-1")
        body = envelope.to_json()
        for _ in range(times):
            self.broker.publish(
                [Publication(envelope.id, message.type, "transactional", "case-1", body)]
            )

    def said(self) -> list[Message]:
        """What certs has said so far, oldest first."""
        with self.database.read() as session:
            rows = session.scalars(select(OUTBOX.c.payload).order_by(OUTBOX.c.seq))
            return [Envelope.from_json(raw).message() for raw in rows]

    def documents(self) -> list[Document]:
        """All issued documents."""
        with self.database.read() as session:
            return ledger.newest(session, 1000)

    def dead(self) -> list[str]:
        """Why messages are dead letters."""
        lane = self.broker.topology.lane("certs")
        return [letter.failures.reason for letter in self.broker.dead_letters(lane)]

    def issue(self, **changes: Any) -> tuple[Document, bytes]:
        """Issue a waiver; the document and its file."""
        message = request(**changes)
        self.hear(message)
        document = next(one for one in self.documents() if one.issue_id == message.issue_id)
        return document, self.files.get(document.file_id, document.sha256)

    def close(self) -> None:
        """End everything."""
        self.broker.close()
        self.database.close()


def tamper(office: Office, *deeds: str) -> None:
    """Change the database as its owner can, who may take the guards of the ledger away."""
    if office.database.is_sqlite:
        guards = [
            "DROP TRIGGER IF EXISTS ledger_no_update",
            "DROP TRIGGER IF EXISTS ledger_no_delete",
        ]
    else:
        guards = ["ALTER TABLE ledger DISABLE TRIGGER USER"]
    with office.database.write() as session:
        for deed in (*guards, *deeds):
            session.execute(text(deed))


def facts(language: str = "ko", **values: Any) -> dict[str, Any]:
    """What stands on 한도윤's granted waiver."""
    sample = json.loads((TEMPLATES / "tuition_waiver" / "sample.json").read_text("utf-8"))
    found = copy.deepcopy(sample[language])
    for own in ("document_number", "verify_address", "issued_at", "contact_line", "seal"):
        found.pop(own, None)
    for role in ("applicant", "advisor", "campus_professor"):
        found[role] |= {"drawn": False, "typed": found[role]["name"]}
    found |= values
    return {
        "values": found,
        "pictures": {},
        "holder": "person-1",
        "proves": ["name", "extent_granted", "decision", "year", "semester_ordinal"],
        "shows": [
            {"field": "name", "value": masked(found["name"])},
            {"field": "extent_granted", "value": found["extent_granted"]},
        ],
    }


def masked(name: str) -> str:
    """As forms masks a Korean name: the middle is hidden."""
    return name[0] + "○" * (len(name) - 2) + name[-1] if len(name) > 2 else name[0] + "○"


def request(
    issue_id: str = "", language: str = "ko", application_id: str = "application-1", **values: Any
) -> DocumentRequested:
    """A request for a waiver's document."""
    return DocumentRequested(
        issue_id=issue_id or str(uuid.uuid4()),
        application_id=application_id,
        kind="tuition_waiver",
        language=language,
        template_version=None,
        facts=facts(language, **values),
    )
