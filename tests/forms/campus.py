"""Forms by itself, with the demo university on a standing clock and real files and database.

What forms says to the other departments is read from its outbox, as they
would; what they answer is handed to its handlers, as the broker would. Only
notify's codes are a fake: every code is `CODE`.
"""

from __future__ import annotations

import io
import json
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.forms.app import create_app
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.demo import seed
from services.forms.people.demo.people import PASSWORD
from services.forms.signin import sessions
from services.forms.signin.person import Person
from services.forms.verifications import Checked, Sent
from services.forms.worker import handlers
from shared.clock import SEOUL, StandingClock
from shared.consumer import Received
from shared.database import Database, migrate
from shared.errors import NotFound, TooMany
from shared.files import FolderStore
from shared.inbox import is_new
from shared.keys import Keyring
from shared.links import Link, make_link
from shared.messages import (
    DocumentIssued,
    DocumentRequested,
    Envelope,
    Message,
    NotificationFailed,
    NotificationRequested,
)
from shared.outbox import OUTBOX
from shared.settings import Settings

FORMS = Path(__file__).resolve().parents[2] / "services" / "forms"
TUESDAY = datetime(2022, 9, 6, 14, 2, tzinfo=SEOUL)  # 9 to 12 September is Chuseok
CODE = "246810"
HAN, KHOA = "2025-3107", "2024-3110"
DESK, OTHER_OFFICE = "eunji.oh", "sua.moon"
ANSWERS: dict[str, Any] = {
    "year": 2022,
    "semester": "fall",
    "extent": "two_thirds",
    "ground": "hardship",
    "reasons": "지난 7월 집중호우로 온실이 침수되어 올해 수확이 어렵습니다.",
}
NUMBER = "K7QM-2R8D-9XFC-H4TA-3"
SHA = "a" * 64


class OneCode:
    """Verifications whose code is always `CODE`; keeps what it was asked."""

    def __init__(self, clock: StandingClock) -> None:
        self._clock = clock
        self.started: dict[str, Mapping[str, Any]] = {}
        self.sent: list[tuple[str, str]] = []
        self.checks_left = 5
        self.reason = "wrong"
        self.away: Exception | None = None

    def start(self, verification_id: str, **about: Any) -> None:
        self._answer()
        self.started[verification_id] = about

    def send(self, verification_id: str, channel: str) -> Sent:
        self._answer()
        if verification_id not in self.started:
            raise NotFound("no_verification")
        if len(self.sent) >= 5:
            raise TooMany("too_many_codes", retry_after=120)
        self.sent.append((verification_id, channel))
        addresses = self.started[verification_id]["addresses"]
        others = tuple(one for one in addresses if one != channel and addresses[one])
        message = f"{verification_id}-{len(self.sent)}"
        return Sent(channel, self._clock.now() + timedelta(minutes=10), others, message)

    def comes_back(self) -> NotificationFailed:
        """What notify says when the message with the last code did not arrive."""
        name = f"{self.sent[-1][0]}-{len(self.sent)}"
        return NotificationFailed(notification_id=name, permanent=True, code="no_such_address")

    def check(self, verification_id: str, code: str) -> Checked:
        self._answer()
        if "".join(code.split()) == CODE:
            return Checked(True, self.checks_left)
        self.checks_left -= 1
        return Checked(False, self.checks_left, self.reason)

    def _answer(self) -> None:
        if self.away is not None:
            raise self.away


@dataclass
class Campus:
    """Forms, its clock, and everything that it has said to others."""

    parts: Parts
    clock: StandingClock
    codes: OneCode
    app: Flask
    _read_up_to: int = field(default=0)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction."""
        with self.parts.database.write() as session:
            yield session

    def person(self, login_id: str) -> Person:
        """Somebody signed in."""
        with self.parts.database.write() as session:
            account = register.find_account(session, login_id)
            assert account is not None
            return sessions.open_session(session, self.parts, account, "api")[1]

    def said(self) -> list[Message]:
        """What forms has said since this was asked last."""
        with self.parts.database.read() as session:
            rows = session.execute(
                select(OUTBOX.c.seq, OUTBOX.c.payload)
                .where(OUTBOX.c.seq > self._read_up_to)
                .order_by(OUTBOX.c.seq)
            ).all()
        if rows:
            self._read_up_to = rows[-1][0]
        return [Envelope.from_json(row[1]).message() for row in rows]

    def mails(self, name: str | None = None) -> list[NotificationRequested]:
        """The mails asked for since the last look, of one name or of all."""
        found = [one for one in self.said() if isinstance(one, NotificationRequested)]
        return [one for one in found if name is None or one.message == name]

    def hears(self, message: Message) -> None:
        """Another department answers; a second delivery has no second effect."""
        envelope = Envelope.wrap(message, at=self.clock.now(), correlation_id="test")
        handler = next(h for h in handlers(self.parts) if h.message is type(message))
        with self.parts.database.write() as session:
            if is_new(session, envelope, message, self.clock.now()):
                handler.handle(session, Received(message, envelope))

    def token(self, mail: NotificationRequested) -> str:
        """The link in a mail, as notify makes it."""
        link = mail.links[0]
        return make_link(
            Link(link["purpose"], link["subject_id"], link["generation"]), self.parts.keyring
        )

    def issue(self, request: DocumentRequested, number: str = NUMBER) -> None:
        """certs answers that the document is there."""
        self.hears(
            DocumentIssued(
                issue_id=request.issue_id,
                application_id=request.application_id,
                number=number,
                sha256=SHA,
                template_version="1",
                issued_at=self.clock.now(),
            )
        )

    def client(self, login_id: str | None = None, language: str = "en") -> Api:
        """A program at the API, signed in with a code if somebody is named."""
        api = Api(self.app.test_client(), language)
        if login_id is not None:
            api.sign_in(login_id)
        return api


class Api:
    """A program that speaks JSON."""

    def __init__(self, client: FlaskClient, language: str) -> None:
        self._client = client
        self.headers = {"Accept-Language": language}

    def sign_in(self, login_id: str) -> None:
        """ID, password, code."""
        opened = self.post("/session", {"id": login_id, "password": PASSWORD}).json
        challenge = opened["challenge"]
        self.post(f"/session/{challenge}/send", {"channel": "email"})
        found = self.post(f"/session/{challenge}/verify", {"code": CODE}).json
        self.headers["Authorization"] = f"Bearer {found['token']}"

    def get(self, path: str, **more: Any) -> Any:
        return self._client.get(f"/api/v1{path}", headers=self.headers, **more)

    def post(self, path: str, body: Any = None, key: str | None = None, **more: Any) -> Any:
        return self.send("POST", path, body, key, **more)

    def send(
        self, method: str, path: str, body: Any = None, key: str | None = None, **more: Any
    ) -> Any:
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        if body is not None:
            more |= {"data": json.dumps(body), "content_type": "application/json"}
        return self._client.open(f"/api/v1{path}", method=method, headers=headers, **more)

    def upload(self, path: str, name: str, data: bytes, key: str | None = None) -> Any:
        form = {"file": (io.BytesIO(data), name)}
        return self.send("POST", path, None, key, data=form, content_type="multipart/form-data")


def settle(database: Database, clock: StandingClock) -> None:
    """The tables, and the demo university in them."""
    migrate(database, FORMS)
    with database.write() as session:
        seed(session, clock)


def open_campus(
    folder: Path, url: str | None = None, now: datetime = TUESDAY, seeded: Path | None = None
) -> Campus:
    """A campus of its own in a folder, on SQLite unless another database is given.

    `seeded` is an SQLite file that holds the demo university already.
    """
    if seeded is not None:
        shutil.copy(seeded, folder / "forms.sqlite")
    clock = StandingClock(now)
    database = Database(url or f"sqlite:///{folder / 'forms.sqlite'}")
    if seeded is None:
        settle(database, clock)
    settings = Settings.read({"DOJANG_DATA": str(folder), "DOJANG_BASE_URL": "http://localhost"})
    codes = OneCode(clock)
    parts = Parts.build(
        settings,
        clock=clock,
        database=database,
        files=FolderStore(folder / "files"),
        keyring=Keyring.open(settings, {}),
        verifications=codes,
    )
    app = create_app(parts)
    app.testing = True
    return Campus(parts, clock, codes, app)


def some_id() -> str:
    """An id that nobody has."""
    return uuid.uuid4().hex
