"""The whole product in this process: its three applications, their work, and people at its door.

What `dojang up` puts together, without a port: a test's requests go through the
gateway to the department that the table of routes names, so that an attack
meets what it would meet outside.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from pypdf import PdfWriter
from werkzeug.test import Client, TestResponse

from services import departments
from services.forms.parts import Parts as Forms
from services.forms.people import register
from services.forms.people.demo import accounts, seed
from services.forms.signin import sessions
from services.gateway import Gateway
from services.ground import Ground
from services.running import Threads
from shared.cookies import SESSION
from shared.settings import Settings
from tests.parts.ports import wait_until

HOST = "http://localhost"
ACCOUNTS = {one["id"]: one for one in accounts()}
STUDENTS = [one["id"] for one in ACCOUNTS.values() if one["role"] == "student"]
STAFF = {one["office"]: one["id"] for one in ACCOUNTS.values() if one["role"] == "staff"}
DESK = next(one["id"] for one in ACCOUNTS.values() if one["role"] == "staff")
OTHER_OFFICES = [
    one for one in STAFF.values() if ACCOUNTS[one]["office"] != ACCOUNTS[DESK]["office"]
]
WAIT_SECONDS = 20.0


class Caller:
    """Somebody at the door with a cookie jar, and a bearer token once signed in."""

    def __init__(self, gateway: Gateway, address: str = "10.0.0.1") -> None:
        self.client = Client(gateway)
        self.headers: dict[str, str] = {"Accept-Language": "en"}
        self.address = address

    def ask(self, method: str, path: str, **more: Any) -> TestResponse:
        """One request, as it comes."""
        headers = {**self.headers, **more.pop("headers", {})}
        more.setdefault("base_url", HOST)
        environ = {"REMOTE_ADDR": self.address, **more.pop("environ_overrides", {})}
        return self.client.open(
            path, method=method, headers=headers, environ_overrides=environ, **more
        )

    def get(self, path: str, **more: Any) -> TestResponse:
        """GET."""
        return self.ask("GET", path, **more)

    def post(self, path: str, **more: Any) -> TestResponse:
        """POST."""
        return self.ask("POST", path, **more)

    def page_token(self, path: str) -> str:
        """The form token of a page."""
        found = re.search(r'name="form_token" value="([^"]+)"', self.get(path).text)
        assert found, f"{path} has no form"
        return found[1]

    def send(self, path: str, at: str = "/sign-in", **fields: Any) -> TestResponse:
        """A form, posted with the token that the page `at` shows to this caller."""
        return self.post(path, data={"form_token": self.page_token(at), **fields})


@dataclass
class House:
    """Everything that runs, and the people who have come in."""

    ground: Ground
    gateway: Gateway
    apps: Mapping[str, Flask]
    forms: Forms

    def caller(self, address: str = "10.0.0.1") -> Caller:
        """Nobody in particular."""
        return Caller(self.gateway, address)

    def program(self, login_id: str) -> Caller:
        """Somebody at the API."""
        caller = self.caller()
        self.come_in(caller, login_id)
        caller.client.delete_cookie(SESSION, domain="localhost")
        return caller

    def browser(self, login_id: str) -> Caller:
        """Somebody at the pages."""
        caller = self.caller()
        self.come_in(caller, login_id)
        del caller.headers["Authorization"]
        return caller

    def credentials(self, login_id: str) -> dict[str, str]:
        """ID and password."""
        return {"id": login_id, "password": ACCOUNTS[login_id]["password"]}

    def come_in(self, caller: Caller, login_id: str) -> None:
        """Give somebody new sessions, as signing in leaves them: a cookie and a bearer token."""
        with self.forms.database.write() as session:
            account = register.find_account(session, login_id)
            assert account is not None
            cookie, _person = sessions.open_session(session, self.forms, account, "page")
            bearer, _person = sessions.open_session(session, self.forms, account, "api")
        caller.client.set_cookie(SESSION, cookie, domain="localhost")
        caller.headers["Authorization"] = f"Bearer {bearer}"

    def sign_in(self, caller: Caller, login_id: str, wanted: str = "") -> TestResponse:
        """ID, password, channel and code at the pages; the last answer."""
        given = self.credentials(login_id)
        answer = caller.send("/sign-in", **given, next=wanted)
        assert answer.status_code == 303, answer.text
        known = self.mail_ids()
        assert (
            caller.send("/sign-in/channel", "/sign-in/channel", channel="email").status_code == 303
        )
        return caller.send("/sign-in/code", "/sign-in/code", code=self.code(known))

    def mails(self) -> list[dict[str, Any]]:
        """The mailbox, as programs read it."""
        return list(self.caller().get("/mailbox.json").json)

    def mail_ids(self) -> set[str]:
        """The mails that are there now."""
        return {mail["id"] for mail in self.mails()}

    def mail(self, known: set[str], message: str, words: str = "") -> dict[str, Any]:
        """The first mail of a name that was not `known`."""

        def came() -> dict[str, Any] | None:
            for mail in self.mails():
                told = mail["subject"] + mail["text"]
                if mail["id"] not in known and mail["message"] == message and words in told:
                    return mail
            return None

        mail = wait_until(came, seconds=WAIT_SECONDS, what=f"the mail {message}")
        known.add(mail["id"])
        return mail

    def code(self, known: set[str]) -> str:
        """The code that has just been sent."""
        found = re.search(r"(?<!\d)\d{6}(?!\d)", self.mail(known, "sign_in_code")["text"])
        assert found
        return found[0]

    def link(self, known: set[str], number: str) -> str:
        """The token of the newest request to sign for an application."""
        found = re.search(r"/a/([\w.-]+)", self.mail(known, "approval_request", number)["text"])
        assert found
        return found[1]

    def _waiver(self, login_id: str) -> dict[str, Any]:
        """The waiver as a student sees it."""
        kinds = self.program(login_id).get("/api/v1/kinds").json
        return next(one for one in kinds if one["name"] == "tuition_waiver")

    def applicants(self) -> Iterator[str]:
        """Students who may apply now, with two different professors."""
        for login_id in STUDENTS:
            kind = self._waiver(login_id)
            people = {one["who"] for one in kind["approvers"]}
            free = kind["open"] and kind["application_id"] is None
            if free and None not in people and len(people) == 2:
                yield login_id

    def apply(
        self, login_id: str, reasons: str = "Rain flooded the greenhouse.", *, file: bool = False
    ) -> dict[str, Any]:
        """A waiver, sent, with a supporting document if wanted; {id, number, state}."""
        student = self.program(login_id)
        made = student.post("/api/v1/applications", json=self.waiver(login_id, reasons, False))
        assert made.status_code == 201, made.text
        path = f"/api/v1/applications/{made.json['id']}"
        if file:
            assert student.post(f"{path}/attachments", **upload("a.pdf", pdf())).status_code == 201
        sent = student.post(f"{path}/submit", json={})
        assert sent.status_code == 200, sent.text
        return dict(sent.json)

    def waiver(self, login_id: str, reasons: str, submit: bool = True) -> dict[str, Any]:
        """The body that asks for a waiver."""
        kind = self._waiver(login_id)
        answers = {**kind["prefill"], "extent": "two_thirds", "ground": "hardship"}
        return {
            "kind": "tuition_waiver",
            "answers": {**answers, "reasons": reasons},
            "submit": submit,
        }

    def sign(self, token: str, **more: Any) -> TestResponse:
        """A decision by link about what the link shows now."""
        path, professor = f"/api/v1/approvals/{token}", self.caller()
        shown = professor.get(path).json.get("shown", "")
        body = {"decision": "approve", "shown": shown, **more}
        if body["decision"] == "approve":
            body.setdefault("signature", {"typed": "Yoon Tae-ho"})
        return professor.post(path, json=body)

    def document(self, login_id: str, application_id: str) -> str:
        """The number of the issued document, when it is there."""

        def issued() -> list[dict[str, Any]]:
            case = self.program(login_id).get(f"/api/v1/applications/{application_id}").json
            return list(case["documents"])

        found = wait_until(issued, seconds=WAIT_SECONDS, what="an issued document")
        return str(found[0]["number"])


@contextmanager
def open_house(folder: Path, **environ: str) -> Iterator[House]:
    """The product with the demo university, everything at work, until the block ends."""
    environ = {"DOJANG_DATA": str(folder), "DOJANG_BASE_URL": HOST, **environ}
    with Ground.open(Settings.read(environ), environ) as ground, ground.broker() as broker:
        departments.open_certs(ground)
        ground.migrate()
        with ground.databases["forms"].write() as session:
            seed(session, ground.clock)
        built = departments.build_all(ground, broker)
        work = [departments.relay(name, ground, broker) for name in built]
        for department in built.values():
            work += department.work(broker)
        apps = {name: department.app() for name, department in built.items()}
        gateway = Gateway(apps, lambda: broker.ready() and ground.ready())
        with Threads(work):
            yield House(ground, gateway, apps, departments.open_forms(ground))


def upload(name: str, data: bytes, field_name: str = "file") -> dict[str, Any]:
    """The form of one uploaded file."""
    return {
        "data": {field_name: (io.BytesIO(data), name)},
        "content_type": "multipart/form-data",
    }


def pdf() -> bytes:
    """A small PDF to attach."""
    made, writer = io.BytesIO(), PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(made)
    return made.getvalue()
